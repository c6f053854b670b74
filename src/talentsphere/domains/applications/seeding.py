"""A company's month of hiring, made up in any size: its postings, its people, candidates and what became of each.

Whatever an application goes through is drawn from random numbers of its own, seeded by (seed, its place), so that an
interrupted run goes on where it stopped and a repeated one adds nothing. Histories are written in bulk, through the
same counts and roll-ups as the product's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from talentsphere.db.caller import Actor
from talentsphere.db.changes import mark_changed
from talentsphere.db.events import add_event
from talentsphere.db.ids import allocate_ids
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts.models import User
from talentsphere.domains.applications.history import add_steps
from talentsphere.domains.applications.models import DEFAULT_STAGES, Application
from talentsphere.domains.applications.tagging import of_candidate, of_job
from talentsphere.domains.applications.tallies import Standing, record_standings
from talentsphere.domains.companies.models import Company
from talentsphere.domains.companies.writing import add_company
from talentsphere.domains.jobs.models import HiringTeamMember, Job
from talentsphere.domains.jobs.seeding import Seeding, seed_jobs

Row = dict[str, Any]

BATCH = 1_000
MONTH = timedelta(days=30)
STAGES = tuple(stage["stage"] for stage in DEFAULT_STAGES)
SOURCES = (None, None, "linkedin", "linkedin", "indeed", "referral", "careers page", "fair")
REASONS = ("not_qualified", "other_candidate", "salary", "location", "no_answer")
STAFF = {"recruiter": 8, "hiring_manager": 12, "interviewer": 30}
STAY = timedelta(days=6)
"""How long an application stands in a stage, at most."""
REJECTED, WITHDRAWN, BACK = 0.4, 0.05, 0.04
"""How often a step is one of these; else it is one stage further."""


@dataclass(frozen=True)
class Month:
    """What to make: applications of the 30 days before ``until``, each to another pair of candidate and posting."""

    jobs: int
    candidates: int
    applications: int
    until: datetime
    seed: int = 1

    @property
    def name(self) -> str:
        return f"Seeded Company {self.seed} ({self.jobs} jobs, {self.candidates} candidates)"


class Seeded(NamedTuple):
    """The company, and how many applications were made now, and were there already."""

    company_id: int
    added: int
    unchanged: int


def seed_month(wanted: Month, on_batch: Callable[[int], None] = lambda _done: None) -> Seeded:
    """Make what is missing, a thousand applications in a transaction; ``on_batch`` hears how many are there.

    Needs an application context. Raises ``ValueError`` when there are not so many pairs.
    """
    if wanted.applications > wanted.jobs * wanted.candidates:
        raise ValueError("more applications than pairs of a candidate and a posting")
    company_id = _company(wanted)
    seed_jobs(Seeding(wanted.jobs, wanted.until, wanted.seed, company_id))
    jobs = _jobs(company_id)
    candidates = _people(wanted, company_id, jobs)
    with reading() as session:
        there = session.scalar(select(func.count()).where(Application.company_id == company_id)) or 0
    for first in range(there, wanted.applications, BATCH):
        last = min(first + BATCH, wanted.applications)
        with writing() as session:
            _store(session, wanted, company_id, [_pair(place, jobs, candidates) for place in range(first, last)], first)
        on_batch(last)
    return Seeded(company_id, max(0, wanted.applications - there), there)


def _company(wanted: Month) -> int:
    with writing() as session:
        found = session.scalar(select(Company.id).where(Company.name == wanted.name))
        return found or add_company(session, Actor(), {"name": wanted.name})


def _jobs(company_id: int) -> Sequence[int]:
    with reading() as session:
        return session.scalars(select(Job.id).where(Job.company_id == company_id).order_by(Job.id)).all()


def _people(wanted: Month, company_id: int, jobs: Sequence[int]) -> Sequence[int]:
    """Return the ids of the candidates; make them and the staff unless they are there. None of them can sign in."""
    host = f"seed-{wanted.seed}-{company_id}.example"
    with writing() as session:
        keys = User.email_key.like(f"candidate%@{host}")
        there = session.scalars(select(User.id).where(keys).order_by(User.id)).all()
        if there:
            return there
        staff = [_person(f"{role}{n}@{host}", role, company_id) for role, count in STAFF.items() for n in range(count)]
        people = [*staff, *(_person(f"candidate{n}@{host}", "candidate", None) for n in range(wanted.candidates))]
        ids = allocate_ids(session, User, len(people))
        mark_changed(session, "users", "hiring_teams")
        for user_id, person in zip(ids, people, strict=True):
            person["id"] = user_id
            add_event(session, "user.created", user_id, company_id=person["company_id"])
        session.connection().execute(insert(User), people)
        team = [person for person in staff if person["role"] != "recruiter"]
        session.connection().execute(insert(HiringTeamMember), [_member(job, team[job % len(team)]) for job in jobs])
        for job_id in jobs:
            add_event(session, "job.team_joined", job_id, company_id=company_id)
        return ids[len(staff) :]


def _person(email: str, role: str, company_id: int | None) -> Row:
    return {
        "email": email, "email_key": email, "full_name": email.partition("@")[0].title(), "role": role,
        "company_id": company_id, "password_hash": "!",  # nosec B105
        "preferences": {},
    }  # fmt: skip


def _member(job_id: int, person: Row) -> Row:
    return {"job_id": job_id, "user_id": person["id"], "role": person["role"]}


def _pair(place: int, jobs: Sequence[int], candidates: Sequence[int]) -> tuple[int, int]:
    """Return the place's (job, candidate): each pair once, and neighbours apart."""
    turn, number = divmod(place, len(candidates))
    return jobs[(number * 31 + turn) % len(jobs)], candidates[number]


