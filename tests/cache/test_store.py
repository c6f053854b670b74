"""Bodies: one contract on every store, and nothing that is not ours is believed."""

from __future__ import annotations

import functools
import gzip
import os
import pickle
import time

import pytest
from tests.cache.redis_server import RedisServer

from talentsphere.cache.backends import PREFIX, FileBodies, RedisBodies
from talentsphere.cache.codec import Codec
from talentsphere.cache.entry import LARGEST, Damaged, Entry, compressed, inflated
from talentsphere.cache.keys import key_of
from talentsphere.cache.stats import Stats
from talentsphere.cache.store import Memory, Store

pytestmark = pytest.mark.once

SECRET = b"a secret of the instance"
BODY = b'{"title": "Nurse"}' * 100


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["redis", "filesystem"])
def backend(request, tmp_path):
    if request.param == "filesystem":
        return FileBodies(tmp_path / "bodies")
    server = request.getfixturevalue("server")
    server.flush()
    return RedisBodies(server.url)


def entry(body: bytes = BODY, **more) -> Entry:
    bodies = {"gzip": compressed(body, "gzip")} if len(body) >= 500 else {"identity": body}
    headers = (("Content-Type", "application/json"),)
    facts = {
        "policy": "job_list", "route": "/api/v2/jobs", "status": 200, "headers": headers,
        "etag": "1-abc", "length": len(body), "epoch": 1 << 62, "horizon": 7, "slots": (1, 2), "made_at": time.time(),
        "ends_at": time.time() + 60, "bodies": bodies,
    }  # fmt: skip
    return Entry(**{**facts, **more})


def store(backend, budget: int = 1_000_000) -> Store:
    return Store(Memory(budget), backend, Codec(SECRET), Stats())


@pytest.mark.parametrize("body", [BODY, b"{}"])
def test_another_process_reads_what_one_kept(backend, body):
    kept = entry(body)
    store(backend).keep("k", kept)
    found = store(backend).fetch("k")
    assert (found, found.body("identity")) == (kept, body)


class TestSweeping:
    """Files are bounded by bytes and by age."""

    @pytest.fixture
    def bodies(self, tmp_path):
        bodies = FileBodies(tmp_path / "bodies", most=40_000)
        for number in range(10):
            bodies.put(f"k{number}", b"x" * 3_000, 60)
        return bodies

    def kept(self, bodies) -> list[int]:
        return [number for number in range(30) if bodies.get(f"k{number}")]

    def test_what_fits_stays(self, bodies):
        assert (bodies.sweep(), self.kept(bodies)) == (0, list(range(10)))

    def test_the_oldest_of_too_much_goes(self, bodies):
        for number in range(10, 20):
            bodies.put(f"k{number}", b"x" * 3_000, 60)
        assert bodies.sweep() == 11
        assert self.kept(bodies) == list(range(11, 20))

    def test_what_is_older_than_any_policy_keeps_goes(self, bodies, tmp_path):
        for path in (tmp_path / "bodies").iterdir():
            os.utime(path, (time.time() - 90_000,) * 2)
        bodies.put("k10", b"x", 60)
        assert (bodies.sweep(), self.kept(bodies)) == (10, [10])

    def test_writing_sweeps_by_itself(self, tmp_path, monkeypatch):
        monkeypatch.setattr("talentsphere.cache.backends.SWEEP_EVERY", 20)
        bodies = FileBodies(tmp_path / "bodies", most=40_000)
        for number in range(20):
            bodies.put(f"k{number}", b"x" * 3_000, 60)
        assert sum(path.stat().st_size for path in (tmp_path / "bodies").iterdir()) <= 40_000


def test_nothing_is_found_under_another_key(backend):
    store(backend).keep("k", entry())
    assert store(backend).fetch("l") is None


def test_what_was_dropped_is_gone(backend):
    one = store(backend)
    one.keep("k", entry())
    one.drop("k")
    assert (one.fetch("k"), one.memory.get("k")) == (None, None)


@functools.cache
def bomb() -> bytes:
    return gzip.compress(b"\0" * (64 << 20))


