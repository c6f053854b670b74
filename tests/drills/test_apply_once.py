"""Sixteen identical applications at once, again and again: one row, one log entry, one count and one mail a round.

The control looks before it inserts, as one would without a constraint that decides, and makes more.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from tests.factories import bearer, make_company, make_job, make_user

from talentsphere.db.session import reading, writing
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.applications.models import Application, ApplicationEvent, ApplicationTally
from talentsphere.domains.mail.models import Mail

PARALLEL = 16
LETTER = {"cover_letter": "I care.", "source": "linkedin"}


def rounds_of(app, rounds: int) -> list[list[tuple[int, int]]]:
    """Apply ``PARALLEL`` times at once to one job after the other, and return what each was answered."""
    headers = bearer(make_user("candidate"))
    company = make_company()
    jobs = [make_job(company=company).id for _ in range(rounds)]
    found = []
    with ThreadPoolExecutor(PARALLEL) as pool:
        for job_id in jobs:
            start = threading.Barrier(PARALLEL)

            def apply(_number, job_id=job_id, start=start):
                client = app.test_client()
                start.wait()
                answer = client.post(f"/api/v2/jobs/{job_id}/applications", json=LETTER, headers=headers)
                return answer.status_code, answer.get_json()["id"]

            found.append(list(pool.map(apply, range(PARALLEL))))
    return found


def count(database, *tables) -> list[int]:
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def proved(app, database, rounds: int) -> None:
    answers = rounds_of(app, rounds)
    assert [sorted(status for status, _ in each) for each in answers] == [[201, *[409] * (PARALLEL - 1)]] * rounds
    assert [len({id_ for _, id_ in each}) for each in answers] == [1] * rounds
    made = count(database, Application, ApplicationEvent, Mail)
    with database.reading() as session:
        logged = session.scalar(
            select(func.count()).select_from(Activity).where(Activity.action == "application.created")
        )
        tallied = session.scalar(select(func.sum(ApplicationTally.n)))
    print(
        f"{rounds} rounds x {PARALLEL}: {made[0]} rows, {logged} activity entries, {tallied} counted, {made[2]} mails"
    )
    assert [*made, logged, tallied] == [rounds] * 5


def test_three_rounds_of_sixteen_are_three_applications(app, database):
    proved(app, database, 3)


@pytest.mark.full
def test_fifty_rounds_of_sixteen_are_fifty_applications(app, database):
    proved(app, database, 50)


@pytest.mark.unfed
def test_looking_before_inserting_makes_more(app, database):
    """The control, without the constraint: between the look and the insert there is room for fifteen others."""
    with writing_past(app) as run:
        run("CREATE TABLE careless (job_id INTEGER, candidate_id INTEGER)")
    rounds, start = 5, threading.Barrier(PARALLEL)

    def apply(job_id):
        with app.app_context():
            start.wait()
            with reading() as session:
                held = session.scalar(text("SELECT count(*) FROM careless WHERE job_id = :job"), {"job": job_id})
            start.wait(timeout=30)
            if not held:
                with writing() as session:
                    session.connection().execute(text("INSERT INTO careless VALUES (:job, 1)"), {"job": job_id})

    try:
        with ThreadPoolExecutor(PARALLEL) as pool:
            for job_id in range(rounds):
                list(pool.map(apply, [job_id] * PARALLEL))
        with app.app_context(), reading() as session:
            assert session.scalar(text("SELECT count(*) FROM careless")) > rounds
    finally:
        with writing_past(app) as run:
            run("DROP TABLE careless")


class writing_past:  # a context manager, read as a verb
    """Run statements outside of the product."""

    def __init__(self, app) -> None:
        self.app = app

    def __enter__(self):
        self.context = self.app.app_context()
        self.context.push()
        return self._run

    def _run(self, statement: str) -> None:
        with writing() as session:
            session.connection().execute(text(statement))

    def __exit__(self, *_error) -> None:
        self.context.pop()
