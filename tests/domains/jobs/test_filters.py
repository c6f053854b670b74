"""Every filter alone, with several values, and together, on both versions."""

from __future__ import annotations

import pytest
from tests.domains.jobs.board import FILTERS, NEWEST, make_board
from tests.scratch import empty

from talentsphere.db.session import engines_of


@pytest.fixture(scope="module")
def client(app):
    """A client of one board that no test here changes."""
    empty(engines_of(app).write)
    make_board()
    return app.test_client()


def titles(response, key):
    return [job["title"] for job in response.get_json()[key]]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_v2_finds_what_matches_newest_first(client, query, expected):
    assert titles(client.get(f"/api/v2/jobs?{query}"), "data") == expected


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_v1_finds_the_same_with_its_total(client, query, expected):
    found = client.get(f"/api/v1/jobs?{query}")
    assert titles(found, "items") == expected
    assert found.get_json()["total"] == len(expected)
    assert found.get_json()["total_is_estimate"] is False


@pytest.mark.parametrize(("query", "expected"), FILTERS)
@pytest.mark.parametrize("count", ["estimated", "exact"])
def test_v2_counts_every_filter(client, query, expected, count):
    body = client.get(f"/api/v2/jobs?{query}&count={count}&limit=1").get_json()
    assert (body["total"], body["total_is_estimate"]) == (len(expected), False)


def test_without_a_filter_everything_open_is_listed(client):
    assert titles(client.get("/api/v2/jobs"), "data") == NEWEST


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("newest", NEWEST),
        ("oldest", NEWEST[::-1]),
        ("salary", ["Data Engineer", "Analyst", "Writer", "Nurse", "Driver"]),
        ("title", ["Analyst", "Data Engineer", "Driver", "Nurse", "Writer"]),
    ],
)
def test_sorts(client, sort, expected):
    assert titles(client.get(f"/api/v2/jobs?sort={sort}"), "data") == expected
    assert titles(client.get(f"/api/v1/jobs?sort={sort}"), "items") == expected


def test_applied_echoes_what_was_understood(client):
    applied = client.get(
        "/api/v2/jobs?country=de&country=DE&currency=eur&city=BERLIN&company=Viamo&skill=K8s&remote=true&employment_type=FULL-TIME&salary_min=5&limit=3&posted_after=2026-01-31"
    ).get_json()["applied"]
    assert applied == {
        "country": ["DE"],
        "currency": ["EUR"],
        "city": ["berlin"],
        "company": ["viamo"],
        "skill": ["k8s"],
        "remote": True,
        "employment_type": ["full_time"],
        "salary_min": 5,
        "posted_after": "2026-01-31T00:00:00Z",
        "sort": "newest",
    }


def test_a_cursor_goes_on_with_the_same_filter_spelled_otherwise(client):
    cursor = client.get("/api/v2/jobs?country=ca&location=Toronto,%20Ontario&limit=1").get_json()["next"]
    other = client.get(f"/api/v2/jobs?country=CA&location=TORONTO,%20ONTARIO&limit=1&cursor={cursor}")
    assert titles(other, "data") == ["Analyst"]


@pytest.mark.parametrize("code", ["%C3%9F", "%EF%AC%81", "D", "DEU"])
def test_a_country_is_judged_as_it_was_written(client, code):
    assert client.get(f"/api/v2/jobs?country={code}").status_code == 400
