"""``/api/v2/jobs``: cards, detail, batch, featured, stats, similar."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from tests.domains.jobs.board import make_board
from tests.factories import POSTED_AT, close_job, make_company, make_job, make_jobs

from talentsphere.db.base import now
from talentsphere.domains.jobs.models import Job

CARD = {
    "id": 1,
    "title": "Data Engineer",
    "company": "Viamo",
    "location": "Toronto, Ontario",
    "remote": False,
    "employment_type": "full_time",
    "salary_min": 90000,
    "salary_max": 120000,
    "currency": "CAD",
    "salary_period": "year",
    "posted_at": "2026-01-31T09:00:00Z",
    "featured": False,
}


def test_a_card_has_exactly_the_fields_of_the_contract(client):
    make_job()
    assert client.get("/api/v2/jobs").get_json()["data"] == [CARD]


def test_a_card_leaves_out_what_has_no_value(client):
    make_job(salary_min=None, salary_max=None, location=None)
    assert {"salary_min", "salary_max", "location"}.isdisjoint(client.get("/api/v2/jobs").get_json()["data"][0])


def test_detail_shows_company_and_skills_as_references(client):
    make_job(skills=["Python"])
    job = client.get("/api/v2/jobs/1").get_json()
    assert job["company"] == {"id": 1, "name": "Viamo", "slug": "viamo"}
    assert job["skills"] == [{"id": 1, "name": "Python", "slug": "python"}]
    assert job["description"] == "<p>Build pipelines.</p>"


def test_detail_is_found_by_slug(client):
    job = make_job("Senior C++ Developer")
    assert client.get(f"/api/v2/jobs/{job.slug}").get_json()["id"] == job.id
    assert client.get(f"/api/v2/jobs/{job.slug.upper()}").get_json()["id"] == job.id


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("reference", ["any-nonsense-1", "-1", "nurse-and-more-1", "any-nonsense-2"])
def test_another_slug_before_the_id_finds_nothing_open_or_closed(client, version, reference):
    make_job("Nurse")
    close_job(make_job("Carer"))
    assert client.get(f"/api/{version}/jobs/nurse-1").status_code == 200
    assert client.get(f"/api/{version}/jobs/carer-2").status_code == 410
    assert client.get(f"/api/{version}/jobs/{reference}").status_code == 404
    assert client.get(f"/api/{version}/jobs/{reference}/similar").status_code == 404


def test_fields_leave_only_what_they_name(client):
    make_job()
    assert client.get("/api/v2/jobs?fields=id,title").get_json()["data"] == [{"id": 1, "title": "Data Engineer"}]
    assert client.get("/api/v2/jobs/1?fields=slug,company").get_json().keys() == {"slug", "company"}


def test_an_unknown_field_is_refused_with_a_suggestion(client):
    problem = client.get("/api/v2/jobs?fields=titel").get_json()
    assert problem["errors"] == [{"parameter": "fields", "detail": "there is no titel; did you mean title?"}]


def test_include_adds_similar_jobs(client):
    make_job("Nurse", skills=["Nursing"])
    make_job("Carer", skills=["Nursing"])
    job = client.get("/api/v2/jobs/1?include=similar").get_json()
    assert [similar["title"] for similar in job["similar"]] == ["Carer"]
    assert "similar" not in client.get("/api/v2/jobs/1").get_json()


def test_similar_jobs_share_most_skills_and_are_open(client):
    make_job("Asked", skills=["A", "B", "C"])
    make_job("One shared", skills=["A"])
    make_job("Two shared", skills=["A", "B"])
    close_job(make_job("Closed", skills=["A", "B", "C"]))
    make_job("None shared", skills=["D"])
    found = client.get("/api/v2/jobs/1/similar").get_json()["data"]
    assert [job["title"] for job in found] == ["Two shared", "One shared"]


def test_a_closed_job_is_gone_with_reason_and_similar_jobs(client):
    close_job(make_job(skills=["Python"]), reason="filled")
    make_job("Still open", skills=["Python"])
    response = client.get("/api/v2/jobs/1")
    problem = response.get_json()
    assert response.status_code == 410
    assert (problem["type"], problem["id"], problem["closed_reason"]) == ("/problems/job-closed", 1, "filled")
    assert problem["closed_at"] == "2026-01-31T09:00:00Z"
    assert [job["title"] for job in problem["similar"]] == ["Still open"]


@pytest.mark.parametrize("status", ["draft", "paused"])
def test_unpublished_jobs_are_not_found(client, status):
    make_job(status=status)
    assert client.get("/api/v2/jobs/1").status_code == 404


@pytest.mark.parametrize(
    "reference", ["7", "nothing-7", "nothing", "0", "-1", "1.0", "99999999999", "١", "%00", "1%00"]
)
def test_unknown_jobs_are_not_found(client, reference):
    assert client.get(f"/api/v2/jobs/{reference}").status_code == 404


def test_a_batch_keeps_the_order_and_lists_what_is_missing(client):
    make_jobs(3)
    make_job(status="draft")
    body = client.get("/api/v2/jobs/batch?ids=3,9,1,4,3,9999999999").get_json()
    assert [job["id"] for job in body["data"]] == [3, 1]
    assert body["missing"] == [9, 4, 9999999999]


def test_a_batch_takes_a_hundred_ids_and_no_more(client):
    ids = [str(id_) for id_ in range(1, 102)]
    assert client.get(f"/api/v2/jobs/batch?ids={','.join(ids[:100])}").status_code == 200
    assert client.get(f"/api/v2/jobs/batch?ids={','.join(ids)}").status_code == 400


@pytest.mark.parametrize("ids", ["", "1,", "1,x", "1;2", "-1", "1.5", "٣"])
def test_a_batch_of_nonsense_is_refused(client, ids):
    assert client.get(f"/api/v2/jobs/batch?ids={ids}").status_code == 400


def test_featured_jobs_are_listed_newest_first(client):
    make_job("Old", featured=True, posted_at=POSTED_AT - timedelta(days=1))
    make_job("New", featured=True)
    make_job("Plain")
    body = client.get("/api/v2/jobs/featured").get_json()
    assert [job["title"] for job in body["data"]] == ["New", "Old"]


def test_stats_equal_a_direct_count(client, database):
    make_board()
    make_job("Recent", posted_at=now().replace(microsecond=0), remote=True)
    stats = client.get("/api/v2/jobs/stats").get_json()
    with database.reading() as session:
        jobs = session.scalars(select(Job)).all()
    opened = [job for job in jobs if job.status == "open"]
    assert stats == {
        "open": len(opened),
        "closed": sum(job.status == "closed" for job in jobs),
        "companies": len({job.company_id for job in opened}),
        "remote": sum(job.remote for job in opened),
        "posted_7d": 1,
        "by_employment_type": Counter(job.employment_type for job in opened if job.employment_type),
        "by_country": Counter(job.country for job in opened if job.country),
    }


def test_stats_follow_a_job_that_is_closed(client):
    close_job(make_job())
    assert client.get("/api/v2/jobs/stats").get_json()["by_country"] == {}


def test_a_v2_list_has_at_most_half_of_v1s_bytes(client, real_data):
    import gzip
    import json

    with gzip.open(real_data / "sample_jobs.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(20), strict=False)]
    make_company("Viamo")
    for row in rows:
        text = row.get("description") or ""
        make_job(row["title"][:300], description=f"<p>{text}</p>", description_text=text, skills=["Python", "SQL"])
    v1, v2 = client.get("/api/v1/jobs?page_size=20"), client.get("/api/v2/jobs?limit=20")
    assert len(v2.get_json()["data"]) == len(v1.get_json()["items"]) == 20
    assert len(v2.data) * 2 <= len(v1.data)


def test_even_without_texts_a_v2_list_has_at_most_half_of_v1s_bytes(client):
    make_jobs(20, description="", description_text="")
    assert len(client.get("/api/v2/jobs?limit=20").data) * 2 <= len(client.get("/api/v1/jobs?page_size=20").data)


def test_a_kept_total_equals_the_open_postings(client, database):
    make_board()
    with database.reading() as session:
        counted = session.scalar(select(func.count()).where(Job.status == "open"))
    assert client.get("/api/v2/jobs?count=estimated").get_json()["total"] == counted
    assert client.get("/api/v1/jobs").get_json()["total"] == counted
