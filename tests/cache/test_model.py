"""The protocol is right in every interleaving of a small cast, and each way to break it is caught."""

from __future__ import annotations

import pytest
from tests.cache.model import Rules, Violation, search

pytestmark = pytest.mark.once

SMALL = {
    "two writers": Rules(writers=2, readers=2),
    "the table is lost": Rules(writers=1, readers=2, losses=1),
    "a replica lags": Rules(writers=1, readers=2, reads="replica"),
    "horizons are noted": Rules(writers=2, readers=2, notes="snapshot", crashes=False, flying=True),
    "the database is killed": Rules(writers=1, readers=2, restarts=1, notes="snapshot"),
}
LARGE = {
    "three readers": Rules(writers=2, readers=3),
    "two writers and a loss": Rules(writers=2, readers=2, losses=1, crashes=False, flying=True),
    "lost twice": Rules(writers=1, readers=2, losses=2),
    "horizons are noted, writers crash": Rules(writers=2, readers=2, notes="snapshot"),
    "horizons are noted, and the table is lost": Rules(writers=1, readers=2, losses=1, notes="snapshot"),
    "two writers, and the database is killed": Rules(writers=2, readers=2, restarts=1),
    "two writers and a replica": Rules(writers=2, readers=2, reads="replica"),
}
BROKEN = {
    "the word is raised after the commit": Rules(writers=1, readers=2, raises="after"),
    "the horizon is taken after the data": Rules(writers=1, readers=2, horizon="after"),
    "the horizon is above writes in flight": Rules(writers=1, readers=2, bound="next"),
    "a replica's data with the primary's horizon": Rules(writers=1, readers=2, reads="lagging"),
    "a raise without the maximum": Rules(writers=2, readers=2, maximum=False),
    "a raise without the lock": Rules(writers=2, readers=2, locked=False),
    "a lost table is taken for zeros": Rules(writers=1, readers=2, losses=1, new_table="zeros"),
    "the stamp is asked before the table exists": Rules(writers=1, readers=2, losses=1, asks="before"),
    "the stamp of what has ended, with two in flight": Rules(
        writers=2, readers=2, losses=1, crashes=False, flying=True, base="ended"
    ),
    "an old snapshot is taken for the table": Rules(writers=1, readers=2, losses=1, snapshot="taken"),
    "a horizon is noted for others in flight": Rules(writers=2, readers=2, notes="own"),
    "a horizon is noted before the commit": Rules(writers=1, readers=2, notes="early"),
    "nobody notices that the database was killed": Rules(writers=2, readers=2, restarts=1, notices=False),
    "a hit joins a look-up that is under way": Rules(writers=1, readers=2, batch="joined"),
    "delete before the commit": Rules(writers=1, readers=2, scheme="delete-before"),
    "delete after the commit": Rules(writers=1, readers=2, scheme="delete-after"),
    "a generation counter, and a crash": Rules(writers=1, readers=2, scheme="generation"),
}


@pytest.mark.parametrize("name", SMALL)
def test_no_interleaving_gives_an_old_body(name):
    assert search(SMALL[name]) > 1_000


@pytest.mark.full
@pytest.mark.parametrize("name", LARGE)
def test_no_interleaving_of_a_larger_cast_gives_an_old_body(name):
    assert search(LARGE[name]) > 20_000


@pytest.mark.parametrize("name", BROKEN)
def test_each_broken_protocol_is_caught(name):
    with pytest.raises(Violation):
        search(BROKEN[name], deep=True)
