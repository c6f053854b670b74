"""A copy of the database that knows only the feed, writers that change everything at random, and a watcher.

Each runs in a thread of its own with connections of its own.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.factories import make_company, make_skill, make_user

from talentsphere.db.base import Base
from talentsphere.db.caller import Actor, Extent, Reach
from talentsphere.db.conflicts import is_conflict
from talentsphere.db.events import Event, feed_horizon
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts import people
from talentsphere.domains.changes.fed import FED
from talentsphere.domains.changes.queries import Position, list_changes
from talentsphere.domains.companies import teams
from talentsphere.domains.companies import writing as companies
from talentsphere.domains.jobs import editing
from talentsphere.domains.jobs.bodies import NewJob
from talentsphere.errors import DomainError

EVERYTHING, ACTOR = Reach(Extent.EVERYTHING), Actor()
Facts = dict[tuple[str, int], Any]
PARTS = {
    "company_locations": "company_id",
    "job_skills": "job_id",
    "hiring_teams": "job_id",
    "job_stages": "job_id",
    "application_tags": "application_id",
    "skill_names": "skill_id",
}
"""Fed tables whose rows are a part of an object, and the column that says of which."""


def facts_of(session: Any, object_: str | None = None, ids: Collection[int] = ()) -> Facts:
    """Return every object, or those of one kind with these ids, as all that is fed of its rows."""
    found: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    for name, fed in FED.items():
        if object_ not in (None, fed.object):
            continue
        table = Base.metadata.tables[name]
        key = table.c[PARTS.get(name, "id")]
        statement = select(key.label("of"), *[column for column in table.c if column.name not in fed.apart])
        if object_ is not None:
            statement = statement.where(key.in_(ids))
        for row in session.execute(statement):
            found[fed.object, row.of].append((name, tuple(map(str, row))))
    return {key: sorted(rows) for key, rows in found.items()}


class Copy:
    """What a client makes of the feed: it reads each object that is named, and forgets what has a tombstone."""

    def __init__(self, reach: Reach = EVERYTHING) -> None:
        self.facts: Facts = {}
        self.seen: list[int] = []
        self._reach = reach
        self._position: Position | None = None

    def follow(self) -> int:
        """Take one page, and return how many events it had."""
        with reading() as session:
            page = list_changes(session, self._reach, self._position, 100)
        for object_ in sorted({row.object for row in page.rows}):
            self._take(object_, [row for row in page.rows if row.object == object_])
        self._position = page.position
        self.seen += [row.seq for row in page.rows]
        return len(page.rows)

    def _take(self, object_: str, rows: list[Any]) -> None:
        last = {row.id: row.op for row in rows}
        with reading() as session:
            found = facts_of(session, object_, last)
        for id_, op in last.items():
            facts = found.get((object_, id_))
            if op == "delete" or facts is None:  # None: its tombstone is still to come
                self.facts.pop((object_, id_), None)
            else:
                self.facts[object_, id_] = facts


class Watcher:
    """Looks at the whole feed again and again, and notes numbers that appear below one that was there before."""

    def __init__(self, horizon: ColumnElement[bool] | None = None) -> None:
        self._shown = Event.seq < feed_horizon() if horizon is None else horizon
        self._count = self._highest = 0
        self.late = 0

    def look(self) -> None:
        below = func.count().filter(Event.seq <= self._highest)
        with reading() as session:
            below_now, count, highest = session.execute(
                select(below, func.count(), func.max(Event.seq)).where(self._shown)
            ).one()
        if (highest or 0) < self._highest:
            return  # who shows less for a moment shows nothing late
        self.late += below_now - self._count
        self._count, self._highest = count, highest or 0


class Writer:
    """Makes one random change after the other, each in a transaction; some are given up, some take their time."""

    def __init__(self, seed: int, patience_s: float) -> None:
        self._random = Random(seed)
        self._patience_s = patience_s
        self.done = 0

    def write(self) -> None:
        change = self._random.choice(CHANGES)
        try:
            with writing() as session:
                change(self, session)
                if self._random.random() < 0.2:
                    time.sleep(self._random.random() * self._patience_s)
                if self._random.random() < 0.05:
                    raise ZeroDivisionError
            self.done += 1
        except (DomainError, ZeroDivisionError, IntegrityError):  # the last: the team was removed meanwhile
            return
        except DBAPIError as error:
            if not is_conflict(error):
                raise

    def _one_of(self, session: Any, table: str) -> int:
        ids = session.scalars(select(Base.metadata.tables[table].c.id)).all()
        return self._random.choice(ids) if ids else 0

    def _job(self, session: Any) -> Any:
        return editing.get_job_to_write(session, EVERYTHING, str(self._one_of(session, "jobs")))

    def _name(self) -> str:
        return f"name {self._random.randrange(1_000_000)}"

    def add_job(self, session: Any) -> None:
        given = {
            "company_id": self._one_of(session, "companies"),
            "title": self._name(),
            "description": "<p>Work.</p>",
            "status": self._random.choice(["draft", "open"]),
            "skills": self._random.choice([[], ["Python"], ["Python", "SQL"]]),
        }
        editing.add_job(session, EVERYTHING, ACTOR, NewJob().load(given))

    def change_job(self, session: Any) -> None:
        given = {"title": self._name(), "skills": self._random.choice([[], ["SQL"]])}
        editing.change_job(session, EVERYTHING, ACTOR, self._job(session), given)

    def publish_job(self, session: Any) -> None:
        editing.publish_job(session, ACTOR, self._job(session))

    def close_job(self, session: Any) -> None:
        editing.close_job(session, ACTOR, self._job(session), "filled")

    def delete_job(self, session: Any) -> None:
        editing.delete_job(session, ACTOR, self._job(session))

    def change_company(self, session: Any) -> None:
        company = companies.lock_company(session, EVERYTHING, str(self._one_of(session, "companies")))
        companies.change_company(session, ACTOR, company, {"name": self._name(), "locations": [{"name": self._name()}]})

    def add_team(self, session: Any) -> None:
        new = {"name": self._name(), "company_id": self._one_of(session, "companies")}
        teams.add_team(session, EVERYTHING, ACTOR, new)

    def remove_team(self, session: Any) -> None:
        teams.remove_team(session, ACTOR, teams.lock_team(session, EVERYTHING, self._one_of(session, "teams")))

    def change_person(self, session: Any) -> None:
        person = people.lock_person(session, EVERYTHING, self._one_of(session, "users"))
        changes = {"team_id": self._one_of(session, "teams")} if self._random.random() < 0.7 else {"role": "recruiter"}
        people.change_person(session, ACTOR, person, changes)


CHANGES = (
    *[Writer.add_job] * 4, *[Writer.change_job] * 3, Writer.publish_job, Writer.close_job, *[Writer.delete_job] * 3,
    Writer.change_company, Writer.add_team, Writer.remove_team, Writer.change_person,
)  # fmt: skip


def people_the_board() -> None:
    """Add what the writers find: companies, skills and people."""
    for name in ("Viamo", "Acme", "Initech"):
        company = make_company(name)
        make_user("interviewer", company)
    make_skill("Python")
    make_skill("SQL")


@contextmanager
def threads(app: Flask, *steps: Callable[[], object], pause_s: float = 0.002) -> Iterator[list[BaseException]]:
    """Repeat each step in a thread of its own while the block runs; what one raises is given, and raised at last."""
    over, errors = threading.Event(), list[BaseException]()

    def repeat(step: Callable[[], object]) -> None:
        try:
            with app.app_context():
                while not over.is_set():
                    step()
                    time.sleep(pause_s)
        except BaseException as error:
            errors.append(error)

    with ExitStack() as stack:
        for step in steps:
            thread = threading.Thread(target=repeat, args=(step,))
            thread.start()
            stack.callback(thread.join)
        stack.callback(over.set)
        yield errors
    if errors:
        raise errors[0]
