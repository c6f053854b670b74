"""The door answers what is kept, as the house would, and nothing else."""

from __future__ import annotations

import gzip

import pytest
from tests.factories import make_jobs

from talentsphere.api.cache_setup import POPULAR
from talentsphere.api.caching import MEMO
from talentsphere.cache.core import CACHE
from talentsphere.cache.memo import LONGEST, MOST, Memo
from talentsphere.cache.popular import Popular
from talentsphere.domains.caching.operating import warm_cache
from talentsphere.server.answers import Phrasebook
from talentsphere.server.door import Door, Head
from talentsphere.server.hits import MOST_ENCODINGS, hits_of

TARGET = b"/api/v2/jobs?limit=10"
OWN = {"age", "date", "x-request-id", "x-cache", "server-timing"}


@pytest.fixture
def hits(app, client):
    """The hits of a worker whose house has answered ``TARGET`` once."""
    app.extensions[MEMO]._keys.clear()
    make_jobs(12, skills=["Python"])
    ask_house(client)
    return hits_of(app, Phrasebook((), secure=False))


@pytest.fixture
def door(hits) -> Door:
    return Door(Phrasebook((), secure=False), body_bytes=1000, find_kept=hits.find)


def ask_house(client, target: bytes = TARGET, method: str = "GET", **headers: str):
    environ = {"RAW_URI": target.decode()}
    return client.open(target.decode(), method=method, headers=headers, environ_overrides=environ)


def head(*headers: tuple[str, str], target: bytes = TARGET, method: str = "GET") -> Head:
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
    return Head(method, target, [(b"host", b"a"), *pairs])


def headers_of(answer) -> dict[str, str]:
    lines = [line.split(": ", 1) for line in answer.head.decode().split("\r\n") if line]
    return {name.lower(): value for name, value in lines if name.lower() not in OWN}


def test_what_the_house_has_kept_is_answered(door):
    answer = door.decide(head(), b"id")
    assert answer.status == 200
    assert b"x-cache: HIT\r\n" in answer.head
    assert b"x-request-id: id\r\n" in answer.head


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "br", "zstd", "gzip, deflate, br, zstd", "gzip;q=0", "*"])
@pytest.mark.parametrize("known", [None, "*", '"other"', "{}", 'W/"x", {}'])
def test_the_door_answers_as_the_house_would(client, door, encoding, known):
    asked = {"Accept-Encoding": encoding}
    if known is not None:
        asked["If-None-Match"] = known.format(ask_house(client, **asked).headers["ETag"])
    house, answer = ask_house(client, **asked), door.decide(head(*asked.items()), b"id")
    assert (answer.status, answer.body) == (house.status_code, house.data)
    wanted = {name.lower(): value for name, value in house.headers.items() if name.lower() not in OWN}
    assert headers_of(answer) == wanted


@pytest.mark.parametrize(
    "special", ["Authorization", "Cookie", "Range", "Cache-Control", "If-Modified-Since", "If-Range"]
)
def test_a_request_with_anything_special_is_for_the_house(door, special):
    assert door.decide(head((special, "x")), b"id") is None


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "DELETE", "PATCH"])
def test_only_reads_are_answered(door, method):
    assert door.decide(head(method=method), b"id") is None


def test_a_request_with_a_body_is_for_the_house(door):
    assert door.decide(head(("Content-Length", "3")), b"id") is None


@pytest.mark.parametrize("target", [TARGET + b"&x=1", b"/api/v2/jobs", b"/api/v2/jobs?limit=%31%30"])
def test_an_address_that_was_never_answered_is_for_the_house(door, target):
    assert door.decide(head(target=target), b"id") is None


def test_after_a_write_the_house_answers(door):
    make_jobs(1)
    assert door.decide(head(), b"id") is None


def test_after_a_write_to_something_else_the_door_still_answers(door, database):
    from tests.factories import make_user

    make_user()
    assert door.decide(head(), b"id").status == 200


def test_private_answers_are_never_the_doors(app, client, door):
    from tests.factories import bearer, make_user

    headers = bearer(make_user())
    for _ in range(2):
        ask_house(client, b"/api/v2/users/me", **headers)
    assert door.decide(head(target=b"/api/v2/users/me"), b"id") is None


def test_a_refusal_is_never_kept(client, door):
    for _ in range(2):
        assert ask_house(client, b"/api/v2/jobs/999").status_code == 404
    assert door.decide(head(target=b"/api/v2/jobs/999"), b"id") is None


def test_an_answer_that_is_too_old_is_for_the_house(app, door):
    cache = app.extensions[CACHE]
    cache.store.memory.get(app.extensions[MEMO].get(TARGET)).ends_at = 0
    assert door.decide(head(), b"id") is None


def test_hits_are_in_the_figures(app, hits, door):
    counted: list[tuple] = []
    hits._metrics = type("Metrics", (), {"observe_many": lambda _self, *more: counted.append(more)})()
    for _ in range(3):
        door.decide(head(), b"id")
    hits.flush()
    [(route, method, status, seconds, times)] = counted
    assert (route, method, status, times) == ("/api/v2/jobs", "GET", 200, 3)
    assert 0 < seconds < 1


def test_one_hit_in_many_is_left_to_the_house_to_compare(app, client, door, monkeypatch):
    cache = app.extensions[CACHE]
    monkeypatch.setattr(cache, "sample_every", 3)
    cache._hits = 0
    assert [door.decide(head(), b"id") is not None for _ in range(6)] == [True, True, False, True, True, False]
    compared = cache.stats._counts["job_list", "sample", "compared"]
    ask_house(client)
    assert cache.stats._counts["job_list", "sample", "compared"] >= min(1, compared)


def test_made_up_targets_fill_nothing(client, door, app):
    memo = app.extensions[MEMO]
    before = len(memo)
    for n in range(2_000):
        door.decide(head(("Accept-Encoding", f"x{n}"), target=b"/api/v2/jobs?q%d" % n), b"id")
    assert len(memo) == before


def test_made_up_encodings_are_bounded(hits, door):
    for n in range(2_000):
        door.decide(head(("Accept-Encoding", f"gzip;q=0.{n}")), b"id")
    assert len(hits._encodings) <= MOST_ENCODINGS


def test_the_memo_is_bounded():
    memo = Memo()
    for n in range(10_000):
        memo.put(b"/%d" % n, "key")
    memo.put(b"/" + b"x" * LONGEST, "key")
    assert len(memo) <= MOST


def test_the_stored_gzip_is_sent_as_it_is(door):
    answer = door.decide(head(("Accept-Encoding", "gzip")), b"id")
    assert gzip.decompress(answer.body) == door.decide(head(), b"id").body


def test_what_was_asked_for_most_is_remembered_and_warmed_first(app, hits, door, monkeypatch, tmp_path):
    popular = Popular(tmp_path / "popular.json")
    monkeypatch.setitem(app.extensions, POPULAR, popular)
    monkeypatch.setattr(hits, "_popular", popular)
    hits._noted_at = -1000.0
    for _ in range(5):
        door.decide(head(), b"id")
    hits.flush()
    assert popular.targets() == [TARGET.decode()]
    app.extensions[CACHE].clear()
    asked = warm_cache(app)
    assert asked[0] == (TARGET.decode(), 200, "MISS")
    assert door.decide(head(), b"id").status == 200


def test_a_file_of_popular_targets_that_is_broken_is_ignored(tmp_path):
    path = tmp_path / "popular.json"
    path.write_bytes(b"[1")
    popular = Popular(path)
    assert popular.targets() == []
    popular.note({"/a": 1, "/b": 3})
    assert popular.targets() == ["/b", "/a"]
