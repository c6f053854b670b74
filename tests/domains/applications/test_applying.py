"""Applying: once, with answers, in one transaction, and only to what is open."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from tests.factories import bearer, close_job, make_company, make_job, make_user

from talentsphere.domains.activity.models import Activity
from talentsphere.domains.applications.models import Application, ApplicationEvent, ApplicationTally
from talentsphere.domains.mail.models import Mail
from talentsphere.domains.resumes.models import Resume
from talentsphere.tasks.models import Task

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])
PATH = "/api/v2/jobs/1/applications"
LETTER = {"cover_letter": "I care.", "source": "LinkedIn"}
QUESTIONS = [
    {"id": 1, "question": "Licence?", "kind": "choice", "required": True, "options": ["car", "none"],
     "knock_out": {"accepts": ["car"]}},
    {"id": 2, "question": "May we keep it?", "kind": "consent", "required": True},
    {"id": 3, "question": "Years?", "kind": "number", "required": False, "knock_out": {"min": 2}},
]  # fmt: skip
ANSWERS = [{"question_id": 1, "answer": "car"}, {"question_id": 2, "answer": True}]


@pytest.fixture
def company(client):
    return make_company()


@pytest.fixture
def job(company):
    return make_job(company=company)


@pytest.fixture
def candidate(job):
    return make_user("candidate")


@pytest.fixture
def apply(client, candidate):
    headers = bearer(candidate)

    def send(path=PATH, more=None, **body):
        return client.post(path, json=body, headers={**headers, **(more or {})})

    return send


def count(database, *tables) -> list[int]:
    with database.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def one(database, table):
    with database.reading() as session:
        return session.scalars(select(table)).one()


@VERSIONS
def test_an_application_is_stored_counted_logged_and_confirmed_by_mail(client, company, job, apply, database, version):
    made = apply(f"/api/{version}/jobs/{job.slug}/applications", **LETTER)
    body = made.get_json()
    assert (made.status_code, body["status"], body["stage"], body["source"]) == (201, "active", "new", "linkedin")
    assert made.headers["Location"] == f"/api/{version}/applications/1"

    tally = one(database, ApplicationTally)
    assert (tally.company_id, tally.job_id, tally.stage, tally.status, tally.n) == (company.id, 1, "new", "active", 1)
    step = one(database, ApplicationEvent)
    assert (step.kind, step.from_stage, step.to_stage, step.user_id) == ("applied", None, "new", 1)
    mail = one(database, Mail)
    assert (mail.template, mail.recipient) == ("application_received", "ada@example.org")
    assert mail.values["link"] == body["status_url"]
    with database.reading() as session:
        assert session.scalars(select(Activity.action)).all() == ["application.created"]


def test_applying_again_is_409_with_the_id_of_the_first(apply, database):
    apply(**LETTER)
    again = apply(cover_letter="Again.")
    assert (again.status_code, again.get_json()["type"], again.get_json()["id"]) == (
        409,
        "/problems/already-applied",
        1,
    )
    assert count(database, Application, Mail, ApplicationEvent) == [1, 1, 1]


def test_an_idempotency_key_gets_the_first_answer(apply, database):
    key = {"Idempotency-Key": "k1"}
    first, second = apply(more=key, **LETTER), apply(more=key, **LETTER)
    assert (second.status_code, second.data, second.headers["Idempotent-Replay"]) == (201, first.data, "true")
    assert count(database, Application, Mail) == [1, 1]


def test_applying_costs_a_fixed_number_of_statements(apply, count_queries):
    count_queries()
    apply(**LETTER)
    # the caller, job, stages, INSERT, step, 2 roll-ups, log, mail, task, count, the answer, event; on SQLite the stamp
    assert count_queries() <= 14


def test_a_closed_job_is_gone_and_a_draft_is_not_there(job, apply, company, database):
    close_job(job)
    make_job(company=company, status="draft")
    assert apply().status_code == 410
    assert apply().get_json()["closed_reason"] == "filled"
    assert apply("/api/v2/jobs/2/applications").status_code == 404
    assert apply("/api/v2/jobs/99/applications").status_code == 404
    assert count(database, Application) == [0]


@pytest.fixture
def asking(company, client, candidate):
    """Job 3 asks."""
    make_job(company=company)
    make_job(company=company, questions=QUESTIONS)
    return "/api/v2/jobs/3/applications"


def test_answers_are_kept_with_their_questions(apply, asking, database):
    made = apply(asking, answers=[*ANSWERS, {"question_id": 3, "answer": 2.5}])
    assert made.status_code == 201
    assert [(each["question"], each["answer"]) for each in one(database, Application).answers] == [
        ("Licence?", "car"), ("May we keep it?", True), ("Years?", 2.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "pointer", "named"),
    [
        ([], "#/answers", "Licence?"),
        ([{"question_id": 1, "answer": "boat"}, ANSWERS[1]], "#/answers/0/answer", "Licence?"),
        ([ANSWERS[0], {"question_id": 2, "answer": False}], "#/answers/1/answer", "May we keep it?"),
        ([*ANSWERS, {"question_id": 3, "answer": "two"}], "#/answers/2/answer", "Years?"),
        ([*ANSWERS, {"question_id": 9, "answer": "x"}], "#/answers/2/question_id", "question 9"),
        ([*ANSWERS, ANSWERS[0]], "#/answers/0/question_id", "again"),
    ],
)
def test_a_wrong_answer_is_refused_and_names_its_question(apply, asking, database, answers, pointer, named):
    refused = apply(asking, answers=answers)
    error = refused.get_json()["errors"][0]
    assert (refused.status_code, error["pointer"]) == (422, pointer)
    assert named in error["detail"]
    assert count(database, Application, Mail) == [0, 0]


def test_who_is_knocked_out_is_rejected_later_and_sees_nothing_of_it(apply, asking, client, candidate, database):
    made = apply(asking, answers=[{"question_id": 1, "answer": "none"}, ANSWERS[1]])
    assert (made.status_code, made.get_json()["status"]) == (201, "active")
    row = one(database, Application)
    assert (row.status, row.reject_reason, row.is_knocked_out) == ("rejected", "knock_out", True)
    with database.reading() as session:
        kinds = session.scalars(select(ApplicationEvent.kind).order_by(ApplicationEvent.id)).all()
        tasks = session.scalars(select(Task.kind)).all()
        assert (kinds, sorted(tasks)) == (["applied", "rejected"], ["applications.rejected", "mail.send"])
    listed = client.get("/api/v2/users/me/applications", headers=bearer(candidate)).get_json()["data"]
    assert [each["status"] for each in listed] == ["active"]


def test_only_a_resume_of_ones_own_can_be_sent(apply, candidate, database):
    with database.writing() as session:
        mine, other = Resume(user_id=candidate.id), Resume(user_id=make_user("candidate").id)
        session.add_all([mine, other])
        session.flush()
        ids = str(mine.public_id), str(other.public_id)
    refused = apply(resume_id=ids[1])
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "#/resume_id")
    assert apply(resume_id=ids[0]).get_json()["resume_id"] == ids[0]


def test_a_job_with_applications_is_not_deleted(client, company, apply, database):
    apply()
    headers = {**bearer(make_user("recruiter", company)), "If-Match": "*"}
    refused = client.delete("/api/v2/jobs/1", headers=headers)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/job-has-applications")
    assert count(database, Application) == [1]


def test_my_applications_are_one_statement_whatever_their_number(
    client, company, apply, candidate, count_queries, lasting
):
    apply()
    headers = {**bearer(candidate), "Cache-Control": "no-cache"}

    def cost():
        count_queries()
        found = client.get("/api/v2/users/me/applications?limit=100&count=exact", headers=headers).get_json()
        return count_queries(), found["total"], len(found["data"])

    cost()  # who is calling is remembered from here on
    before = cost()
    for job in [make_job(company=company) for _ in range(99)]:
        assert apply(f"/api/v2/jobs/{job.id}/applications").status_code == 201
    after = cost()
    assert (before[1:], after[1:]) == ((1, 1), (100, 100))
    assert before[0] == after[0] == 1


@VERSIONS
def test_my_applications_are_cached_and_fresh(client, apply, candidate, version):
    path, headers = f"/api/{version}/users/me/applications", bearer(candidate)
    key = "data" if version == "v2" else "items"
    assert client.get(path, headers=headers).get_json()[key] == []
    apply()
    assert len(client.get(path, headers=headers).get_json()[key]) == 1
    again = client.get(path, headers=headers)
    assert (again.headers["X-Cache"], len(again.get_json()[key])) == ("HIT", 1)