def _store(session: Session, wanted: Month, company_id: int, pairs: Sequence[tuple[int, int]], first: int) -> None:
    ids = allocate_ids(session, Application, len(pairs))
    rows, steps = [], []
    for place, (application_id, (job_id, candidate_id)) in enumerate(zip(ids, pairs, strict=True), first):
        keys = {"job_id": job_id, "company_id": company_id}
        row, story = _story(wanted, place)
        rows.append({**keys, **row, "id": application_id, "candidate_id": candidate_id, "answers": []})
        steps += [{**keys, **step, "application_id": application_id} for step in story]
        add_event(session, "application.created", application_id, company_id=company_id)
    mark_changed(session, "applications", *{of_job(job) for job, _ in pairs}, *{of_candidate(who) for _, who in pairs})
    session.connection().execute(insert(Application), rows)
    add_steps(session, steps)
    record_standings(
        session, [(None, Standing(company_id, row["job_id"], row["stage"], row["status"])) for row in rows]
    )


def _story(wanted: Month, place: int) -> tuple[Row, list[Row]]:
    """Return how an application stands at the end of the month, and every step to there."""
    random = Random(wanted.seed << 40 | place)  # noqa: S311  # made-up data
    applied_at = wanted.until - MONTH + MONTH * (place / wanted.applications)
    steps = list(_steps(random, applied_at, wanted.until))
    last, entered = steps[-1], [step["at"] for step in steps if step["from_stage"] != step["to_stage"]]
    is_over = last["to_status"] != "active"
    row = {
        "status": last["to_status"], "stage": last["to_stage"], "applied_at": applied_at, "entered_at": entered[-1],
        "updated_at": last["at"], "decided_at": last["at"] if is_over else None, "reject_reason": last["reason"],
        "source": random.choice(SOURCES),
    }  # fmt: skip
    return row, steps


def _steps(random: Random, at: datetime, until: datetime) -> Iterator[Row]:
    stage, entered_at = 0, at
    yield _step("applied", at, None, STAGES[0], None, "active", None)
    while stage < len(STAGES) - 1:
        at += timedelta(seconds=random.randint(600, int(STAY.total_seconds())))
        if at >= until:
            return
        draw, seconds, here = random.random(), int((at - entered_at).total_seconds()), STAGES[stage]
        if draw < REJECTED:
            reason = random.choice(REASONS)
            yield _step("rejected", at, here, here, "active", "rejected", seconds, reason)
            return
        if draw < REJECTED + WITHDRAWN:
            yield _step("withdrawn", at, here, here, "active", "withdrawn", seconds)
            return
        stage += -1 if stage and draw > 1 - BACK else 1
        status = "hired" if STAGES[stage] == "hired" else "active"
        yield _step("moved", at, here, STAGES[stage], "active", status, seconds)
        entered_at = at


def _step(
    kind: str, at: datetime, from_stage: str | None, to_stage: str, from_status: str | None, to_status: str,
    seconds: int | None, reason: str | None = None,
) -> Row:  # fmt: skip
    return {
        "kind": kind, "at": at, "from_stage": from_stage, "to_stage": to_stage, "from_status": from_status,
        "to_status": to_status, "seconds": seconds, "reason": reason,
    }  # fmt: skip
