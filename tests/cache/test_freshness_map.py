"""The whole run with the words in the map of a host: a hundred thousand operations of four processes."""

from __future__ import annotations

import pytest
from tests.cache import freshness
from tests.cache.test_freshness import assert_used

pytestmark = [pytest.mark.full, pytest.mark.parametrize("environment", ["map"], indirect=True)]


def test_nothing_is_stale_in_a_hundred_thousand_operations(environment, tmp_path):
    total = freshness.run(environment, tmp_path, processes=4, operations=100_000, broken="no")
    print(dict(total))
    assert total["stale"] == 0
    assert_used(total, environment)
