"""``talentsphere cache`` beside a running server, as its operator types it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cache.redis_server import RedisServer
from tests.drills.product import ask, instance
from tests.factories import make_jobs, make_user, token_of
from tests.server.running import ROOT, wait_until

from talentsphere.cache.backends import PREFIX

pytestmark = [pytest.mark.server, pytest.mark.unfed]

LIST = "/api/v2/jobs"


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture(scope="module", params=["auto", "redis"])
def product(request, tmp_path_factory, make_settings):
    """The product with two workers."""
    more = {"CACHE_TYPE": request.param, "CACHE_WARM_UP_ON_START": "false"}
    if request.param == "redis":
        more["REDIS_URL"] = request.getfixturevalue("redis_url")
    with instance(tmp_path_factory.mktemp("warming") / "home", make_settings, **more) as made:
        with made.filling():
            make_jobs(100, description="Nurses care for people. " * 20)
        with made.serving(WORKERS="2") as server:
            made.port = server.port
            yield made


def cache(product, *words: str) -> str:
    command = [Path(sys.executable).with_name("talentsphere"), "cache", *words]
    environment = {**os.environ, **product.variables}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def said(product, target: str = LIST) -> list[str]:
    return [ask(product.port, "GET", target).headers["x-cache"] for _ in range(8)]


def test_the_first_reader_after_warming_is_a_hit_in_every_worker(product):
    listed = cache(product, "warm", "--clear-first", "--verbose")
    assert f"200 MISS   {LIST}\n" in listed
    assert set(said(product)) == {"HIT"}


def test_what_one_worker_answered_the_other_has(product):
    """A3, whichever worker answers: the first is a MISS, every later one a HIT; private answers too."""
    with product.filling():
        token = f"Bearer {token_of(make_user('candidate'))}"
    said = [ask(product.port, "GET", "/api/v1/users/me", Authorization=token).headers["x-cache"] for _ in range(12)]
    assert said == ["MISS"] + ["HIT"] * 11


def test_what_was_warmed_before_a_write_is_not_given_after_it(product):
    cache(product, "warm", LIST)
    with product.filling():
        make_jobs(1, title="Newest")
    answers = [ask(product.port, "GET", LIST) for _ in range(8)]
    assert answers[0].headers["x-cache"] == "MISS"
    assert all(b"Newest" in answer.body for answer in answers)


@pytest.mark.parametrize("part", [[], ["--tag", "jobs"], ["--policy", "job_list"]], ids=" ".join)
def test_clearing_reaches_every_worker(product, part):
    wait_until(lambda: set(said(product)) == {"HIT"}, 10, "every worker has the list")
    cache(product, "clear", *part)
    assert said(product)[0] == "MISS"


def test_a_part_leaves_the_rest(product):
    wait_until(lambda: set(said(product)) == {"HIT"}, 10, "every worker has the list")
    cache(product, "clear", "--tag", "job:1", "--policy", "skills")
    assert said(product)[0] == "HIT"


@pytest.mark.parametrize("product", ["redis"], indirect=True)
def test_a_list_of_100_kb_takes_less_than_25_kb_in_redis(product, redis_url):
    import redis

    target = "/api/v1/jobs?page_size=100"
    answer = ask(product.port, "GET", target)
    assert len(answer.body) > 100_000
    client = redis.Redis.from_url(redis_url)
    largest = max(client.memory_usage(key) for key in client.scan_iter(f"{PREFIX}*"))
    assert 0 < largest < 25_000


@pytest.mark.parametrize("switch", ["ENABLE_API_CACHING", "CACHE_ENABLED", "CACHE_TTL_JOB_LIST"])
def test_a_cache_that_is_switched_off_never_hits(tmp_path, make_settings, switch):
    off = {switch: "0" if "TTL" in switch else "false"}
    with instance(tmp_path / "home", make_settings, **off) as made:
        with made.filling():
            make_jobs(3)
        with made.serving(WORKERS="1") as server:
            made.port = server.port
            assert set(said(made)) == {"BYPASS"}
