"""The door's decision is a pure function of the head."""

import json

import pytest

from talentsphere import __version__
from talentsphere.server.answers import BUSY, Phrasebook
from talentsphere.server.door import Door, Head

pytestmark = pytest.mark.once

ORIGIN = "https://app.example.org"


@pytest.fixture
def phrases() -> Phrasebook:
    return Phrasebook((ORIGIN,), secure=False)


@pytest.fixture
def door(phrases) -> Door:
    return Door(phrases, body_bytes=1000)


def head(target: bytes = b"/", *headers: tuple[bytes, bytes], method: str = "GET", version: str = "1.1") -> Head:
    return Head(method, target, [(b"host", b"a"), *headers], version)


def test_ordinary_request_is_for_the_house(door):
    assert door.decide(head(b"/api/v2/jobs"), b"id") is None


@pytest.mark.parametrize("target", [b"/health/live", b"/health/live?probe=1"])
def test_live_is_answered(door, target):
    answer = door.decide(head(target), b"id")
    assert answer.status == 200
    assert json.loads(answer.body) == {"status": "ok", "version": __version__}
    assert b"x-request-id: id\r\n" in answer.head


@pytest.mark.parametrize("target", [b"/health/lively", b"/health/live/x", b"/health/ready"])
def test_neighbours_of_live_are_for_the_house(door, target):
    assert door.decide(head(target), b"id") is None


def test_other_methods_on_live_are_for_the_house(door):
    assert door.decide(head(b"/health/live", method="POST"), b"id") is None


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (head(b"/" + b"a" * 8191), None),
        (head(b"/" + b"a" * 8192), 414),
        (head(b"/", *((b"x-%d" % n, b"a") for n in range(99))), None),
        (head(b"/", *((b"x-%d" % n, b"a") for n in range(100))), 431),
        (head(b"/", (b"x", b"a" * 16_000)), None),
        (head(b"/", (b"x", b"a" * 16_384)), 431),
        (head(b"/", (b"content-length", b"1000")), None),
        (head(b"/", (b"content-length", b"1001")), 413),
        (head(b"/", (b"host", b"b")), 400),
        (Head("GET", b"/", []), 400),
        (head(b"/", (b"transfer-encoding", b"Chunked")), None),
        (head(b"/", (b"transfer-encoding", b"identity, chunked")), 400),
        (head(b"/", (b"transfer-encoding", b"chunked"), version="1.0"), 400),
        (head(version="2.0"), 505),
    ],
)
def test_limits(door, request_head, status):
    answer = door.decide(request_head, b"id")
    assert (answer and answer.status) == status


def test_refusal_is_a_problem_that_closes(door):
    answer = door.decide(head(b"/" + b"a" * 9000), b"id")
    problem = json.loads(answer.body)
    assert problem["status"] == 414
    assert problem["request_id"] == "id"
    assert b"content-type: application/problem+json\r\n" in answer.head
    assert answer.closes


def test_busy_says_when_to_ask_again(phrases):
    assert b"retry-after: 1\r\n" in phrases.refuse(BUSY, b"id").head


def test_listed_origin_may_read_a_refusal(phrases):
    head = phrases.refuse(BUSY, b"id", ORIGIN.encode()).head
    assert b"access-control-allow-origin: https://app.example.org\r\n" in head
    assert b"vary: Origin\r\n" in head


def test_unlisted_origins_leave_nothing_behind(phrases):
    for number in range(1000):
        head = phrases.refuse(BUSY, b"id", b"https://%d.example" % number).head
        assert b"access-control-allow-origin" not in head
    assert len(phrases._standing) == 1


def test_harmless_request_id_is_kept():
    assert head(b"/", (b"x-request-id", b"mine-1")).request_id("fresh") == b"mine-1"


@pytest.mark.parametrize("given", [b"a b", b"x" * 65, b"\xff", b""])
def test_other_request_ids_are_replaced(given):
    assert head(b"/", (b"x-request-id", given)).request_id("fresh") == b"fresh"
