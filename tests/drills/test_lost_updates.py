"""Writers that read, add one and write back under ``If-Match``: every acknowledged addition is there at the end."""

from __future__ import annotations

import random
import time
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select
from tests.drills.product import Line, at_once, instance
from tests.factories import bearer, make_application, make_company, make_job, make_user

from talentsphere.domains.applications.models import Application
from talentsphere.domains.jobs.models import Job

pytestmark = pytest.mark.server


class Number(NamedTuple):
    """A number that writers add to: where it is read and written, in which member, and its column."""

    read: str
    written: str
    name: str
    column: Any


PAY = Number("/api/v2/companies/1/jobs/1", "/api/v2/jobs/1", "salary_min", Job.__table__.c.salary_min)
SOURCE = Number("/api/v2/applications/1", "/api/v2/applications/1", "source", Application.__table__.c.source)


def acknowledged(found, number: Number, writers: int, updates: int, tag: str | None = None) -> tuple[int, int]:
    """Let each writer add one to the number ``updates`` times; return (answers with 200, with 412).

    ``tag`` is sent instead of the one that was read.
    """
    with found.filling():
        company = make_company()
        job = make_job(company=company, salary_min=0, salary_max=None)
        make_application(job, make_user("candidate"), source="0")
        headers = bearer(make_user("recruiter", company))
    with found.serving() as server:

        def write(_number: int) -> tuple[int, int]:
            line, done, late, tries = Line(server.port), 0, 0, 0
            while done < updates:
                status = read_and_added(line, number, headers, tag)
                done += status == 200
                late += status == 412
                tries = 0 if status == 200 else tries + 1
                time.sleep(random.random() * 0.02 * 2 ** min(tries, 6) if tries else 0)
            line.close()
            return done, late

        totals = at_once(write, range(writers), writers)
    return sum(done for done, _ in totals), sum(late for _, late in totals)


def read_and_added(line: Line, number: Number, headers: dict[str, str], tag: str | None) -> int:
    """Read the number and write it back with one more; return the status."""
    read = line.ask("GET", number.read, **headers)
    if read.status == 503:
        return 503
    assert read.status == 200, read.body
    told = {**headers, "If-Match": tag or read.headers["etag"]}
    before = read.json[number.name]
    answer = line.ask("PATCH", number.written, {number.name: type(before)(int(before) + 1)}, **told)
    assert answer.status in (200, 412, 503), (answer.status, answer.body)
    return answer.status


def stored(found, number: Number) -> int:
    [amount] = found.scalars(select(number.column))
    return int(amount)


@pytest.fixture
def board(tmp_path, make_settings, request):
    with instance(tmp_path, make_settings, request.param, RATE_LIMIT_ENABLED="false") as found:
        yield found


BOTH = pytest.mark.parametrize("board", ["sqlite", "postgresql"], indirect=True)
EACH = pytest.mark.parametrize("number", [PAY, SOURCE], ids=["posting", "application"])


@BOTH
@EACH
def test_no_update_is_lost(board, number):
    done, late = acknowledged(board, number, writers=8, updates=8)
    assert (done, stored(board, number)) == (64, 64)
    assert late, "nobody met anybody"


@BOTH
@EACH
def test_writers_who_do_not_compare_lose_updates(board, number):
    """The control."""
    done, _ = acknowledged(board, number, writers=8, updates=8, tag="*")
    assert stored(board, number) < done


@pytest.mark.full
@BOTH
@EACH
def test_no_update_of_thirty_two_writers_is_lost(board, number):
    done, late = acknowledged(board, number, writers=32, updates=100)
    print(f"{done} acknowledged, {late} came too late, {done - stored(board, number)} lost")
    assert (done, stored(board, number)) == (3_200, 3_200)
