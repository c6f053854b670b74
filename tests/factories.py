"""Rows for tests, made as the product makes them: kept keys, folded names, counters.

Each default is visible in its signature. ``conftest.app`` names the application whose database they go to.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.db.events import add_event
from talentsphere.db.ids import allocate_ids
from talentsphere.db.session import writing
from talentsphere.domains.accounts.keyring import KEYRING, Keyring
from talentsphere.domains.accounts.models import Session as SignIn
from talentsphere.domains.accounts.models import User
from talentsphere.domains.accounts.passwords import Passwords
from talentsphere.domains.applications.history import add_steps
from talentsphere.domains.applications.models import Application
from talentsphere.domains.applications.pipeline import Step, history_row, standing_of
from talentsphere.domains.applications.tallies import record_standings
from talentsphere.domains.companies.models import Company, Team
from talentsphere.domains.jobs.models import SALARY_PERIODS, Job, JobSkill, recency_key
from talentsphere.domains.jobs.tagging import mark_jobs
from talentsphere.domains.jobs.tallies import Kind, record_tallies
from talentsphere.domains.names import folded_name, slug_of
from talentsphere.domains.skills.models import Skill, SkillName
from talentsphere.host.locks import HostSemaphore

POSTED_AT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)

MINUTE = timedelta(minutes=1)
JOB: dict[str, Any] = {
    "status": "open",
    "posted_at": POSTED_AT,
    "location": "Toronto, Ontario",
    "city": "Toronto",
    "region": "Ontario",
    "country": "CA",
    "remote": False,
    "employment_type": "full_time",
    "experience_level": "mid",
    "salary_min": 90_000,
    "salary_max": 120_000,
    "currency": "CAD",
    "salary_period": "year",
    "skills": (),
    "description": "<p>Build pipelines.</p>",
    "description_text": "Build pipelines.",
    "created_at": POSTED_AT,
    "updated_at": POSTED_AT,
}

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes in a tenth of a millisecond; what is verified says its own cost."""

_apps: list[Flask] = []


def use(app: Flask) -> None:
    """Write to the database of ``app`` from now on."""
    _apps[:] = [app]


def make_company(name: str = "Viamo", **columns: Any) -> Company:
    """Add a company; a slug that is taken gets a number."""
    with _apps[0].app_context(), writing() as session:
        return _add_company(session, name, columns)


def with_cheap_passwords(keyring: Keyring) -> Keyring:
    """Return ``keyring`` with hashes that tests need not wait for."""
    semaphore = HostSemaphore(Path(tempfile.gettempdir()), "talentsphere-tests", slots=4, waiting=100, patience_s=30)
    return replace(keyring, passwords=Passwords(CHEAP, semaphore))


def make_user(
    role: str = "candidate",
    company: Company | None = None,
    email: str = "ada@example.org",
    password: str = PASSWORD,
    **columns: Any,
) -> User:
    """Add a person; an address that is taken gets a number before the ``@``."""
    with _apps[0].app_context(), writing() as session:
        return _add_user(session, role, company, email, {"password_hash": CHEAP.hash(password), **columns})


def token_of(user: User, **columns: Any) -> str:
    """Sign ``user`` in, and return the access token of the new session."""
    with _apps[0].app_context(), writing() as session:
        sign_in = SignIn(**{"user_id": user.id, "expires_at": now() + timedelta(days=30), **columns})
        session.add(sign_in)
        session.flush()
        tokens = _apps[0].extensions[KEYRING].access_tokens
        return tokens.issue(user.id, sign_in.id, user.token_version, now())


def bearer(user: User) -> dict[str, str]:
    """Sign ``user`` in, and return the headers of their requests: ``client.get(path, headers=bearer(user))``."""
    return {"Authorization": f"Bearer {token_of(user)}"}


