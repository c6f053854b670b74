"""Values are kept as answers are, and what is made of them is no newer than they are."""

from __future__ import annotations

import pytest

from talentsphere.cache.core import CACHE
from talentsphere.cache.dependencies import depends_on
from talentsphere.cache.policy import CachePolicy, Lifetimes
from talentsphere.cache.values import cached_value
from talentsphere.db.changes import mark_changed
from talentsphere.db.session import writing

SCORE = CachePolicy("score", ttl_s=60, kind="query")
PAGE = CachePolicy("page", ttl_s=60, kind="query")


@pytest.fixture
def cache(app, database):
    return app.extensions[CACHE]


def change(app, *tags: str) -> None:
    with app.app_context(), writing() as session:
        mark_changed(session, *tags)


def test_a_value_is_computed_once_until_its_tag_changes(app, cache):
    computed: list[int] = []

    def compute() -> dict:
        depends_on("resume:1")
        computed.append(1)
        return {"score": 0.5}

    assert [cached_value(cache, SCORE, [1], compute) for _ in range(3)] == [{"score": 0.5}] * 3
    change(app, "resume:2")
    cached_value(cache, SCORE, [1], compute)
    assert len(computed) == 1
    change(app, "resume:1")
    cached_value(cache, SCORE, [1], compute)
    assert len(computed) == 2


def test_a_value_of_yesterday_ends_with_yesterday_even_when_it_was_finished_today(cache, monkeypatch):
    """Its end is that of the day on which it was asked for."""
    daily, clock = CachePolicy("daily", ttl_s=300, kind="query", every_s=86_400), [1_800_057_599.0]
    monkeypatch.setattr("talentsphere.cache.core.time.time", lambda: clock[0])

    def compute() -> int:
        day = int(clock[0]) // 86_400
        clock[0] += 2  # past midnight
        return day

    assert clock[0] % 86_400 == 86_399
    yesterday = cached_value(cache, daily, [], compute)
    assert cached_value(cache, daily, [], compute) == yesterday + 1


def test_other_parts_are_another_value(cache):
    assert [cached_value(cache, SCORE, [n], lambda n=n: n) for n in (1, 2, 1)] == [1, 2, 1]


def test_what_is_made_of_a_value_changes_with_it(app, cache):
    words = ["one"]

    def part() -> str:
        depends_on("resume:1")
        return words[0]

    def whole() -> list[str]:
        return [cached_value(cache, SCORE, [1], part)]

    assert cached_value(cache, PAGE, [], whole) == ["one"]
    words[0] = "two"
    assert cached_value(cache, PAGE, [], whole) == ["one"]
    change(app, "resume:1")
    assert cached_value(cache, PAGE, [], whole) == ["two"]


def test_a_rolled_back_write_changes_nothing(app, cache):
    cached_value(cache, CachePolicy("rolled", tags=("rolled",), kind="query"), [], lambda: 1)
    with pytest.raises(ZeroDivisionError), app.app_context(), writing() as session:
        mark_changed(session, "rolled")
        raise ZeroDivisionError
    assert cached_value(cache, CachePolicy("rolled", tags=("rolled",), kind="query"), [], lambda: 2) == 1


def test_lifetimes_follow_the_settings():
    policy = CachePolicy("jobs", ttl_s=300)
    assert Lifetimes().ttl_of(policy) == 300
    assert Lifetimes(is_short=True).ttl_of(policy) == 60
    assert Lifetimes(overrides={"jobs": 5}).ttl_of(policy) == 5
    assert Lifetimes(most_s=60).ttl_of(policy) == 60
    assert Lifetimes(default_s=42).ttl_of(CachePolicy("other")) == 42


def test_what_changes_by_itself_ends_with_the_clock():
    policy = CachePolicy("stats", ttl_s=120, every_s=60)
    assert Lifetimes().end_of(policy, 1_000_030.0) == 1_000_080.0 - 1_000_080.0 % 60
