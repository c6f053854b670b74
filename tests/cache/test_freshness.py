"""No read that begins after a write was acknowledged gives older data: real processes, real databases."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from tests.cache import freshness


def assert_used(total: dict[str, int], environment: dict[str, str]) -> None:
    """Most reads are hits, unless a long transaction of somebody else on a shared PostgreSQL holds its horizon back."""
    if environment["DATABASE_URL"].startswith("sqlite"):
        assert total["hits"] > total["reads"] / 4


def test_nothing_is_stale(environment, tmp_path):
    total = freshness.run(environment, tmp_path, processes=2, operations=1_200, broken="no")
    assert total["stale"] == 0
    assert total["writes"] > 30
    assert_used(total, environment)


@pytest.mark.parametrize("environment", ["map"], indirect=True)
def test_a_product_that_does_not_announce_would_be_caught(environment, tmp_path):
    assert freshness.run(environment, tmp_path, processes=2, operations=1_200, broken="never")["stale"] > 0


@contextlib.contextmanager
def losing(lose: Callable[[], None], every_s: float) -> Iterator[None]:
    """Lose a part of the cache again and again while the block runs."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(every_s):
            lose()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("environment", ["map", "redis"], indirect=True)
def test_losing_the_table_of_words_makes_nothing_old(environment, tmp_path, request):
    if "REDIS_URL" in environment:
        server = request.getfixturevalue("server")
        lose: Callable[[], None] = server.flush
    else:
        words = tmp_path / "run" / "cache" / "words"
        lose = lambda: words.unlink(missing_ok=True)  # noqa: E731
    with losing(lose, 0.2):
        total = freshness.run(environment, tmp_path, processes=2, operations=1_000, broken="no")
    assert (total["stale"], total["reads"] > 800) == (0, True)


@pytest.mark.parametrize("environment", ["redis"], indirect=True)
def test_killing_and_freezing_redis_makes_nothing_old_and_no_error(environment, tmp_path, server):
    def hurt() -> None:
        server.freeze()
        time.sleep(0.4)
        server.thaw()
        server.restart()

    with losing(hurt, 0.5):
        total = freshness.run(environment, tmp_path, processes=2, operations=1_000, broken="no")
    assert (total["stale"], total["reads"] > 800) == (0, True)