def make_team(company: Company, name: str = "Engineering", **columns: Any) -> Team:
    """Add a team to a company."""
    with _apps[0].app_context(), writing() as session:
        team = Team(**{"company_id": company.id, "name": name, "name_key": folded_name(name, 200), **columns})
        session.add(team)
        session.flush()
        add_event(session, "team.created", team.id, company_id=company.id)
        return team


def make_skill(name: str = "Python", aliases: Sequence[str] = (), kind: str = "technology", **columns: Any) -> Skill:
    """Add a skill with the names that it is found by."""
    with _apps[0].app_context(), writing() as session:
        return _add_skill(session, name, aliases, kind, columns)


def make_job(title: str = "Data Engineer", company: Company | str = "Viamo", **facts: Any) -> Job:
    """Add a posting as in ``JOB``; a company or a skill given by name is made when it is new."""
    with _apps[0].app_context(), writing() as session:
        return _add_job(session, company, {**JOB, "title": title, **facts})


def make_jobs(count: int, company: Company | str = "Viamo", **facts: Any) -> list[Job]:
    """Add ``count`` postings in one transaction, each a minute older than the one before."""
    with _apps[0].app_context(), writing() as session:
        return [
            _add_job(
                session, company, {**JOB, "title": f"Data Engineer {n}", "posted_at": POSTED_AT - n * MINUTE, **facts}
            )
            for n in range(count)
        ]


def make_application(job: Job, candidate: User | None = None, stage: str = "new", **columns: Any) -> Application:
    """Add an application to a posting, counted and with its first step; a candidate is made when none is given."""
    with _apps[0].app_context(), writing() as session:
        person = candidate or _add_user(session, "candidate", None, "ada@example.org", {"password_hash": "!"})
        row = {"job_id": job.id, "candidate_id": person.id, "company_id": job.company_id, "stage": stage, **columns}
        application = Application(**row)
        session.add(application)
        session.flush()
        first = Step("applied", stage, application.status)
        add_steps(session, [{**history_row(Actor(person.id), application, first, now()), "from_stage": None}])
        add_event(session, "application.created", application.id, company_id=job.company_id)
        record_standings(session, [(None, standing_of(application))])
        return application


def copy_job(job: Job, count: int) -> None:
    """Add copies of an open posting until there are ``count`` with ids from 1, spread over a thousand minutes."""
    with _apps[0].app_context(), writing() as session:
        row = dict(session.execute(select(Job.__table__).where(Job.id == job.id)).one()._mapping)
        mark_jobs(session, [job.id], [job.company_id])
        session.execute(insert(Job.__table__), [row_at(row, id_) for id_ in range(1, count + 1) if id_ != job.id])
        record_tallies(session, {_kind(job): count - 1})
        for id_ in range(1, count + 1):
            add_event(session, "job.created", id_, company_id=job.company_id)


def row_at(row: dict[str, Any], job_id: int) -> dict[str, Any]:
    """Return the row of a copy, at a time that its id decides."""
    posted_at = POSTED_AT - (job_id * 7919 % 1000) * MINUTE
    return {**row, "id": job_id, "posted_at": posted_at, "key": recency_key(posted_at, job_id), "external_id": None}


def close_job(job: Job, reason: str = "filled", closed_at: datetime = POSTED_AT) -> None:
    """Close an open posting, and count it as closed."""
    with _apps[0].app_context(), writing() as session:
        closing = {"status": "closed", "closed_reason": reason, "closed_at": closed_at, "version": Job.version + 1}
        mark_jobs(session, [job.id], [job.company_id])
        session.execute(update(Job).where(Job.id == job.id).values(closing))
        record_tallies(session, {_kind(job): -1, _kind(job, "closed"): 1})
        add_event(session, "job.closed", job.id, company_id=job.company_id)


