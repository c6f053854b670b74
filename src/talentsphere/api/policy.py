"""Who may do what: every action of the product, who may take it, and on which objects. Nothing else decides.

A route names its action with ``@allow`` (``api/auth.py``), or is ``@public``. Roles (a person has one):

- **admin** operates the instance and may do everything in every company.
- **recruiter** works for one company: its postings, people, teams, keys, logs.
- **hiring_manager** and **interviewer** see the postings whose hiring team holds them, and who applied; a manager
  moves and rejects them.
- **candidate** has a profile and applications of their own, and nothing else.

An **API key** acts for the company that made it, or for the instance when an admin made it, and only within its scopes.
Who is not named may not. What is outside a caller's reach does not exist for them: it is 404, as if it were missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from talentsphere.db.caller import Extent

ADMIN, RECRUITER, MANAGER, INTERVIEWER, CANDIDATE = (
    "admin", "recruiter", "hiring_manager", "interviewer", "candidate",
)  # fmt: skip
EVERYTHING, COMPANY, HIRING_TEAM, OWN = Extent.EVERYTHING, Extent.COMPANY, Extent.HIRING_TEAM, Extent.OWN

MODULES = ("jobs", "applications", "candidates", "files", "webhooks", "logs", "changes")
MONITOR = "monitor"
SCOPES = (*(f"{module}:{access}" for module in MODULES for access in ("read", "write")), MONITOR)


@dataclass(frozen=True)
class Rule:
    """One row of the table: how far each role reaches, and the scope with which an API key may act."""

    roles: Mapping[str, Extent] = field(default_factory=dict)
    scope: str | None = None
    """None: no API key may."""
    lends: tuple[str, ...] = ()
    """Roles that may not themselves, and may give the scope to a key of their company."""
    is_hidden: bool = False
    """Who may not is told that there is nothing (404), not that it is forbidden (403)."""


OWN_ACCOUNT = Rule(dict.fromkeys((ADMIN, RECRUITER, MANAGER, INTERVIEWER, CANDIDATE), OWN))
COMPANY_STAFF = {ADMIN: EVERYTHING, RECRUITER: COMPANY}
COMPANY_MEMBERS = {**COMPANY_STAFF, MANAGER: COMPANY, INTERVIEWER: COMPANY}
HIRING = {**COMPANY_STAFF, MANAGER: HIRING_TEAM, INTERVIEWER: HIRING_TEAM}
DECIDING = {**COMPANY_STAFF, MANAGER: HIRING_TEAM}

POLICY: dict[str, Rule] = {
    # one's own account
    "account.read": OWN_ACCOUNT,
    "account.update": OWN_ACCOUNT,
    "account.logout": OWN_ACCOUNT,
    "account.change_password": OWN_ACCOUNT,
    "session.list": OWN_ACCOUNT,
    "session.end": OWN_ACCOUNT,
    # people, as others see them
    "user.read": Rule({**COMPANY_MEMBERS, CANDIDATE: OWN}),
    "user.list": Rule(COMPANY_MEMBERS),
    "user.update": Rule(COMPANY_STAFF),
    # companies and their teams
    "company.create": Rule({ADMIN: EVERYTHING}),
    "company.update": Rule(COMPANY_STAFF),
    "team.read": Rule(COMPANY_MEMBERS),
    "team.write": Rule(COMPANY_STAFF),
    "invitation.read": Rule(COMPANY_STAFF),
    "invitation.write": Rule(COMPANY_STAFF),
    "api_key.read": Rule(COMPANY_STAFF),
    "api_key.write": Rule(COMPANY_STAFF),
    # postings: the public board is open to all and stands apart (@public)
    "job.create": Rule(COMPANY_STAFF, scope="jobs:write"),
    "job.read": Rule(HIRING, scope="jobs:read"),
    "job.update": Rule(COMPANY_STAFF, scope="jobs:write"),
    "job.delete": Rule(COMPANY_STAFF, scope="jobs:write"),
    "job.publish": Rule(COMPANY_STAFF, scope="jobs:write"),
    "job.pause": Rule(COMPANY_STAFF, scope="jobs:write"),
    "job.confirm": Rule(COMPANY_STAFF, scope="jobs:write"),
    "job.close": Rule(COMPANY_STAFF, scope="jobs:write"),
    "hiring_team.read": Rule(HIRING),
    "hiring_team.write": Rule(COMPANY_STAFF),
    # applying, and one's own applications
    "application.create": Rule({CANDIDATE: OWN}),
    "application.list_own": OWN_ACCOUNT,
    "application.withdraw": Rule({CANDIDATE: OWN}),
    # applications: who works for the company sees them as the postings; its candidate what is theirs
    "application.read": Rule({**HIRING, CANDIDATE: OWN}, scope="applications:read"),
    "application.list": Rule(HIRING, scope="applications:read"),
    "application.history": Rule(HIRING, scope="applications:read"),
    "application.move": Rule(DECIDING, scope="applications:write"),
    "note.read": Rule(HIRING, scope="applications:read"),
    "note.write": Rule(HIRING),
    "stage.read": Rule(HIRING, scope="applications:read"),
    "stage.write": Rule(COMPANY_STAFF, scope="jobs:write"),
    "stage_template.read": Rule(COMPANY_STAFF, scope="jobs:read"),
    "stage_template.write": Rule(COMPANY_STAFF, scope="jobs:write"),
    # the activity log
    "activity.read": Rule(COMPANY_STAFF, scope="logs:read"),
    # figures of hiring
    "dashboard.read": Rule({**HIRING, CANDIDATE: OWN}),
    "analytics.read": Rule(COMPANY_STAFF, scope="applications:read"),
    # the change feed, for programs that keep a copy
    "change.read": Rule({ADMIN: EVERYTHING}, scope="changes:read", lends=(RECRUITER,)),
    # work that happens later: of the caller, and for staff of their company
    "task.read": Rule({ADMIN: EVERYTHING, RECRUITER: COMPANY, MANAGER: OWN, INTERVIEWER: OWN, CANDIDATE: OWN}),
    # operating the instance
    "cache.operate": Rule({ADMIN: EVERYTHING}),
    "instance.monitor": Rule({ADMIN: EVERYTHING}, scope=MONITOR, is_hidden=True),
}


def scopes_of(role: str) -> tuple[str, ...]:
    """Return the scopes that a key may have which acts as ``role`` does: those of no action that it may not take."""
    return tuple(
        scope
        for scope in SCOPES
        if all(role in (*rule.roles, *rule.lends) for rule in POLICY.values() if rule.scope == scope)
    )
