"""The named queries of teams, each with the index that it must use."""

from __future__ import annotations

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.companies.team_schemas import TEAM_V2
from talentsphere.domains.companies.teams import count_teams, get_team, list_teams

OWN, ALL = Reach(Extent.COMPANY, company_id=3), Reach(Extent.EVERYTHING)
PLANS = (
    NamedQuery("teams.list", ("uq_teams_company_name",), lambda session: list_teams(session, OWN, Window(20), TEAM_V2)),
    NamedQuery("teams.count", ("uq_teams_company_name",), lambda session: count_teams(session, OWN)),
    NamedQuery("teams.one", ("pk_teams",), lambda session: get_team(session, ALL, 9, TEAM_V2)),
)