def _add_company(session: Session, name: str, columns: dict[str, Any]) -> Company:
    slug = slug_of(name, empty="company")
    taken = session.scalar(
        select(func.count()).where(Company.slug.in_([slug, *(f"{slug}-{n}" for n in range(2, 100))]))
    )
    unique = f"{slug}-{taken + 1}" if taken else slug
    company = Company(**{"name": name, "name_key": folded_name(name, 200), "slug": unique, **columns})
    session.add(company)
    session.flush()
    add_event(session, "company.created", company.id, company_id=company.id)
    return company


def _add_user(session: Session, role: str, company: Company | None, email: str, columns: dict[str, Any]) -> User:
    name, _, host = email.partition("@")
    spellings = [email, *(f"{name}{n}@{host}" for n in range(2, 200))]
    taken = session.scalar(
        select(func.count()).where(User.email_key.in_([folded_name(each, 254) for each in spellings]))
    )
    address = spellings[taken or 0]
    user = User(**{
        "email": address,
        "email_key": folded_name(address, 254),
        "full_name": "Ada Lovelace",
        "role": role,
        "company_id": company.id if company else None,
        "preferences": {},
        **columns,
    })  # fmt: skip
    session.add(user)
    session.flush()
    add_event(session, "user.created", user.id, company_id=user.company_id)
    return user


def _add_skill(session: Session, name: str, aliases: Sequence[str], kind: str, columns: dict[str, Any]) -> Skill:
    skill = Skill(**{
        "name": name, "name_key": folded_name(name, 200), "slug": slug_of(name, empty="skill"), "kind": kind, **columns,
    })  # fmt: skip
    session.add(skill)
    session.flush()
    add_event(session, "skill.created", skill.id)
    own = dict.fromkeys([skill.name_key, skill.slug])
    others = {folded_name(alias, 200): alias for alias in aliases}
    session.add_all(SkillName(name_key=key, skill_id=skill.id, alias=None) for key in own)
    session.add_all(
        SkillName(name_key=key, skill_id=skill.id, alias=alias) for key, alias in others.items() if key not in own
    )
    return skill


def _add_job(session: Session, company: Company | str, facts: dict[str, Any]) -> Job:
    skills = facts.pop("skills")
    [job_id] = allocate_ids(session, Job, 1)
    job = Job(**{
        "id": job_id,
        "key": recency_key(facts["posted_at"], job_id),
        "company_id": company.id if isinstance(company, Company) else _company_named(session, company).id,
        "title_key": folded_name(facts["title"], 120),
        "slug": f"{slug_of(facts['title'], 80, 'job')}-{job_id}",
        "pay_yearly": _pay_yearly(facts),
        "location_key": _folded(facts["location"], 200),
        "city_key": _folded(facts["city"], 120),
        "region_key": _folded(facts["region"], 120),
        **facts,
    })  # fmt: skip
    session.add(job)
    session.flush()
    ids = [_skill_named(session, name).id for name in skills]
    session.add_all(JobSkill(job_id=job_id, skill_id=skill_id, key=job.key) for skill_id in ids)
    record_tallies(session, {_kind(job): 1})
    add_event(session, "job.created", job_id, company_id=job.company_id)
    return job


def _company_named(session: Session, name: str) -> Company:
    found = session.scalars(select(Company).where(Company.name_key == folded_name(name, 200))).first()
    return found or _add_company(session, name, {})


def _skill_named(session: Session, name: str) -> Skill:
    found = session.scalars(select(Skill).where(Skill.name_key == folded_name(name, 200))).first()
    return found or _add_skill(session, name, (), "technology", {})


def _kind(job: Job, status: str | None = None) -> Kind:
    return Kind(job.company_id, status or job.status, job.country, job.employment_type, job.remote)


def _pay_yearly(facts: dict[str, Any]) -> int:
    best = facts["salary_max"] if facts["salary_max"] is not None else facts["salary_min"]
    return best * SALARY_PERIODS[facts["salary_period"]] if best is not None and facts["salary_period"] else 0


def _folded(name: str | None, limit: int) -> str | None:
    return None if name is None else folded_name(name, limit)
