"""One key, one job: many senders, workers that are killed, and clients that ask until they have an answer."""

from __future__ import annotations

import http.client
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from tests.drills.product import PRODUCT, Answer, ask, at_once, instance, repeating
from tests.factories import bearer, make_company, make_user

from talentsphere.db.idempotency import IdempotencyKey
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.jobs.models import Job

pytestmark = pytest.mark.server
SENDERS = 16
THREADS = 32
PATIENCE_S = 240
ENGINES = pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
JOB = {"description": "Build pipelines.", "status": "open", "salary_min": 50_000, "currency": "USD", "skills": []}


@dataclass
class Sent:
    """What the clients saw."""

    bodies: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    retries: int = 0
    killed: int = 0
    refused: set[int] = field(default_factory=set)


@pytest.fixture
def board(tmp_path, make_settings):
    """Make an instance on an engine, with a recruiter: (instance, their headers)."""
    opened = []

    def make(engine: str):
        manager = instance(tmp_path, make_settings, engine, RATE_LIMIT_ENABLED="false")
        opened.append(manager)
        found = manager.__enter__()
        with found.filling():
            return found, bearer(make_user("recruiter", make_company()))

    yield make
    for manager in opened:
        manager.__exit__(None, None, None)


def drilled(found, headers, keys: int, application: str = PRODUCT, kill_every_s: float = 1.0) -> Sent:
    """Send each of ``keys`` jobs ``SENDERS`` times at once, until every sender has a 2xx, while workers are killed."""
    sent, until = Sent(), time.monotonic() + PATIENCE_S
    with found.serving(application) as server:

        def kill_one() -> None:
            if workers := server.workers():
                random.choice(workers).kill()
                sent.killed += 1

        def send(key: str) -> None:
            answer = until_answered(server.port, key, {**headers, "Idempotency-Key": key}, sent, until)
            sent.bodies[key].add(answer.body)

        with repeating(kill_one, kill_every_s):
            at_once(send, [f"key-{number}" for number in range(keys) for _ in range(SENDERS)], THREADS)
    return sent


def until_answered(port: int, key: str, headers: dict[str, str], sent: Sent, until: float) -> Answer:
    while time.monotonic() < until:
        try:
            answer = ask(port, "POST", "/api/v2/jobs", {**JOB, "title": f"Engineer {key}"}, **headers)
        except (OSError, http.client.HTTPException):
            sent.retries += 1
            time.sleep(0.02)
            continue
        if 200 <= answer.status < 300:
            return answer
        sent.refused.add(answer.status)
        assert answer.status in (409, 503), (answer.status, answer.body)
        sent.retries += 1
        time.sleep(0.02 + random.random() / 20)
    raise AssertionError(f"{key} has no answer after {PATIENCE_S} s")


def proved(found, sent: Sent, keys: int) -> None:
    print(f"{keys} keys, {found.count(Job)} jobs, {sent.killed} workers killed, {sent.retries} sent again, "
          f"{sorted(sent.refused)} on the way")  # fmt: skip
    assert found.count(Job) == keys
    assert {key: len(bodies) for key, bodies in sent.bodies.items()} == {f"key-{n}": 1 for n in range(keys)}
    assert found.count(IdempotencyKey) == found.count(Activity, Activity.action == "job.created") == keys


@ENGINES
def test_one_key_is_one_job_while_workers_are_killed(board, engine):
    found, headers = board(engine)
    sent = drilled(found, headers, keys=6, kill_every_s=0.4)
    proved(found, sent, 6)
    assert sent.killed


@ENGINES
def test_keys_that_are_kept_beside_the_effect_make_jobs_twice(board, engine):
    """The control."""
    found, headers = board(engine)
    drilled(found, headers, keys=6, application="tests.drills.remembering_after:app")
    assert found.count(Job) > 6


@pytest.mark.full
@ENGINES
def test_two_hundred_keys_are_two_hundred_jobs(board, engine):
    found, headers = board(engine)
    sent = drilled(found, headers, keys=200)
    proved(found, sent, 200)
    assert sent.killed >= 5
