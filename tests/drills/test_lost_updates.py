"""Writers that read, add one and write back under ``If-Match``: every acknowledged addition is there at the end."""

from __future__ import annotations

import random
import time

import pytest
from tests.drills.product import Line, at_once, instance
from tests.factories import bearer, make_company, make_job, make_user

from talentsphere.domains.jobs.models import Job

pytestmark = pytest.mark.server
JOB = "/api/v2/jobs/1"
OWN = "/api/v2/companies/1/jobs/1"


def acknowledged(found, writers: int, updates: int, tag: str | None = None) -> tuple[int, int]:
    """Let each writer add one to the pay ``updates`` times; return (answers with 200, with 412).

    ``tag`` is sent instead of the one that was read.
    """
    with found.filling():
        company = make_company()
        make_job(company=company, salary_min=0, salary_max=None)
        headers = bearer(make_user("recruiter", company))
    with found.serving() as server:

        def write(_number: int) -> tuple[int, int]:
            line, done, late, tries = Line(server.port), 0, 0, 0
            while done < updates:
                status = read_and_added(line, headers, tag)
                done += status == 200
                late += status == 412
                tries = 0 if status == 200 else tries + 1
                time.sleep(random.random() * 0.02 * 2 ** min(tries, 6) if tries else 0)
            line.close()
            return done, late

        totals = at_once(write, range(writers), writers)
    return sum(done for done, _ in totals), sum(late for _, late in totals)


def read_and_added(line: Line, headers: dict[str, str], tag: str | None) -> int:
    """Read the pay and write it back with one more; return the status."""
    read = line.ask("GET", OWN, **headers)
    if read.status == 503:
        return 503
    assert read.status == 200, read.body
    told = {**headers, "If-Match": tag or read.headers["etag"]}
    answer = line.ask("PATCH", JOB, {"salary_min": read.json["salary_min"] + 1}, **told)
    assert answer.status in (200, 412, 503), (answer.status, answer.body)
    return answer.status


def pay(found) -> int:
    [amount] = found.scalars(Job.__table__.select().with_only_columns(Job.salary_min))
    return amount


@pytest.fixture
def board(tmp_path, make_settings, request):
    with instance(tmp_path, make_settings, request.param, RATE_LIMIT_ENABLED="false") as found:
        yield found


BOTH = pytest.mark.parametrize("board", ["sqlite", "postgresql"], indirect=True)


@BOTH
def test_no_update_is_lost(board):
    done, late = acknowledged(board, writers=8, updates=8)
    assert (done, pay(board)) == (64, 64)
    assert late, "nobody met anybody"


@BOTH
def test_writers_who_do_not_compare_lose_updates(board):
    """The control."""
    done, _ = acknowledged(board, writers=8, updates=8, tag="*")
    assert pay(board) < done


@pytest.mark.full
@BOTH
def test_no_update_of_thirty_two_writers_is_lost(board):
    done, late = acknowledged(board, writers=32, updates=100)
    print(f"{done} acknowledged, {late} came too late, {done - pay(board)} lost")
    assert (done, pay(board)) == (3_200, 3_200)
