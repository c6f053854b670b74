"""The named queries of people as others see them, each with the index that it must use."""

from __future__ import annotations

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.accounts.people import get_person, list_members, list_people, list_people_by_ids
from talentsphere.domains.accounts.people_schemas import PERSON_V2

OWN, ALL = Reach(Extent.COMPANY, company_id=3), Reach(Extent.EVERYTHING)
ACTIVE = {"active": True}
PAGE = Window(20)
PLANS = (
    NamedQuery(
        "teams.users.active",
        ("ix_users_team",),
        lambda session: list_members(session, OWN, 9, ACTIVE, PAGE, PERSON_V2),
    ),
    NamedQuery("teams.users", ("ix_users_team",), lambda session: list_members(session, OWN, 9, {}, PAGE, PERSON_V2)),
    NamedQuery(
        "companies.users", ("ix_users_company",), lambda session: list_people(session, OWN, 3, {}, PAGE, PERSON_V2)
    ),
    NamedQuery("users.batch", (), lambda session: list_people_by_ids(session, OWN, range(1, 101), PERSON_V2)),
    NamedQuery("users.one", ("pk_users",), lambda session: get_person(session, ALL, 45, PERSON_V2)),
)
