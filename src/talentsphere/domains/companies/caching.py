"""What is cached of companies, and which tags a changed row touches."""

from __future__ import annotations

from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.tags import tags_changed_by
from talentsphere.domains.companies.models import Company, CompanyLocation, Team

COMPANY_LIST = CachePolicy("company_list", ttl_s=300, tags=("companies",))
COMPANY_PAGE = CachePolicy("company_page", ttl_s=1800, tags=("companies",))

TEAMS = CachePolicy("teams", ttl_s=3600, tags=("teams",), scope="company")


@tags_changed_by(Company, own="companies")
def company_tags(company: Company) -> set[str]:
    return {f"company:{company.id}"}


TEAMS = CachePolicy("teams", ttl_s=3600, tags=("teams",), scope="company")


@tags_changed_by(CompanyLocation, own="companies")
def location_tags(location: CompanyLocation) -> set[str]:
    return {f"company:{location.company_id}"}


@tags_changed_by(Team, own="teams")
def team_tags(_team: Team) -> set[str]:
    """With a team goes the place in it of its people."""
    return {"users"}
