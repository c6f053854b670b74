"""A posting from draft to closed: which steps there are, what becomes stale, and what is computed anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.factories import bearer, make_company, make_job, make_user

from talentsphere.db.base import now
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.jobs.models import Job

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])
LONG_AGO = now().replace(microsecond=0) - timedelta(days=61)


@pytest.fixture
def company(database):
    return make_company()


@pytest.fixture
def recruiter(company):
    return bearer(make_user("recruiter", company))


@pytest.fixture
def step(client, recruiter):
    """Take a step with posting 1: ``step("pause")``."""

    def take(name, version="v2", **body):
        return client.post(f"/api/{version}/jobs/1/{name}", json=body or None, headers=recruiter)

    return take


def stored(database) -> Job:
    with database.reading() as session:
        return session.scalars(select(Job)).one()


@VERSIONS
def test_a_paused_job_is_off_the_board_until_it_is_published_again(client, company, step, version):
    job = make_job(company=company)
    client.get(f"/api/{version}/jobs/1")
    paused = step("pause", version)
    assert (paused.status_code, paused.get_json()["status"]) == (200, "paused")
    assert client.get(f"/api/{version}/jobs/1").status_code == 404
    assert client.get("/api/v2/jobs?count=exact").get_json()["total"] == 0
    resumed = step("publish", version).get_json()
    assert (resumed["status"], resumed["posted_at"]) == ("open", job.posted_at.isoformat().replace("+00:00", "Z"))
    assert client.get(f"/api/{version}/jobs/1").status_code == 200


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("draft", "pause"), ("draft", "confirm"), ("draft", "close"), ("open", "publish"), ("paused", "pause"),
        ("closed", "pause"), ("closed", "confirm"), ("closed", "close"),
    ],
)  # fmt: skip
def test_a_step_that_a_status_does_not_have_is_refused(company, step, status, name):
    make_job(company=company, status=status)
    answer = step(name, **({"reason": "other"} if name == "close" else {}))
    assert (answer.status_code, answer.get_json()["job_status"]) == (409, status)


@pytest.mark.parametrize(
    ("status", "name", "then"),
    [
        ("draft", "publish", "open"), ("open", "pause", "paused"), ("open", "confirm", "open"),
        ("open", "close", "closed"), ("paused", "publish", "open"), ("paused", "confirm", "paused"),
        ("paused", "close", "closed"), ("closed", "publish", "open"),
    ],
)  # fmt: skip
def test_every_other_step_is_taken(company, step, database, status, name, then):
    make_job(company=company, status=status)
    assert step(name, **({"reason": "other"} if name == "close" else {})).status_code == 200
    assert stored(database).status == then


def test_an_open_job_that_nobody_confirms_becomes_stale(client, company, recruiter, step):
    make_job(company=company, posted_at=LONG_AGO)
    assert client.get("/api/v2/jobs/1").get_json()["stale"] is True
    assert client.get("/api/v1/jobs/1").get_json()["stale"] is True
    own = "/api/v2/companies/1/jobs"
    assert client.get(own, headers=recruiter).get_json()["data"][0]["stale"] is True
    confirmed = step("confirm").get_json()
    assert "stale" not in confirmed
    assert client.get("/api/v1/jobs/1").get_json()["stale"] is False
    assert client.get("/api/v2/jobs/1").get_json()["confirmed_at"] == confirmed["confirmed_at"]
    assert "stale" not in client.get(own, headers=recruiter).get_json()["data"][0]


@pytest.mark.parametrize(
    ("facts", "stale"),
    [
        ({"posted_at": LONG_AGO + timedelta(days=2)}, False),
        ({"posted_at": LONG_AGO}, True),
        ({"posted_at": LONG_AGO, "confirmed_at": LONG_AGO + timedelta(days=2)}, False),
        ({"posted_at": LONG_AGO - timedelta(days=9), "confirmed_at": LONG_AGO}, True),
        ({"posted_at": LONG_AGO, "status": "paused"}, False),
    ],
)
def test_stale_is_open_and_neither_published_nor_confirmed_for_sixty_days(client, company, recruiter, facts, stale):
    make_job(company=company, **facts)
    shown = client.get("/api/v1/companies/1/jobs/1", headers=recruiter).get_json()
    assert shown["stale"] is stale


def test_publishing_again_confirms(company, step, database):
    make_job(company=company, posted_at=LONG_AGO, status="paused")
    assert "stale" not in step("publish").get_json()
    assert stored(database).confirmed_at is not None


def test_each_step_is_one_version_one_log_entry_and_one_event(client, company, step, database):
    make_job(company=company)
    for name in ("pause", "publish", "confirm"):
        assert step(name).status_code == 200
    with database.reading() as session:
        assert session.scalars(select(Activity.action).order_by(Activity.id)).all() == [
            "job.paused", "job.published", "job.confirmed",
        ]  # fmt: skip
    admin = bearer(make_user("admin"))
    feed = client.get("/api/v2/changes", headers=admin).get_json()["data"]
    assert [each["type"] for each in feed if each["object"] == "job"][-3:] == [
        "job.paused", "job.published", "job.confirmed",
    ]  # fmt: skip
    assert stored(database).version == 4


@pytest.mark.parametrize("name", ["pause", "confirm", "close", "publish"])
def test_a_step_at_another_version_is_refused(client, company, recruiter, name):
    make_job(company=company, status="paused" if name == "publish" else "open")
    body = {"reason": "filled"} if name == "close" else None
    answer = client.post(f"/api/v2/jobs/1/{name}", json=body, headers={**recruiter, "If-Match": '"7-x"'})
    assert answer.status_code == 412


@pytest.mark.parametrize("name", ["pause", "confirm", "close"])
def test_a_step_leaves_what_is_kept_for_another_company(client, company, recruiter, step, name):
    make_job(company=company)
    other = make_company("Globex")
    neighbour = make_job(company=other)
    theirs = bearer(make_user("recruiter", other))
    kept = [
        ("/api/v2/companies/2/jobs", theirs),
        (f"/api/v1/companies/2/jobs/{neighbour.id}", theirs),
        (f"/api/v2/jobs/{neighbour.id}", {}),
    ]
    changed = [("/api/v2/companies/1/jobs", recruiter), ("/api/v2/companies/1/jobs/1", recruiter)]
    for address, headers in kept + changed:
        assert client.get(address, headers=headers).headers["X-Cache"] == "MISS"
    assert step(name, **({"reason": "filled"} if name == "close" else {})).status_code == 200
    assert [client.get(address, headers=headers).headers["X-Cache"] for address, headers in kept] == ["HIT"] * 3
    assert [client.get(address, headers=headers).headers["X-Cache"] for address, headers in changed] == ["MISS"] * 2
