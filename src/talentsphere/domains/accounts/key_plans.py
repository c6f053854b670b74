"""The named queries of API keys, each with the index that it must use."""

from __future__ import annotations

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.accounts.key_queries import count_keys, find_key, find_own_key, list_keys
from talentsphere.domains.accounts.key_schemas import API_KEY_V2

OWN, ALL = Reach(Extent.COMPANY, company_id=3), Reach(Extent.EVERYTHING)
PLANS = (
    NamedQuery("api_keys.authenticate", ("uq_api_keys_secret_hash",), lambda session: find_key(session, "0" * 64)),
    NamedQuery(
        "api_keys.list", ("ix_api_keys_company",), lambda session: list_keys(session, OWN, Window(20), API_KEY_V2)
    ),
    NamedQuery("api_keys.count", ("ix_api_keys_company",), lambda session: count_keys(session, OWN)),
    NamedQuery("api_keys.own", ("pk_api_keys",), lambda session: find_own_key(session, ALL, 1)),
)
