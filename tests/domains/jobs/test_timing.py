"""Postings by the clock: drafts that are published, public ones that are over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.factories import bearer, make_company, make_job, make_user

from talentsphere.db.base import now
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.companies.models import Company
from talentsphere.domains.handlers import HANDLERS, SCHEDULES
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.jobs.timing import expire_jobs, publish_jobs
from talentsphere.tasks.queue import add_task
from talentsphere.tasks.worker import Worker

BODY = {"title": "Data Engineer", "description": "Build pipelines in Python and SQL."}
SOON, PAST = "2999-01-31T09:00:00Z", "2020-01-31T09:00:00Z"
VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def recruiter(database):
    return bearer(make_user("recruiter", make_company()))


@pytest.fixture
def post(client, recruiter):
    def send(api="v2", **changes):
        return client.post(f"/api/{api}/jobs", json={**BODY, **changes}, headers=recruiter)

    return send


def job(database, job_id=1) -> Job:
    with database.reading() as session:
        return session.get(Job, job_id)


def run(database, app, kind) -> None:
    with database.writing() as session:
        add_task(session, kind)
    Worker(app.app_context, HANDLERS).run_due()


def test_an_expired_job_is_gone_from_lists_at_once_and_answers_410(client, app, database):
    make_job(expires_at=now() - timedelta(hours=1))
    make_job(expires_at=now() + timedelta(hours=1))
    assert len(client.get("/api/v2/jobs").get_json()["data"]) == 2
    run(database, app, "jobs.expire")
    listed = client.get("/api/v2/jobs?count=exact").get_json()
    assert ([card["id"] for card in listed["data"]], listed["total"]) == ([2], 1)
    gone = client.get("/api/v2/jobs/1")
    assert (gone.status_code, gone.get_json()["closed_reason"]) == (410, "expired")


def test_expiry_closes_as_a_person_does(database):
    make_job(expires_at=now() - timedelta(hours=1))
    with database.writing() as session:
        assert expire_jobs(session, now()) == 1
    found = job(database)
    assert (found.status, found.closed_reason, found.version, found.closed_at is None) == (
        "closed",
        "expired",
        2,
        False,
    )
    with database.reading() as session:
        assert session.execute(select(Activity.action, Activity.object_id, Activity.details)).all() == [
            ("job.closed", 1, {"reason": "expired"})
        ]
        assert session.scalars(select(Company.open_jobs)).all() == [0]


def test_many_expire_in_batches_and_are_counted_right(app, client, database):
    for n in range(7):
        make_job(company=("Viamo", "Other")[n % 2], expires_at=now() - timedelta(hours=n + 1))
    with database.writing() as session:
        assert expire_jobs(session, now(), limit=4) == 4
    assert client.get("/api/v2/jobs/stats").get_json()["open"] == 3
    with database.writing() as session:
        assert (expire_jobs(session, now(), limit=4), expire_jobs(session, now(), limit=4)) == (3, 0)
    stats = client.get("/api/v2/jobs/stats").get_json()
    assert (stats["open"], stats["closed"], stats["companies"]) == (0, 7, 0)


def test_only_what_is_public_expires(database):
    for status in ("draft", "closed", "paused"):
        make_job(status=status, expires_at=now() - timedelta(hours=1))
    with database.writing() as session:
        assert expire_jobs(session, now()) == 1
    assert [job(database, n).status for n in (1, 2, 3)] == ["draft", "closed", "closed"]


@VERSIONS
def test_a_draft_is_published_at_its_time(client, app, post, recruiter, database, version):
    made = post(version, publish_at=PAST)
    assert (made.get_json()["status"], made.get_json()["publish_at"]) == ("draft", PAST)
    run(database, app, "jobs.publish")
    shown = client.get("/api/v1/jobs/1").get_json()
    assert (shown["status"], shown["publish_at"], shown["version"]) == ("open", None, 2)
    assert now() - job(database).posted_at < timedelta(minutes=1)
    with database.reading() as session:
        assert set(session.scalars(select(JobSkill.key))) <= {job(database).key}
        assert session.scalars(select(Activity.action).order_by(Activity.id)).all() == ["job.created", "job.published"]


def test_a_draft_whose_time_has_not_come_stays_one(post, database):
    post(publish_at=SOON)
    with database.writing() as session:
        assert publish_jobs(session, now()) == 0


@VERSIONS
def test_the_time_can_be_changed_and_taken_away(client, post, recruiter, version):
    post(publish_at=SOON)
    path, headers = f"/api/{version}/jobs/1", {**recruiter, "If-Match": "*"}
    later = client.patch(path, json={"publish_at": "2999-02-01"}, headers=headers).get_json()
    assert later["publish_at"] == "2999-02-01T00:00:00Z"
    never = client.patch(path, json={"publish_at": None}, headers=headers).get_json()
    assert never.get("publish_at") is None


@VERSIONS
def test_only_a_draft_has_a_time(client, post, recruiter, version):
    refused = post(version, status="open", publish_at=SOON)
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["#/publish_at"]
    path = post(version, status="open").headers["Location"]
    headers = {**recruiter, "If-Match": "*"}
    refused = client.patch(path, json={"publish_at": SOON}, headers=headers)
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "#/publish_at")


def test_publishing_by_hand_takes_the_time_away(client, post, recruiter, database):
    post(publish_at=SOON)
    assert client.post("/api/v2/jobs/1/publish", headers=recruiter).status_code == 200
    assert job(database).publish_at is None
    assert client.patch("/api/v1/jobs/1", json={"title": "Engineer"}, headers=recruiter).status_code == 200


@pytest.mark.unfed
def test_an_idle_worker_looks_for_postings_whose_time_has_come(client, app, database):
    """Not only when the minute of its schedule is over: readers see the end within a second."""
    worker = Worker(app.app_context, HANDLERS, SCHEDULES)
    worker.run_due()
    ends, begins = make_job(expires_at=now() - timedelta(seconds=1)), make_job(status="draft")
    with database.writing() as session:
        session.get(Job, begins.id).publish_at = now() - timedelta(seconds=1)
    worker.run_due()
    assert (client.get(f"/api/v2/jobs/{ends.id}").status_code, job(database, begins.id).status) == (410, "open")


def test_a_worker_leaves_alone_what_has_time(client, app, database):
    """The control."""
    worker = Worker(app.app_context, HANDLERS, SCHEDULES)
    worker.run_due()
    later = make_job(expires_at=now() + timedelta(seconds=30))
    assert worker.run_due() == 0
    assert client.get(f"/api/v2/jobs/{later.id}").status_code == 200
