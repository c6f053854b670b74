"""A writer that is killed right before or right after its COMMIT leaves nothing stale: real processes."""

from __future__ import annotations

import os
import signal

import pytest
from flask import Flask
from sqlalchemy import event, select
from tests.cache import freshness
from tests.processes import begin, end_of

from talentsphere.app import create_app
from talentsphere.db.changes import WritingSession
from talentsphere.db.session import engines_of
from talentsphere.domains.jobs.models import Job
from talentsphere.settings import Settings


def killed_writers(instance: Flask, token: str, times: int, broken: str) -> int:
    """Kill writers right before and right after their COMMIT; return how often the board was older than its rows."""
    reader, stale = instance.test_client(), 0
    for number in range(1, times + 1):
        for _ in range(2):
            reader.get("/api/v2/jobs/1")
        where = ("before_commit", "after_commit")[number % 2]
        writer = begin(_write_and_die, instance.extensions["talentsphere.settings"], token, number, where, broken)
        assert end_of(writer) == -signal.SIGKILL
        shown = reader.get("/api/v2/jobs/1").get_json()["salary_min"]
        with engines_of(instance).read.connect() as connection:
            stored = connection.execute(select(Job.salary_min).where(Job.id == 1)).scalar_one()
        stale += shown != stored
    return stale


def _write_and_die(settings: Settings, token: str, number: int, where: str, broken: str) -> None:
    instance = create_app(settings)
    freshness.break_freshness(instance, broken)
    event.listen(WritingSession, where, lambda _session: os.kill(os.getpid(), signal.SIGKILL), insert=True)
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    instance.test_client().patch("/api/v2/jobs/1", json={"salary_min": number, "salary_max": number}, headers=headers)


@pytest.mark.parametrize("environment", ["map", "redis"], indirect=True)
def test_a_writer_that_is_killed_around_its_commit_leaves_nothing_stale(instance, environment):
    assert killed_writers(instance, environment["FRESHNESS_TOKEN"], 10, "no") == 0


@pytest.mark.parametrize("environment", ["map"], indirect=True)
def test_a_killed_writer_that_announced_nothing_before_its_commit_would_be_caught(instance, environment):
    assert killed_writers(instance, environment["FRESHNESS_TOKEN"], 6, "never") > 0


@pytest.mark.full
@pytest.mark.parametrize("environment", ["map", "redis"], indirect=True)
def test_five_hundred_killed_writers_leave_nothing_stale(instance, environment):
    assert killed_writers(instance, environment["FRESHNESS_TOKEN"], 500, "no") == 0
