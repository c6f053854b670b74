"""Sessions that were logged out stay out: on every worker, whatever is lost, and within a second."""

from __future__ import annotations

import contextlib
import signal
import time
from collections import Counter

import pytest
from tests.api.test_limits import redis_server
from tests.drills.product import WORKERS, Line, ask, at_once, instance, lines_to_all
from tests.factories import make_user
from tests.server.running import wait_until

from talentsphere.domains.accounts.models import Session as SignIn

pytestmark = pytest.mark.server
TELLING = "tests.drills.telling:app"
ME = "/api/v2/users/me"
AT_LEAST_S = 1.0
"""The promise: within this time of a logout no worker lets the session in."""


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def answers(line: Line, tokens: list[str]) -> Counter:
    """Return how often each status came for ``tokens``, all asked of one worker."""
    return Counter(line.ask("GET", ME, **bearer(token)).status for token in tokens)


class Drill:
    """A server with Redis, sessions that were logged out, and one that lives."""

    def __init__(self, found, server, redis_url: str) -> None:
        self.found, self.server = found, server
        self.redis_url = redis_url
        self.out: list[str] = []
        self.alive = ""

    def log_out(self, count: int) -> None:
        with self.found.filling():
            user = make_user()
        *self.out, self.alive = self.found.sign_in(user, count + 1)
        lines = lines_to_all(self.server.port)
        before = [answers(line, self.out[:20]) for line in lines]  # what every worker remembers
        assert before == [Counter({200: len(self.out[:20])})] * WORKERS
        statuses = at_once(
            lambda token: ask(self.server.port, "POST", "/api/v2/auth/logout", **bearer(token)).status, self.out, 8
        )
        assert Counter(statuses) == {204: count}
        self.close(lines)

    def let_in(self) -> Counter:
        """Ask every worker for every session; return how often each status came, and check that the living one is."""
        lines = lines_to_all(self.server.port)
        found = sum(at_once(lambda line: answers(line, self.out), lines, WORKERS), Counter())
        assert [answers(line, [self.alive]) for line in lines] == [Counter({200: 1})] * WORKERS
        self.close(lines)
        return found

    def forget_what_the_host_shares(self) -> None:
        """Delete the files below ``run``, as somebody who clears a cache by hand does."""
        for path in sorted((self.found.folder / "run").rglob("*")):
            if path.is_file():
                path.unlink()

    @staticmethod
    def close(lines: list[Line]) -> None:
        for line in lines:
            line.close()


@contextlib.contextmanager
def drill(tmp_path, make_settings, application: str = TELLING):
    with redis_server(tmp_path) as (url, redis):
        variables = {"REDIS_URL": url, "RATE_LIMIT_API": "1000000/minute"}
        with (
            instance(tmp_path / "home", make_settings, **variables) as found,
            found.serving(application) as server,
        ):
            yield Drill(found, server, url), redis


def flush(url: str) -> None:
    import redis

    redis.Redis.from_url(url).flushall()


def survives_everything(tmp_path, make_settings, count: int) -> dict[str, Counter]:
    """Log ``count`` sessions out and return what every worker says of them after each loss."""
    seen = {}
    with drill(tmp_path, make_settings) as (found, redis):
        found.log_out(count)
        seen["nothing"] = found.let_in()
        found.forget_what_the_host_shares()
        seen["the host's files deleted"] = found.let_in()
        for worker in found.server.workers():
            worker.kill()
        wait_until(lambda: len(found.server.workers()) == WORKERS and found.server.is_up(), 20, "all workers are back")
        seen["every worker killed"] = found.let_in()
        flush(found.redis_url)
        seen["FLUSHALL"] = found.let_in()
        redis.send_signal(signal.SIGSTOP)
        seen["Redis stopped"] = found.let_in()
        redis.send_signal(signal.SIGCONT)
        redis.kill()
        redis.wait()
        seen["Redis gone"] = found.let_in()
        out, alive, instance_ = found.out, found.alive, found.found
    with redis_server(tmp_path) as (url, _), instance_.serving(TELLING, REDIS_URL=url) as server:
        again = Drill(instance_, server, url)
        again.out, again.alive = out, alive
        seen["all of it started again, Redis empty"] = again.let_in()
    for loss, found_ in seen.items():
        print(f"{loss}: {dict(found_)}")
    return seen


def test_who_logged_out_stays_out_whatever_is_lost(tmp_path, make_settings):
    seen = survives_everything(tmp_path, make_settings, 20)
    assert list(seen.values()) == [Counter({401: 20 * WORKERS})] * 7


@pytest.mark.full
def test_a_thousand_who_logged_out_stay_out_whatever_is_lost(tmp_path, make_settings):
    seen = survives_everything(tmp_path, make_settings, 1_000)
    assert list(seen.values()) == [Counter({401: 1_000 * WORKERS})] * 7


def test_a_token_that_is_believed_alone_lets_all_in(tmp_path, make_settings):
    """The control."""
    with drill(tmp_path, make_settings, "tests.drills.believing:app") as (found, _):
        with found.found.filling():
            user = make_user()
        *found.out, found.alive = found.found.sign_in(user, 41)
        for token in found.out:
            ask(found.server.port, "POST", "/api/v2/auth/logout", **bearer(token))
        assert found.found.count(SignIn, SignIn.ended_at.is_not(None)) == 40
        assert found.let_in() == {200: 40 * WORKERS}


def overstayed(found: Drill, sessions: int) -> int:
    """Log sessions out that every worker remembers; return how many answers let one in a second after it."""
    with found.found.filling():
        user = make_user()
    lines, late = lines_to_all(found.server.port), 0
    for token in found.found.sign_in(user, sessions):
        assert [answers(line, [token]) for line in lines] == [Counter({200: 1})] * WORKERS
        assert lines[0].ask("POST", "/api/v2/auth/logout", **bearer(token)).status == 204
        over = time.monotonic()
        while time.monotonic() - over < AT_LEAST_S:
            at_once = [answers(line, [token]) for line in lines]
            if at_once == [Counter({401: 1})] * WORKERS:
                break
        began = [(time.monotonic() - over, answers(line, [token])) for line in lines]
        late += sum(200 in statuses for _, statuses in began)
    found.close(lines)
    return late


def test_a_logout_holds_on_every_worker_within_a_second(tmp_path, make_settings):
    with drill(tmp_path, make_settings) as (found, _):
        assert overstayed(found, 5) == 0


@pytest.mark.full
def test_two_hundred_logouts_hold_on_every_worker_within_a_second(tmp_path, make_settings):
    with drill(tmp_path, make_settings) as (found, _):
        assert overstayed(found, 200) == 0


def test_a_logout_holds_within_a_second_also_when_the_hosts_words_were_deleted(tmp_path, make_settings):
    """Workers that start later then share other words: only the second that a caller is remembered bounds it."""
    with drill(tmp_path, make_settings) as (found, _):
        with found.found.filling():
            lines_to_all(found.server.port)
        found.forget_what_the_host_shares()
        found.server.workers()[0].kill()
        wait_until(lambda: len(found.server.workers()) == WORKERS, 20, "the worker is back")
        assert overstayed(found, 3) == 0


def test_a_memory_that_lasts_would_overstay(tmp_path, make_settings):
    """The control."""
    with drill(tmp_path, make_settings, "tests.drills.long_memory:app") as (found, _):
        assert overstayed(found, 2) > 0
