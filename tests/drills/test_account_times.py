"""Registering and forgetting take the same time with and without an account, and the comparison sees less work."""

from __future__ import annotations

import math

import pytest
from tests.drills.timing import KNOWN, UNKNOWN, alike, failed_login, mann_whitney_p, people, said, times
from tests.factories import CHEAP, PASSWORD, make_user

pytestmark = pytest.mark.server


@pytest.fixture
def timed(tmp_path, make_settings):
    with people(tmp_path, make_settings) as found:
        yield found


@pytest.mark.full
def test_registering_and_forgetting_take_the_same_time(timed):
    register = {"password": PASSWORD, "full_name": "Ada"}
    requests = {
        "register taken": ("/api/v2/auth/register", {"email": KNOWN, **register}),
        "register new": ("/api/v2/auth/register", {"email": "new{n}@example.org", **register}),
    }
    seen = times(timed, requests, 500)
    print(said(seen))
    assert alike(*seen.values())
    requests = {
        "forgot known": ("/api/v2/auth/password/forgot", {"email": KNOWN}),
        "forgot unknown": ("/api/v2/auth/password/forgot", {"email": UNKNOWN}),
    }
    seen = times(timed, requests, 500)
    print(said(seen))
    assert alike(*seen.values())


@pytest.mark.full
def test_a_hash_less_for_unknown_addresses_would_be_noticed(timed):
    """The control."""
    with timed.filling():
        make_user(email="cheap@example.org", password_hash=CHEAP.hash(PASSWORD))
    seen = times(timed, {"wrong password": failed_login(KNOWN), "less work": failed_login("cheap@example.org")}, 100)
    print(said(seen))
    assert not alike(*seen.values())


def test_the_comparison_tells_samples_apart():
    same = [[math.sin(n * step) for n in range(1, 400)] for step in (1.0, 1.7)]
    assert mann_whitney_p(*same) > 0.01
    assert mann_whitney_p(same[0], [value + 0.3 for value in same[1]]) < 0.01
