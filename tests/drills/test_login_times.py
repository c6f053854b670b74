"""Two thousand failed logins of each kind take the same time. A file of its own, as it takes minutes."""

from __future__ import annotations

import pytest
from tests.drills.timing import CLOSED, KNOWN, UNKNOWN, alike, failed_login, people, said, times

pytestmark = [pytest.mark.full, pytest.mark.server]


@pytest.fixture
def timed(tmp_path, make_settings):
    with people(tmp_path, make_settings) as found:
        yield found


SAMPLES = 2_000


def test_two_thousand_failed_logins_of_each_kind_take_the_same_time(timed):
    requests = {"wrong password": failed_login(KNOWN), "unknown": failed_login(UNKNOWN), "closed": failed_login(CLOSED)}
    seen = times(timed, requests, SAMPLES)
    print(said(seen))
    assert all(alike(seen["wrong password"], seen[name]) for name in ("unknown", "closed"))
