"""No answer carries another request's row, whatever the master did before it forked."""

import time

import pytest
from tests.server.attempts import one_of_three
from tests.server.checker import Checker, Tally
from tests.server.postgres import postgres
from tests.server.running import ROOT, gunicorn

pytestmark = pytest.mark.server

CLIENTS = 48
"""With a dozen, the few workers that they meet may never ask at the same time, and the control finds nothing."""
UNGUARDED = ("-c", str(ROOT / "tests/server/unguarded.conf.py"))


@pytest.fixture(scope="module")
def database():
    with postgres() as url:
        yield url


def echoes(tmp_path, database: str, seconds: float, *options: str, **variables: str) -> Tally:
    settings = {"DATABASE_URL": database, "WORKERS": "4", "THREADS": "8", **variables}
    with (
        gunicorn(tmp_path, *options, application="tests.server.database_echo:app", **settings) as server,
        Checker(server.port, CLIENTS, {"db": 1}, timeout_s=3) as checker,
    ):
        time.sleep(seconds)
        tally = checker.stop()
    print(tally)
    return tally


def test_no_answer_is_mixed_up(tmp_path, database):
    tally = echoes(tmp_path, database, 3)
    assert (tally.failed, tally.wrong) == ([], []), str(tally)
    assert tally.total > 200


@pytest.mark.full
def test_no_answer_is_mixed_up_in_a_minute(tmp_path, database):
    tally = echoes(tmp_path, database, 60)
    assert (tally.failed, tally.wrong) == ([], []), str(tally)


def test_no_answer_is_mixed_up_after_queries_before_the_fork(tmp_path, database):
    tally = echoes(tmp_path, database, 2, *UNGUARDED, WARM_UP="yes")
    assert (tally.failed, tally.wrong) == ([], []), str(tally)


@one_of_three
def test_answers_are_mixed_up_or_lost_without_disposal(tmp_path, database):
    """The control."""
    tally = echoes(tmp_path, database, 4, *UNGUARDED, WARM_UP="yes", DISPOSE="no")
    assert tally.failed or tally.wrong


def test_the_master_refuses_to_fork_with_open_connections(tmp_path, database):
    with pytest.raises(AssertionError, match="opened 3 connections"):
        echoes(tmp_path, database, 0, WARM_UP="yes")
