"""ETags, 304, HEAD: a client that holds the answer gets no second one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update
from tests.factories import make_job, make_jobs

from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.tagging import mark_jobs

TARGETS = [
    "/api/v1/jobs", "/api/v2/jobs", "/api/v1/jobs/1", "/api/v2/jobs/1", "/api/v2/jobs/batch?ids=1",
    "/api/v2/jobs/stats", "/api/v2/jobs/featured", "/api/v2/jobs/1/similar", "/api/v1/companies",
    "/api/v2/companies/viamo", "/api/v2/skills", "/api/v1/skills/python", "/api/openapi.json", "/api/docs",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd"])
def test_every_public_answer_can_be_revalidated(client, target, encoding):
    make_job(skills=["Python"])
    first = client.get(target, headers={"Accept-Encoding": encoding})
    again = client.get(target, headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]


def test_a_304_costs_no_more_than_the_answer(client, count_queries):
    make_jobs(3)
    fresh = {"Cache-Control": "no-cache"}
    etag = client.get("/api/v2/jobs", headers=fresh).headers["ETag"]
    cost = count_queries()
    assert client.get("/api/v2/jobs", headers={**fresh, "If-None-Match": etag}).status_code == 304
    assert count_queries() == cost == 1


def test_a_304_of_what_is_kept_costs_nothing(client, count_queries):
    make_jobs(3)
    etag = client.get("/api/v2/jobs").headers["ETag"]
    count_queries()
    assert client.get("/api/v2/jobs", headers={"If-None-Match": etag}).status_code == 304
    assert count_queries() == 0


def test_the_tag_of_an_object_begins_with_its_version(client):
    make_job()
    assert re.fullmatch(r'"1-[0-9a-f]{18}"', client.get("/api/v2/jobs/1").headers["ETag"])


@pytest.mark.unfed
def test_a_changed_object_has_another_tag(client, database):
    make_job()
    etag = client.get("/api/v2/jobs/1").headers["ETag"]
    with database.writing() as session:
        mark_jobs(session, [1])
        session.execute(update(Job).values(title="Other", version=Job.version + 1))
    changed = client.get("/api/v2/jobs/1", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"].startswith('"2-')


def test_each_representation_has_a_tag_of_its_own(client):
    make_job()
    targets = ("/api/v2/jobs/1", "/api/v1/jobs/1", "/api/v2/jobs/1?fields=id", "/api/v2/jobs/1?include=similar")
    assert len({client.get(target).headers["ETag"] for target in targets}) == 4


@pytest.mark.parametrize("held", ["*", "W/{}", '"other", {}', '{}, "other"'])
def test_if_none_match_may_name_several_weak_or_any(client, held):
    make_job()
    etag = client.get("/api/v2/jobs/1").headers["ETag"]
    assert client.get("/api/v2/jobs/1", headers={"If-None-Match": held.format(etag)}).status_code == 304


@pytest.mark.parametrize("held", ['"other"', "", "other", '"', '""', 'W/""', "W/", '"1-0"'])
def test_another_tag_gets_the_answer(client, held):
    make_job()
    assert client.get("/api/v2/jobs/1", headers={"If-None-Match": held}).status_code == 200


def test_a_refusal_is_not_revalidated(client):
    assert client.get("/api/v2/jobs/9", headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize("target", TARGETS)
def test_head_says_what_get_would_without_a_body(client, target):
    make_job(skills=["Python"])
    get, head = client.get(target), client.head(target)
    assert head.data == b""
    for name in ("ETag", "Cache-Control", "Content-Type", "Content-Length", "Vary"):
        assert head.headers[name] == get.headers[name]


def test_public_answers_may_be_kept_and_must_be_asked_about(client):
    assert client.get("/api/v2/jobs").headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_health_is_never_kept(client):
    assert client.get("/health/live").headers["Cache-Control"] == "private, no-store"


def test_a_range_is_answered_whole(client):
    make_job()
    assert client.get("/api/v2/jobs/1", headers={"Range": "bytes=0-3"}).status_code == 200
