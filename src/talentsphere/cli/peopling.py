"""Made-up people, teams, keys and invitations, so that a database plans as it would with real ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from talentsphere.db.changes import mark_changed
from talentsphere.db.idempotency import IdempotencyKey
from talentsphere.domains.accounts.models import ApiKey, User
from talentsphere.domains.activity.models import LEVELS, Activity
from talentsphere.domains.companies.models import Company, CompanyLocation, Invitation, Team
from talentsphere.domains.jobs.models import HiringTeamMember, Job

Row = dict[str, Any]
AT = datetime(2026, 7, 1, tzinfo=UTC)
COMPANIES = 200
"""Companies that have people, at most. However few they are, together they have:"""
PEOPLE, TEAMS, KEYS, INVITATIONS, OFFICES, ANSWERS, ACTIVITIES = 6000, 1500, 2000, 4000, 1500, 5000, 30_000


def add_people(session: Session) -> None:
    """Add what a host with some thousand people holds, to a database that has companies and postings."""
    companies = session.scalars(select(Company.id).order_by(Company.id).limit(COMPANIES)).all()
    jobs = session.scalars(select(Job.id).order_by(Job.id).limit(COMPANIES)).all()
    teams = {n: companies[n % len(companies)] for n in range(1, TEAMS + 1)}
    mark_changed(session, "teams", "users", "companies", "hiring_teams")
    session.execute(insert(Team), [_team(team_id, company_id) for team_id, company_id in teams.items()])
    session.execute(insert(User), [_user(n, 1 + n % TEAMS, teams[1 + n % TEAMS]) for n in range(PEOPLE)])
    for model, count, row in (
        (CompanyLocation, OFFICES, _office),
        (ApiKey, KEYS, _key),
        (Invitation, INVITATIONS, _invitation),
    ):
        session.execute(insert(model), [row(n, companies[n % len(companies)]) for n in range(count)])
    session.execute(
        insert(HiringTeamMember), [_member(job_id, 1 + job_id * 8 % PEOPLE + n) for job_id in jobs for n in range(8)]
    )
    session.execute(insert(IdempotencyKey), [_answer(n) for n in range(ANSWERS)])
    session.execute(insert(Activity), [_activity(n, companies[n % len(companies)]) for n in range(ACTIVITIES)])


def _team(team_id: int, company_id: int) -> Row:
    return {"id": team_id, "company_id": company_id, "name": f"team {team_id}", "name_key": f"team {team_id}"}


def _user(n: int, team_id: int, company_id: int) -> Row:
    email = f"person{n}@example.org"
    return {
        "email": email,
        "email_key": email,
        "full_name": f"Person {n}",
        "role": ("recruiter", "hiring_manager", "interviewer")[n % 3],
        "company_id": company_id,
        "team_id": team_id,
        "is_active": n % 5 > 0,
        "password_hash": "!",  # nosec B105
        "preferences": {},
    }


def _office(n: int, company_id: int) -> Row:
    return {"company_id": company_id, "name": f"Office {n}"}


def _key(n: int, company_id: int) -> Row:
    return {
        "company_id": company_id, "name": f"key {n}", "start": "tsk_", "secret_hash": f"{n:064}", "scopes": "jobs:read",
    }  # fmt: skip


def _invitation(n: int, company_id: int) -> Row:
    email = f"invited{n}@example.org"
    return {
        "company_id": company_id,
        "email": email,
        "email_key": email,
        "role": "interviewer",
        "token_hash": f"{n:064}",
        "expires_at": AT + timedelta(days=7),
        "accepted_at": AT if n % 2 else None,
    }


def _member(job_id: int, user_id: int) -> Row:
    return {"job_id": job_id, "user_id": user_id, "role": "interviewer"}


def _answer(n: int) -> Row:
    """Return one answered request a minute, so that most are of the last days."""
    at = AT - timedelta(minutes=n)
    return {"key_hash": f"{n:064}", "body_hash": "", "created_at": at, "status": 201, "headers": {}, "body": b"{}"}


def _activity(n: int, company_id: int) -> Row:
    """Return what somebody did every ten minutes; few of it matters much."""
    return {
        "at": AT - timedelta(minutes=10 * (ACTIVITIES - n)), "user_id": 1 + n % PEOPLE, "company_id": company_id,
        "action": "job.deleted" if n % 50 == 0 else "job.updated", "level": LEVELS[2] if n % 40 == 0 else LEVELS[0],
        "object": "job", "object_id": 1 + n % 1000, "details": {"fields": ["title"]},
    }  # fmt: skip
