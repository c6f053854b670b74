"""Two companies with everything that a route may name, and everybody who may ask for it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.factories import bearer, make_application, make_company, make_job, make_team, make_user

from talentsphere.api.policy import SCOPES
from talentsphere.db.caller import Actor, Extent
from talentsphere.db.events import add_event
from talentsphere.domains.accounts.api_keys import add_api_key
from talentsphere.domains.accounts.models import Session, User
from talentsphere.domains.applications.models import Note, StageTemplate
from talentsphere.domains.companies.models import Company, Invitation
from talentsphere.domains.jobs.models import HiringTeamMember
from talentsphere.tasks.models import Task

MISSING = 999_999
MISSING_TASK = uuid.UUID(int=9)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Caller:
    """Who asks. ``role`` is None for an API key, whose ``scopes`` count; without headers it is nobody."""

    name: str
    role: str | None
    headers: dict[str, str]
    scopes: frozenset[str] = frozenset()
    extent: Extent | None = None
    """How far an API key reaches."""


@dataclass(frozen=True)
class Objects:
    """The objects of one company, by the names that routes give their parts."""

    company: Company
    ids: dict[str, Any]
    """By (argument) name; of a job those of the hiring team see it."""
    unshared_job: int
    """A posting whose hiring team is empty."""


@dataclass(frozen=True)
class World:
    own: Objects
    other: Objects
    callers: tuple[Caller, ...]
    mine: dict[str, dict[str, Any]]
    """What each person has of their own, by the caller's name."""
    strangers: dict[str, Any]
    """The same of another person."""


def make_world(database: Any) -> World:
    """Fill empty tables."""
    own, staff = _make_company(database, "Acme")
    other, _ = _make_company(database, "Globex")
    admin, candidate = make_user("admin"), make_user("candidate")
    people = {"candidate": candidate, **staff, "admin": admin}
    callers = [Caller(role, role, bearer(user)) for role, user in people.items()]
    mine = {role: _own_things(database, user, own) for role, user in people.items()}
    everybody = (Caller("anonymous", None, {}), *callers, *_keys(database, own.company))
    stranger, draft = make_user("candidate"), make_job(company=own.company, status="draft")
    return World(own, other, everybody, mine, {**_own_things(database, stranger, own), "job": draft.id})


def _make_company(database: Any, name: str) -> tuple[Objects, dict[str, User]]:
    company = make_company(name)
    staff = {role: make_user(role, company) for role in ("interviewer", "hiring_manager", "recruiter")}
    colleague, team, job = make_user("interviewer", company), make_team(company), make_job(company=company)
    application = make_application(job)
    with database.writing() as session:
        for user in (staff["interviewer"], staff["hiring_manager"]):
            session.add(HiringTeamMember(job_id=job.id, user_id=user.id, role=user.role))
        session.add(HiringTeamMember(job_id=job.id, user_id=colleague.id, role="interviewer"))
        invitation = Invitation(
            company_id=company.id, email=f"new@{name}.org", email_key=f"new@{name}.org".lower(), role="interviewer",
            token_hash=name, expires_at=LATER,
        )  # fmt: skip
        session.add(invitation)
        key, _ = add_api_key(session, Actor(), "to be revoked", ["jobs:read"], company.id)
        task = Task(kind="test.nothing", company_id=company.id)
        note = Note(application_id=application.id, author_id=colleague.id, text="Strong on SQL.")
        template = StageTemplate(company_id=company.id, name="Short", name_key="short", stages=[])
        session.add_all([task, note, template])
        add_event(session, "job.team_joined", job.id, company_id=company.id)
        session.flush()
        ids = {
            "company": company.id, "job": job.id, "user_id": colleague.id, "team_id": team.id, "key_id": key.id,
            "invitation_id": invitation.id, "task_id": task.public_id,
            "application_id": application.id, "note_id": note.id, "template_id": template.id,
        }  # fmt: skip
    return Objects(company, ids, make_job(company=company).id), staff


def _own_things(database: Any, user: User, own: Objects) -> dict[str, Any]:
    """Return what a person has; whoever does not apply may have written a note."""
    job = make_job(company=own.company)
    application_id = make_application(make_job(company=own.company), user).id if user.role == "candidate" else None
    with database.writing() as session:
        row, task = Session(user_id=user.id, expires_at=LATER), Task(kind="test.nothing", user_id=user.id)
        note = Note(application_id=own.ids["application_id"], author_id=user.id, text="Hm.", visibility="private")
        session.add_all([row, task, note])
        session.flush()
        return {
            "user_id": user.id, "session_id": row.id, "task_id": task.public_id, "note_id": note.id,
            "application_id": application_id, "job": job.id,
        }  # fmt: skip


def _keys(database: Any, company: Company) -> list[Caller]:
    company_scopes = [scope for scope in SCOPES if scope != "monitor"]
    wanted = [
        ("key of the company", company.id, company_scopes, Extent.COMPANY),
        ("key without this scope", company.id, ["webhooks:read"], Extent.COMPANY),
        ("key of the instance", None, list(SCOPES), Extent.EVERYTHING),
    ]
    found = []
    for name, company_id, scopes, extent in wanted:
        with database.writing() as session:
            _, secret = add_api_key(session, Actor(), name, scopes, company_id)
        found.append(Caller(name, None, {"Authorization": f"Bearer {secret}"}, frozenset(scopes), extent))
    return found
