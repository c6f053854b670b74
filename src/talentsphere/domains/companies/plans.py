"""The named queries of companies, each with the index that it must use."""

from __future__ import annotations

from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.companies.queries import find_company, list_companies
from talentsphere.domains.companies.schemas import COMPANY_V2, PAGE_V2

NAMES = ("ix_companies_name_key_id",)
PLANS = (
    NamedQuery("companies.list", NAMES, lambda session: list_companies(session, Window(20), COMPANY_V2)),
    NamedQuery(
        "companies.list.deep", NAMES, lambda session: list_companies(session, Window(20, after=("m", 1)), COMPANY_V2)
    ),
    NamedQuery(
        "companies.by_id",
        ("pk_companies", "ix_company_locations_company"),
        lambda session: find_company(session, "1", PAGE_V2),
    ),
    NamedQuery("companies.by_slug", ("uq_companies_slug",), lambda session: find_company(session, "acme", PAGE_V2)),
)
