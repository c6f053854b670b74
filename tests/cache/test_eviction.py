"""What is pushed out or written over by others costs misses: never an old answer, an error or more memory."""

from __future__ import annotations

import gc
import random
import threading
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from tests.cache import freshness
from tests.cache.redis_server import RedisServer
from tests.cache.test_freshness import losing
from tests.cache.test_store import POISONS

from talentsphere.app import create_app
from talentsphere.cache.backends import PREFIX
from talentsphere.cache.core import CACHE
from talentsphere.cache.store import Memory
from talentsphere.db.session import engines_of, writing
from talentsphere.domains.jobs.models import Job

LIMIT = 8 * 1024 * 1024
MOST_GROWTH = 20 * 1024 * 1024


@pytest.fixture
def small(environment, make_settings):
    """An instance that may keep 8 MB, with postings that do not compress."""
    known = {name: value for name, value in environment.items() if name != "FRESHNESS_TOKEN"}
    instance = create_app(make_settings(**known, CACHE_MEMORY_MB="8"))
    draw = random.Random(3)
    with instance.app_context(), writing() as session:
        for job in session.query(Job):
            job.description = job.description_text = draw.randbytes(30_000).hex()
    yield instance
    engines_of(instance).write.dispose()


def pushed_out(instance: Flask, token: str, requests: int) -> Counter[str]:
    """Ask for more answers than fit, with writes between; count what was stale, and the most bytes that were kept."""
    draw, client, counts, number = random.Random(4), instance.test_client(), Counter(), 0
    memory: Memory = instance.extensions[CACHE].store.memory
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    for turn in range(requests):
        if turn % 20 == 19:
            number += 1
            body = {"salary_min": number, "salary_max": number}
            assert client.patch("/api/v2/jobs/1", json=body, headers=headers).status_code == 200
        at = draw.randint(1, freshness.JOBS)
        jobs = client.get(f"/api/v1/jobs?page_size={at}&salary_min={draw.choice((0, 0, 0, number))}").get_json()[
            "items"
        ]
        counts["stale"] += any(job["id"] == 1 and job["salary_min"] != number for job in jobs)
        counts["stale"] += client.get("/api/v2/jobs/1").get_json()["salary_min"] != number
        client.get(
            f"/api/v1/jobs?page_size={freshness.JOBS}&posted_after=2020-01-{draw.randint(1, 28):02}T00:{turn % 60:02}"
        )
        kept = sum(len(body) for entry, _ in memory._entries.values() for body in entry.bodies.values())
        counts["most"] = max(counts["most"], memory.used, kept)
    counts["evicted"] = memory.evicted
    return counts


@pytest.mark.unfed
@pytest.mark.parametrize("environment", ["map"], indirect=True)
def test_memory_is_bounded_by_bytes_and_what_is_left_is_new(small, environment):
    counts = pushed_out(small, environment["FRESHNESS_TOKEN"], 40)
    assert counts["stale"] == 0
    assert counts["evicted"] > 5
    assert LIMIT // 2 < counts["most"] <= LIMIT


@pytest.mark.unfed
@pytest.mark.parametrize("environment", ["map"], indirect=True)
def test_a_memory_without_bounds_would_be_caught(small, environment, monkeypatch):
    monkeypatch.setattr(small.extensions[CACHE].store.memory, "budget", 1 << 40)
    assert pushed_out(small, environment["FRESHNESS_TOKEN"], 40)["most"] > LIMIT


@pytest.fixture
def full_redis(tmp_path):
    with RedisServer(Path(tmp_path), "--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru") as server:
        yield server


def evicting(server: RedisServer, environment, tmp_path, operations: int) -> Counter[str]:
    """Read and write while others fill the same Redis, which pushes out bodies and words alike."""
    rubbish, number = b"x" * 200_000, iter(range(1_000_000))
    before = server.client.info("stats")["evicted_keys"]
    with losing(lambda: server.client.set(f"rubbish-{next(number)}", rubbish), 0.002):
        own = {**environment, "REDIS_URL": server.url}
        total = freshness.run(own, tmp_path, processes=2, operations=operations, broken="no")
    assert server.client.info("stats")["evicted_keys"] > before + 100
    return total


@pytest.mark.parametrize("environment", ["redis"], indirect=True)
def test_a_redis_that_pushes_out_everything_makes_nothing_old(environment, tmp_path, full_redis):
    total = evicting(full_redis, environment, tmp_path, 600)
    assert (total["stale"], total["reads"] > 400) == (0, True)


@pytest.mark.full
@pytest.mark.parametrize("environment", ["redis"], indirect=True)
def test_a_redis_that_pushes_out_everything_makes_nothing_old_for_long(environment, tmp_path, full_redis):
    total = evicting(full_redis, environment, tmp_path, 20_000)
    print(dict(total))
    assert total["stale"] == 0


@pytest.mark.parametrize("environment", ["redis"], indirect=True)
def test_a_poisoned_redis_costs_misses(instance, environment, server):
    """Every key of every body holds one poison after the other."""
    client, targets = instance.test_client(), [f"/api/v2/jobs/{n}" for n in range(1, freshness.JOBS + 1)]
    wanted = [client.get(target).data for target in targets]
    keys = list(server.client.scan_iter(f"{PREFIX}*"))
    good = {key: server.client.get(key) for key in keys}
    assert len(keys) >= len(targets)
    gc.collect()
    before, damaged = resident(), 0
    for poison in POISONS.values():
        for key in keys:
            server.client.set(key, poison(good[key]))
        instance.extensions[CACHE].store.memory.clear()
        answers = [client.get(target) for target in targets]
        assert [answer.status_code for answer in answers] == [200] * len(targets)
        assert [answer.data for answer in answers] == wanted
        damaged += sum(answer.headers["X-Cache"] == "MISS" for answer in answers)
    assert damaged == len(POISONS) * len(targets)
    assert resident() - before < MOST_GROWTH


def resident() -> int:
    """Return the bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_the_limit_of_growth_would_see_a_bomb_that_goes_off():
    before, hold = resident(), threading.local()
    hold.bytes = bytes(bytearray(64 << 20))
    assert resident() - before > MOST_GROWTH
