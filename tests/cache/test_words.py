"""One contract on both tables of words: the file of a host, and Redis."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.cache.redis_server import RedisServer
from tests.processes import begin, end_of, run_together

from talentsphere.cache.doubt import Doubt
from talentsphere.cache.words import SLOTS, Asked, slot_of, slots_of
from talentsphere.cache.words_map import MapWords
from talentsphere.cache.words_redis import RedisWords

pytestmark = pytest.mark.once

HERE = 4711


def at(stamp: int, instance: int = HERE):
    """A database that says this when it is asked."""
    return lambda: Asked(stamp, instance)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["map", "redis"])
def make(request, tmp_path):
    """Return what opens the table once more, as another process of the host would; processes can be given it."""
    if request.param == "map":
        return partial(MapWords, tmp_path / "run" / "words")
    server, key = request.getfixturevalue("server"), f"words-{secrets.token_hex(4)}"
    server.flush()
    return partial(_open_redis, server.url, tmp_path / "doubt", key)


def _open_redis(url: str, doubt: Path, key: str) -> RedisWords:
    return RedisWords(url, Doubt(doubt), key)


def _raise_every_fourth(make: Callable, first: int) -> None:
    table = make()
    for stamp in range(first, 500, 4):
        table.raise_to([7], stamp, HERE)


def _raise_and_die(make: Callable) -> None:
    make().raise_to([9], 77, HERE)
    os.kill(os.getpid(), signal.SIGKILL)


def _die_with_the_lock(path: Path) -> None:
    with MapWords(path)._current().locked():
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def words(make):
    """A table in use; its base is 10."""
    table = make()
    assert table.activate(at(10))
    return table


class TestEveryTable:
    def test_a_new_table_is_pending(self, make):
        assert make().look([1]) is None

    def test_an_activated_table_holds_for_every_tag_the_stamp_that_the_database_said(self, words):
        assert words.look([1, 2]).word == words.look([]).word == 10

    def test_the_table_exists_before_the_database_is_asked(self, make):
        """Else a write that got its stamp before, and raises after, would be in neither."""
        writer, opener = make(), make()

        def ask() -> Asked:
            writer.raise_to([5], 12, HERE)
            return Asked(11, HERE)

        assert opener.activate(ask)
        assert opener.look([5]).word == 12

    def test_words_are_only_raised(self, words):
        words.raise_to([3], 20, HERE)
        words.raise_to([3], 15, HERE)
        assert words.look([3]).word == 20
        assert words.look([4]).word == 10
        assert words.look([4]).highest == 20

    def test_others_see_what_one_raises(self, make, words):
        other = make()
        assert other.activate(at(12))
        words.raise_to([3, 4], 30, HERE)
        assert other.look([4]).word == 30

    def test_activating_a_table_in_use_changes_nothing(self, make, words):
        before = words.look([1])
        assert make().activate(at(99))
        assert words.look([1]) == before

    def test_a_process_uses_a_table_only_once_it_knows_that_it_is_of_its_database(self, make, words):
        other = make()
        assert other.look([1]) is None
        assert other.activate(at(12))
        assert other.look([1]).word == 10

    def test_the_table_of_another_database_is_replaced(self, make, words):
        words.raise_to([1], 500, HERE)
        epoch = words.look([1]).epoch
        other = make()
        assert other.activate(at(3, instance=HERE + 1))
        assert other.look([1]).word == 3
        assert other.look([1]).epoch != epoch
        assert words.look([1]) is None

    def test_a_write_to_another_database_lets_nobody_use_the_table(self, make, words):
        """As PostgreSQL is after a crash: the stamp is below horizons from before, so its word alone says nothing."""
        epoch = words.look([1]).epoch
        other = make()
        other.raise_to([1], 3, HERE + 1)
        assert words.look([1]) is None
        assert other.activate(at(4, instance=HERE + 1))
        assert (other.look([1]).word, other.look([1]).instance) == (4, HERE + 1)
        assert other.look([1]).epoch != epoch

    def test_a_noted_horizon_is_known_to_others_and_only_rises(self, make, words):
        other = make()
        assert other.activate(at(12))
        assert other.look([]).known == 0
        for horizon in (21, 15):
            words.note_horizon(horizon, HERE)
        assert (other.look([]).known, other.look([]).word) == (21, 10)

    def test_a_horizon_of_another_database_is_not_noted(self, words):
        words.note_horizon(99, HERE + 1)
        assert words.look([]).known == 0

    def test_renewing_begins_another_epoch_and_keeps_the_words(self, words):
        words.raise_to([1], 20, HERE)
        before = words.look([1])
        words.renew()
        after = words.look([1])
        assert (after.epoch != before.epoch, after.word) == (True, 20)

    def test_processes_that_raise_at_once_lose_nothing(self, make, words):
        assert run_together(_raise_every_fourth, [(make, 100 + offset) for offset in range(4)]) == [0] * 4
        assert words.look([7]).word == 499

    def test_a_raise_survives_the_death_of_who_made_it(self, make, words):
        assert end_of(begin(_raise_and_die, make)) == -signal.SIGKILL
        assert words.look([9]).word == 77

    def test_a_thousand_tags_are_raised_in_one_call(self, words):
        slots = slots_of(f"job:{n}" for n in range(1000))
        words.raise_to(slots, 40, HERE)
        assert {words.look([slot]).word for slot in slots} == {40}


def test_a_tag_has_always_the_same_slot_and_never_the_base():
    slots = [slot_of(f"job:{n}") for n in range(10_000)]
    assert slots == [slot_of(f"job:{n}") for n in range(10_000)]
    assert 0 < min(slots) <= max(slots) < SLOTS
    assert len(set(slots)) > 9_000


class TestTheMap:
    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "run" / "words"

    @pytest.fixture
    def words(self, path):
        table = MapWords(path)
        assert table.activate(at(10))
        return table

    def test_a_table_that_was_removed_is_not_used_by_those_who_still_have_it(self, path, words):
        path.unlink()
        assert words.look([1]) is None
        other = MapWords(path)
        other.raise_to([1], 20, HERE)
        assert other.look([1]) is None

    def test_a_table_that_was_removed_begins_anew_and_pending(self, path, words):
        epoch = words.look([1]).epoch
        path.unlink()
        words.raise_to([1], 20, HERE)
        assert words.look([1]) is None
        assert words.activate(at(21))
        assert words.look([1]).word == 21
        assert words.look([1]).epoch != epoch

    def test_a_table_of_an_earlier_boot_is_replaced(self, path, words, monkeypatch, tmp_path):
        words.raise_to([1], 20, HERE)
        boot = tmp_path / "boot_id"
        boot.write_text("another boot\n")
        monkeypatch.setattr("talentsphere.cache.words_map.BOOT_ID", boot)
        other = MapWords(path)
        assert other.look([1]) is None
        assert other.activate(at(30))
        assert other.look([1]).word == 30
        assert words.look([1]) is None

    @pytest.mark.parametrize("content", [b"", b"x" * 100, b"\0" * 2_000_000])
    def test_a_file_that_is_no_table_is_replaced(self, path, content):
        path.parent.mkdir()
        path.write_bytes(content)
        words = MapWords(path)
        assert words.activate(at(30))
        assert words.look([1]).word == 30

    def test_the_file_is_private(self, path, words):
        assert path.stat().st_mode & 0o777 == 0o600
        assert [each.name for each in path.parent.iterdir()] == ["words"]

    def test_a_writer_that_dies_with_the_lock_holds_nobody_up(self, path, words):
        assert end_of(begin(_die_with_the_lock, path)) == -signal.SIGKILL
        words.raise_to([1], 20, HERE)
        assert words.look([1]).word == 20


class TestRedis:
    @pytest.fixture
    def doubt(self, tmp_path):
        return Doubt(tmp_path / "doubt")

    @pytest.fixture
    def words(self, server, doubt):
        server.flush()
        table = RedisWords(server.url, doubt)
        assert table.activate(at(10))
        return table

    def test_a_table_that_was_flushed_is_lost(self, server, words):
        server.flush()
        assert words.look([1]) is None
        assert words.activate(at(20))
        assert words.look([1]).word == 20

    def test_a_table_of_another_run_of_the_server_is_not_used(self, server, words):
        """As a restart from an old snapshot file brings it back, with words that were raised since."""
        server.client.save()
        words.raise_to([1], 20, HERE)
        server.restart()
        other = RedisWords(server.url, words._doubt)
        assert server.client.hexists("talentsphere:cache:words", "run_id")
        assert other.look([1]) is None
        assert other.activate(at(30))
        assert other.look([1]).word == 30

    def test_a_connection_to_the_earlier_run_does_not_hide_it(self, server, words):
        server.client.save()
        server.restart()
        assert words.look([1]) is None

    def test_what_redis_could_not_be_told_is_doubted_by_the_whole_host_until_it_was(self, server, words, doubt):
        server.stop()
        words.raise_to([1], 20, HERE)
        assert doubt.read() == 20
        server.start()
        other = RedisWords(server.url, doubt)
        assert other.activate(at(15))
        assert other.look([]).word >= 20
        assert doubt.is_clear()

    def test_a_doubt_stops_everybody_of_the_host(self, words, doubt):
        assert words.look([1]) is not None
        doubt.raise_to(20)
        assert words.look([1]) is None
        assert words.activate(at(12))
        assert words.look([1]).word == 20

    def test_a_frozen_server_costs_a_tenth_of_a_second_once(self, server, words):
        server.freeze()
        try:
            assert words.look([1]) is None
            began = time.monotonic()
            assert [words.look([1]) for _ in range(100)] == [None] * 100
            assert time.monotonic() - began < 0.1
        finally:
            server.thaw()
