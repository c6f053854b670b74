"""Histories of applications at random, written step by step as the pipeline does, thousands in a few seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session
from tests.factories import make_company, make_jobs, make_user

from talentsphere.db.changes import mark_changed
from talentsphere.db.dialect import add_to_counters
from talentsphere.domains.analytics.folding import fold_steps
from talentsphere.domains.applications.models import Application, ApplicationEvent, ApplicationTally

BEGAN = datetime(2026, 1, 20, tzinfo=UTC)
STAGES = ("new", "screen", "interview", "offer", "hired")
SOURCES = (None, "linkedin", "referral")
STANDING = ("stage", "status", "entered_at", "decided_at")
COLUMNS = {"decided_at": None}
Row = dict[str, Any]
Fold = Callable[[Session, Sequence[int], set[int]], None]


class Histories:
    """Applications to the jobs of two companies, of which ``play`` takes one more step after another."""

    def __init__(self, database: Any, seed: int = 1, jobs: int = 4, people: int = 40) -> None:
        self.database, self.random, self.at = database, Random(seed), BEGAN
        companies = make_company("Acme"), make_company("Globex")
        self.companies = [company.id for company in companies]
        self.jobs = [(company.id, job.id) for company in companies for job in make_jobs(jobs, company)]
        users = [make_user().id for _ in range(people)]
        self.free = [(*job, user) for job in self.jobs for user in users]
        self.random.shuffle(self.free)
        self.rows: dict[int, Row] = {}
        self.stored: set[int] = set()
        self.ids = count(1)
        self.taken = 0

    def play(self, steps: int, a_transaction: int = 25, fold: Fold = fold_steps) -> None:
        """Take so many steps, several in one transaction."""
        goal = self.taken + steps
        while self.taken < goal:
            with self.database.writing() as session:
                steps = [self._step() for _ in range(min(a_transaction, goal - self.taken))]
                self._write(session, steps, fold)

    def tell(self, *steps: tuple[str, str, str, int]) -> None:
        """Let one application take these steps: kind, stage, status, minutes after it began."""
        for kind, stage, status, minutes in steps:
            self.at = BEGAN + timedelta(minutes=minutes)
            with self.database.writing() as session:
                [row] = self.rows.values() if self.rows else [None]
                step = self._take(row, kind, stage, status) if row else self._apply(status)
                self._write(session, [step], fold_steps)

    def _write(self, session: Session, steps: Sequence[Row], fold: Fold) -> None:
        tallies = Counter[tuple[int, int, str, str]]()
        for step in steps:
            place = (step["company_id"], step["job_id"])
            tallies[*place, step["to_stage"], step["to_status"]] += 1
            if step["from_stage"]:
                tallies[*place, step["from_stage"], step["from_status"]] -= 1
        mark_changed(session, "applications")
        self._store(session, {step["application_id"] for step in steps})
        table: Any = ApplicationEvent.__table__
        ids = session.connection().execute(insert(table).returning(table.c.id), list(steps)).scalars().all()
        fold(session, ids, {step["company_id"] for step in steps})
        names = ("company_id", "job_id", "stage", "status")
        rows = [{**dict(zip(names, key, strict=True)), "n": n} for key, n in sorted(tallies.items()) if n]
        add_to_counters(session, ApplicationTally, "n", rows)
        self.taken += len(steps)

    def _store(self, session: Session, ids: set[int]) -> None:
        """Write the applications as they stand now."""
        new = [self.rows[id_] for id_ in sorted(ids - self.stored)]
        if new:
            session.connection().execute(insert(Application), [{**COLUMNS, **row} for row in new])
        known = sorted(ids & self.stored)
        changes = [{"key": id_, **{name: self.rows[id_][name] for name in STANDING}} for id_ in known]
        if changes:
            values = {name: bindparam(name) for name in STANDING}
            table = Application.__table__
            session.connection().execute(update(table).where(table.c.id == bindparam("key")).values(values), changes)
        self.stored |= ids

    def _step(self) -> Row:
        self.at += timedelta(minutes=self.random.randint(1, 90))
        if self.free and (not self.rows or self.random.random() < 0.15):
            return self._apply("quarantined" if self.random.random() < 0.1 else "active")
        row = self.random.choice(list(self.rows.values()))
        return self._take(row, *self._next(row))

    def _take(self, row: Row, kind: str, stage: str, status: str) -> Row:
        since = row["decided_at"] if kind == "undone" else row["entered_at"]
        step = {
            **self._facts(row), "kind": kind, "from_stage": row["stage"], "from_status": row["status"],
            "to_stage": stage, "to_status": status, "seconds": int((self.at - since).total_seconds()),
        }  # fmt: skip
        if stage != row["stage"]:
            row["entered_at"] = self.at
        row.update(stage=stage, status=status, decided_at=self.at)
        return step

    def _next(self, row: Row) -> tuple[str, str, str]:
        """Return a step that the pipeline allows from where ``row`` stands."""
        status, stage, random = row["status"], row["stage"], self.random.random()
        if status == "quarantined":
            return ("withdrawn", stage, "withdrawn") if random < 0.3 else ("released", stage, "active")
        if status == "rejected":
            return ("withdrawn", stage, "withdrawn") if random < 0.1 else ("undone", stage, _on_board(stage))
        if status == "withdrawn" or random < 0.6:
            moved = self.random.choice([each for each in STAGES if each != stage])
            return ("moved", moved, _on_board(moved))
        return ("rejected", stage, "rejected") if random < 0.95 else ("withdrawn", stage, "withdrawn")

    def _apply(self, status: str) -> Row:
        company_id, job_id, user_id = self.free.pop()
        row: Row = {
            "company_id": company_id, "job_id": job_id, "candidate_id": user_id, "status": status, "stage": "new",
            "entered_at": self.at, "applied_at": self.at, "updated_at": self.at, "answers": [],
            "source": self.random.choice(SOURCES),
        }  # fmt: skip
        row["id"] = next(self.ids)
        self.rows[row["id"]] = row
        return {
            **self._facts(row), "kind": "applied", "from_stage": None, "from_status": None, "to_stage": "new",
            "to_status": status, "seconds": None,
        }  # fmt: skip

    def _facts(self, row: Row) -> Row:
        return {"application_id": row["id"], "job_id": row["job_id"], "company_id": row["company_id"], "at": self.at}


def _on_board(stage: str) -> str:
    return "hired" if stage == "hired" else "active"