POISONS = {
    "a pickle": lambda _good: pickle.dumps({"a": 1}),
    "nothing": lambda _good: b"",
    "half of it": lambda good: good[: len(good) // 2],
    "another version": lambda good: b"TSC9" + good[4:],
    "another checksum": lambda good: good[:-1] + bytes([good[-1] ^ 1]),
    "a bomb": lambda _good: bomb(),
    "of another instance": lambda _good: Codec(b"another secret").pack("k", entry()),
    "moved from another key": lambda _good: Codec(SECRET).pack("l", entry()),
}


@pytest.mark.parametrize("poison", POISONS)
def test_what_is_not_ours_is_dropped_and_counted(backend, poison):
    poisoned = store(backend)
    poisoned.keep("k", entry())
    backend.put("k", POISONS[poison](backend.get("k")), 60)
    assert poisoned.fetch("k") is None
    assert poisoned._stats.of("damaged") == 1
    assert backend.get("k") in (None, b"")


def test_what_is_ours_would_be_found(backend):
    """The control of the test above."""
    good = store(backend)
    good.keep("k", entry())
    backend.put("k", backend.get("k"), 60)
    assert good.fetch("k") is not None


def test_inflating_is_bounded():
    with pytest.raises(Damaged):
        inflated(bomb(), 1000)
    with pytest.raises(Damaged):
        inflated(bomb(), LARGEST + 1)
    assert inflated(gzip.compress(b"abc"), 3) == b"abc"


def test_bytes_in_redis_are_bytes_and_expire(server):
    server.flush()
    store(RedisBodies(server.url)).keep("k", entry())
    assert server.client.get(f"{PREFIX}k").startswith(b"TSC1")
    assert 0 < server.client.ttl(f"{PREFIX}k") <= 61


def test_a_redis_that_is_gone_is_a_miss(server):
    bodies = RedisBodies(server.url)
    server.stop()
    try:
        gone = store(bodies)
        gone.keep("k", entry())
        assert gone.fetch("k") is None
        assert gone.memory.get("k") is not None
        assert bodies.breaker.is_open
    finally:
        server.start()


def test_memory_holds_as_many_bytes_as_it_may():
    memory = Memory(100_000)
    for n in range(1_000):
        memory.put(f"k{n}", entry(f"{n}".encode() * 2_000))
        assert memory.used <= 100_000
    assert 10 < len(memory) < 100
    assert memory.evicted == 1_000 - len(memory)


def test_memory_keeps_what_was_used_last():
    memory = Memory(12_000)
    for n in range(3):
        memory.put(f"k{n}", entry(b"x" * 400))
    memory.get("k0")
    for n in range(3, 6):
        memory.put(f"k{n}", entry(b"x" * 400))
    assert memory.get("k0") is not None
    assert memory.get("k1") is None


def test_one_body_may_not_push_out_all_others():
    memory = Memory(10_000)
    memory.put("big", entry(b"".join(bytes([n % 251]) * 3 for n in range(3_000)), bodies={"identity": b"x" * 9_000}))
    assert memory.get("big") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([("a", "1"), ("b", "2")], [("a", "1"), ("b", "3")]),
        ([("a", "1"), ("b", "2")], [("a", "1b2")]),
        ([("a", "12")], [("a1", "2")]),
        ([("a", "1"), ("a", "2")], [("a", "2"), ("a", "1")]),
        ([("a", "")], []),
        ([("a", "\n*?:")], [("a", "\n*?;")]),
    ],
)
def test_different_questions_have_different_keys(one, other):
    assert key_of("", "r", "/", one, ["public"]) != key_of("", "r", "/", other, ["public"])


def test_the_order_of_names_does_not_matter():
    one, other = [("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")]
    assert key_of("", "r", "/", one, ["public"]) == key_of("", "r", "/", other, ["public"])


def test_scope_code_and_route_are_part_of_the_key():
    keys = {
        key_of("", "r", "/", [], ["public"]),
        key_of("", "r", "/", [], ["user", "1"]),
        key_of("", "r", "/", [], ["user", "2"]),
        key_of("other code", "r", "/", [], ["public"]),
        key_of("", "s", "/", [], ["public"]),
        key_of("", "r", "/x", [], ["public"]),
    }
    assert len(keys) == 6
    assert all(key.isalnum() for key in keys)
