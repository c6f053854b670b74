"""Two companies with everything that is kept of them, everybody who may ask, and every address that is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask
from tests.factories import (
    bearer,
    make_application,
    make_company,
    make_job,
    make_skill,
    make_team,
    make_user,
)

from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job

FRESH = {"Cache-Control": "no-cache"}
PUBLIC = (
    "jobs", "jobs/featured", "jobs/stats", "jobs/batch?ids=1,2,3", "jobs/2", "jobs/2/similar", "companies",
    "jobs/suggest?q=p", "jobs/search?q=canary",
    "jobs/search?q=nurse&facets=skill&explain=true", "companies/alpha", "skills", "skills/python",
)  # fmt: skip
PRIVATE = (
    "users/me", "users/1", "users/4", "users/batch?ids=1,2,3,4,5,6,7,8,9", "companies/alpha/users",
    "companies/beta/users", "teams", "teams/1", "teams/2", "teams/1/users", "logs", "companies/alpha/jobs",
    "companies/beta/jobs", "companies/alpha/jobs/1", "companies/beta/jobs/3", "jobs/1/hiring-team",
    "jobs/3/hiring-team", "users/me/applications", "applications/1", "applications/2", "jobs/2/applications",
    "jobs/4/applications", "jobs/2/board", "jobs/4/board", "jobs/2/stages", "jobs/4/stages", "dashboard",
    "analytics/funnel", "analytics/sources", "analytics/days",
)  # fmt: skip


@dataclass
class Asker:
    """Who asks, and the canaries that may be shown to them."""

    headers: dict[str, str] = field(default_factory=dict)
    may_see: set[str] = field(default_factory=set)


def build() -> dict[str, Asker]:
    """Fill the database, and return everybody by name; a canary is in the name of each person and each draft."""
    make_skill("Python")
    askers: dict[str, Asker] = {"anonymous": Asker()}
    everything: set[str] = set()
    postings = {}
    for name in ("alpha", "beta"):
        seen, postings[name] = _company(name, askers)
        everything |= seen
    for number, company in enumerate(("alpha", "beta"), 1):
        canary = f"canary-candidate-{number}"
        candidate = make_user(full_name=canary)
        make_application(postings[company], candidate)
        askers[f"candidate {number}"] = Asker(bearer(candidate), {canary})
        askers[f"recruiter of {company}"].may_see.add(canary)
        everything.add(canary)
    canary = "canary-admin"
    askers["admin"] = Asker(bearer(make_user("admin", full_name=canary)), everything | {canary})
    return askers


def _company(name: str, askers: dict[str, Asker]) -> tuple[set[str], Job]:
    """Make a company with its people; return its canaries and its public posting."""
    company: Company = make_company(name.capitalize())
    team = make_team(company, f"canary-team-{name}")
    draft = make_job(f"canary-draft-{name}", company=company, status="draft", skills=["Python"])
    posting = make_job("Public", company=company, skills=["Python"], featured=True)
    seen = {f"canary-team-{name}", f"canary-draft-{name}"}
    people = {}
    for role in ("recruiter", "hiring_manager", "interviewer"):
        canary = f"canary-{role}-{name}"
        people[role] = make_user(role, company, full_name=canary, team_id=team.id)
        seen.add(canary)
    for role, user in people.items():
        askers[f"{role} of {name}"] = Asker(bearer(user), set(seen))
    assert draft.company_id == company.id
    return seen, posting


def targets() -> list[str]:
    """Return every address that is kept, in both versions."""
    return [f"/api/{version}/{path}" for version in ("v1", "v2") for path in (*PUBLIC, *PRIVATE)]


def policies_of(app: Flask, asked: list[str]) -> set[str]:
    """Return the names of the policies of these addresses."""
    routes = app.url_map.bind("localhost")
    views = (app.view_functions[routes.match(target.partition("?")[0])[0]] for target in asked)
    return {view.cache_policy.name for view in views}
