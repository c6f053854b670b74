"""``/api/v1/jobs``: whole objects, page numbers, warnings; the answers pinned."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.factories import POSTED_AT, close_job, make_company, make_job, make_jobs, make_skill
from tests.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def board(client):
    """One posting with everything, one with nothing, a closed one."""
    make_company("Viamo", website="https://viamo.example", created_at=POSTED_AT, updated_at=POSTED_AT)
    make_skill("Kubernetes", aliases=["k8s"], code="http://data.europa.eu/esco/skill/1")
    make_job(skills=["Kubernetes"], featured=True, industry="Software", source="sample", external_id="a1")
    empty = ("location", "city", "region", "country", "employment_type", "experience_level", "salary_min", "salary_max",
             "currency", "salary_period")  # fmt: skip
    make_job("Nurse", description="", description_text="", **dict.fromkeys(empty))
    close_job(make_job("Gone", skills=["Kubernetes"]))


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("list", "/api/v1/jobs"),
        ("list_with_warnings", "/api/v1/jobs?contry=de&page_size=500&sort=newst&remote=perhaps&fields=id"),
        ("job", "/api/v1/jobs/1"),
        ("job_with_nothing", "/api/v1/jobs/2"),
        ("batch", "/api/v1/jobs/batch?ids=2,9,3,1"),
        ("featured", "/api/v1/jobs/featured"),
        ("stats", "/api/v1/jobs/stats"),
        ("similar", "/api/v1/jobs/1/similar"),
        ("company", "/api/v1/companies/viamo"),
        ("companies", "/api/v1/companies"),
        ("skill", "/api/v1/skills/kubernetes"),
        ("skills", "/api/v1/skills"),
    ],
)
def test_answers_of_v1_stay_as_they_are(client, board, name, target):
    response = client.get(target)
    assert response.status_code == 200
    assert_golden(GOLDEN / f"v1_{name}.json", response)


def test_a_closed_job_is_gone_on_v1_too(client, board):
    assert client.get("/api/v1/jobs/3").status_code == 410


def test_fields_leave_only_what_they_name(client, board):
    assert client.get("/api/v1/jobs?fields=id,title").get_json()["items"][1] == {"id": 1, "title": "Data Engineer"}


def test_an_unknown_parameter_is_ignored_with_a_warning(client, board):
    body = client.get("/api/v1/jobs?contry=de").get_json()
    assert body["meta"]["warnings"] == ["contry was ignored: unknown parameter; did you mean country?"]
    assert body["total"] == 2


def test_a_malformed_parameter_is_ignored_with_a_warning(client, board):
    body = client.get("/api/v1/jobs?country=germany&remote=true").get_json()
    assert body["meta"]["warnings"] == ["country was ignored: must be two letters (ISO 3166-1)"]
    assert body["total"] == 0


@pytest.mark.parametrize("size", [5, 50])
def test_the_envelope_is_complete(client, size):
    make_jobs(60)
    body = client.get(f"/api/v1/jobs?page=1&page_size={size}").get_json()
    items = body.pop("items")
    assert len(items) == size
    assert body == {
        "total": 60,
        "page": 1,
        "page_size": size,
        "total_pages": 12 if size == 5 else 2,
        "has_next": True,
        "has_prev": False,
        "total_is_estimate": False,
        "meta": {"warnings": []},
    }


@pytest.mark.parametrize(("query", "detail"), [("ids=1,x", "must be ids"), ("ids=1&ids=2", "given more than once")])
def test_a_malformed_parameter_that_is_needed_is_refused_and_named(client, query, detail):
    problem = client.get(f"/api/v1/jobs/batch?{query}&nonsense=1").get_json()
    assert problem["status"] == 400
    assert [error["parameter"] for error in problem["errors"]] == ["ids"]
    assert detail in problem["detail"]
