"""Many postings in one call: all or nothing, or a result for each; as few statements as for one, nearly."""

from __future__ import annotations

import pytest
from sqlalchemy import event, func, select
from tests.factories import bearer, make_company, make_job, make_skill, make_user

from talentsphere.db.events import Event
from talentsphere.db.session import engines_of
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs import alike
from talentsphere.domains.jobs.alike import NEWEST
from talentsphere.domains.jobs.bulk_rows import CHUNK
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.jobs.tallies import count_kept_open

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def company(database):
    return make_company()


@pytest.fixture
def recruiter(company):
    return bearer(make_user("recruiter", company))


@pytest.fixture
def send(client, recruiter):
    """Send a bulk call: ``send("post", jobs=[...])``."""

    def send(method, path="", as_=recruiter, version="v2", **body):
        return client.open(f"/api/{version}/jobs/bulk{path}", method=method.upper(), json=body, headers=as_)

    return send


def bodies(count: int, **facts) -> list[dict]:
    return [
        {"title": f"Engineer {n}", "description": f"Build {n} things with Python number{n}.", "status": "open", **facts}
        for n in range(count)
    ]


def jobs_of(database) -> list[Job]:
    with database.reading() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def entries(database, action: str) -> list[tuple]:
    """Return (object, details) of what was logged, after comparing it with the feed's events."""
    with database.reading() as session:
        statement = select(Activity.object_id, Activity.details).where(Activity.action == action)
        logged = [tuple(row) for row in session.execute(statement.order_by(Activity.id))]
        told = session.scalars(select(Event.object_id).where(Event.type == action).order_by(Event.seq)).all()
        assert [job_id for job_id, _ in logged] == list(told)
        return logged


def kept_counts(database) -> tuple[int, int]:
    with database.reading() as session:
        return count_kept_open(session), session.scalar(select(Company.open_jobs).where(Company.id == 1))


@VERSIONS
def test_jobs_are_made_as_one_by_one(client, send, database, version):
    make_skill("Python")
    answer = send("post", version=version, jobs=bodies(3, skills=["python"], external_id=None))
    assert answer.status_code == 201
    assert answer.get_json()["data"] == [{"id": n, "version": 1, "job_status": "open"} for n in (1, 2, 3)]
    single = {**bodies(1, skills=["python"])[0]}
    alone = send("post", version=version, as_=bearer(make_user("recruiter", make_company("Globex"))), jobs=[single])
    assert alone.status_code == 201
    one, *_, other = jobs_of(database)
    apart = {"id", "key", "slug", "company_id", "created_at", "updated_at", "posted_at", "_sa_instance_state"}
    assert {k: v for k, v in vars(one).items() if k not in apart} == {
        k: v for k, v in vars(other).items() if k not in apart
    }
    assert kept_counts(database) == (4, 3)
    assert [job["id"] for job in client.get("/api/v2/jobs").get_json()["data"]] == [4, 3, 2, 1]
    assert client.get("/api/v2/jobs?skill=python&count=exact").get_json()["total"] == 4


def test_a_hundred_jobs_have_an_entry_and_an_event_each(send, database):
    assert send("post", jobs=bodies(100)).status_code == 201
    assert [job_id for job_id, _ in entries(database, "job.created")] == list(range(1, 101))


def test_one_bad_row_of_a_hundred_leaves_nothing_in_atomic_mode(send, database):
    rows = bodies(100)
    rows[7]["salary_min"], rows[7]["salary_max"] = 2, 1
    answer = send("post", jobs=rows)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/jobs/7/salary_max"]
    assert jobs_of(database) == []
    assert kept_counts(database) == (0, 0)


def test_one_bad_row_of_a_hundred_leaves_ninety_nine_in_each_mode(send, database):
    rows = bodies(100)
    rows[7]["title"] = ""
    answer = send("post", mode="each", jobs=rows)
    results = answer.get_json()["results"]
    assert answer.status_code == 207
    assert [each["index"] for each in results] == list(range(100))
    assert results[7]["errors"][0]["pointer"] == "#/jobs/7/title"
    assert {each["status"] for each in results} == {201, 422}
    assert len(jobs_of(database)) == 99


@pytest.mark.parametrize(
    ("row", "status", "pointer"),
    [
        ({"title": "x"}, 422, "#/jobs/1/description"), ({"titel": "x"}, 422, "#/jobs/1/titel"), (7, 422, "#/jobs/1"),
        ({"description": "<b></b>"}, 422, "#/jobs/1/description"), ({"skills": ["Cobol"]}, 422, "#/jobs/1/skills/0"),
        ({"featured": True}, 422, "#/jobs/1/featured"), ({"company_id": 1}, 422, "#/jobs/1/company_id"),
        ({"external_id": "R-1"}, 409, "#/jobs/1/external_id"), ({"external_id": "R-9"}, 409, "#/jobs/1/external_id"),
        ({"publish_at": "2100-01-01"}, 422, "#/jobs/1/publish_at"),
    ],
)  # fmt: skip
def test_a_row_is_refused_with_the_pointer_and_the_status_that_it_deserves(send, row, status, pointer):
    send("post", jobs=bodies(1, external_id="R-9"))
    first, second = bodies(2, external_id="R-1")
    second.pop("external_id")
    bad = {**second, **row} if isinstance(row, dict) and row != {"title": "x"} else row
    refused = send("post", mode="each", jobs=[first, bad]).get_json()["results"][1]
    assert (refused["status"], refused["errors"][0]["pointer"]) == (status, pointer)


@pytest.mark.parametrize("body", [{}, {"jobs": []}, {"jobs": {}}, {"jobs": [{}] * 1001}, {"jobs": [], "mode": "some"}])
def test_a_call_without_a_list_of_rows_is_refused(send, body):
    assert send("post", **body).status_code == 422


def test_jobs_that_repeat_each_other_or_stored_ones_are_told(send):
    send("post", jobs=bodies(1))
    rows = [*bodies(1), *bodies(1)]
    first, second = send("post", jobs=rows).get_json()["data"]
    assert [each["id"] for each in first["similar"]] == [1]
    assert [each["id"] for each in second["similar"]] == [2, 1]


@pytest.fixture
def compared(monkeypatch):
    """Hold the ids of each two postings that are compared: (the one that was there, the new one)."""
    pairs, likeness = [], alike.likeness

    def counting(held, new):
        pairs.append((held["id"], new["id"]))
        return likeness(held, new)

    monkeypatch.setattr(alike, "likeness", counting)
    return pairs


def test_of_many_that_are_alike_each_is_compared_with_the_newest_alone(send, compared):
    count = CHUNK + 10
    send("post", jobs=bodies(1) * 40)
    compared.clear()
    made = send("post", jobs=bodies(1) * count).get_json()["data"]
    assert len(compared) == count * NEWEST
    assert {new - held for held, new in compared} == set(range(1, NEWEST + 1))
    assert all([each["id"] - like["id"] for like in each["similar"]] == list(range(1, 11)) for each in made)


def test_copies_of_another_company_hide_none_of_ones_own(send):
    send("post", jobs=bodies(1))
    make_company("Globex")
    rows = [{**row, "company_id": 2} for row in bodies(1) * 2 * NEWEST] + [{**bodies(1)[0], "company_id": 1}]
    made = send("post", as_=bearer(make_user("admin")), jobs=rows).get_json()["data"]
    assert [each["id"] for each in made[-1]["similar"]] == [1]


def test_an_admin_writes_for_several_companies(send, database, company):
    make_company("Globex")
    admin = bearer(make_user("admin"))
    rows = [{**row, "company_id": n} for row, n in zip(bodies(3), (1, 2, 9), strict=True)]
    results = send("post", as_=admin, mode="each", jobs=rows).get_json()["results"]
    assert [each["status"] for each in results] == [201, 201, 422]
    assert [job.company_id for job in jobs_of(database)] == [1, 2]


@VERSIONS
def test_changes_are_made_at_the_version_that_was_read(client, send, database, version):
    make_skill("Triage")
    send("post", jobs=bodies(3))
    rows = [{"id": n, "version": 1, "title": f"Nurse {n}", "country": "ca", "skills": ["triage"]} for n in (3, 1)]
    answer = send("patch", version=version, jobs=rows)
    assert answer.get_json()["data"] == [{"id": n, "version": 2, "job_status": "open"} for n in (3, 1)]
    assert [(job.title, job.slug, job.country, job.version) for job in jobs_of(database)] == [
        ("Nurse 1", "nurse-1-1", "CA", 2), ("Engineer 1", "engineer-1-2", None, 1), ("Nurse 3", "nurse-3-3", "CA", 2),
    ]  # fmt: skip
    assert entries(database, "job.updated") == [
        (3, {"fields": ["country", "location", "skills", "title"]}),
        (1, {"fields": ["country", "location", "skills", "title"]}),
    ]  # fmt: skip
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(JobSkill)) == 2
    assert client.get("/api/v2/jobs?country=CA&count=exact").get_json()["total"] == 2


def test_what_is_so_already_is_not_written(send, database):
    send("post", jobs=bodies(2))
    rows = [{"id": 1, "version": 1, "title": "Engineer 0"}, {"id": 2, "version": 1, "title": "Nurse"}]
    assert [each["version"] for each in send("patch", jobs=rows).get_json()["data"]] == [1, 2]
    assert [job_id for job_id, _ in entries(database, "job.updated")] == [2]


def test_a_change_of_another_version_of_nobodys_or_twice_is_refused(send, database):
    send("post", jobs=bodies(3, external_id=None))
    theirs = make_job(company=make_company("Globex"))
    rows = [
        {"id": 1, "version": 1, "title": "A"}, {"id": 2, "version": 7, "title": "B"},
        {"id": theirs.id, "version": 1, "title": "C"}, {"id": 999, "version": 1, "title": "C"},
        {"id": 1, "version": 1, "title": "D"}, {"id": 3, "version": 1, "salary_min": 3, "salary_max": 2},
        {"id": 3, "title": "E"},
    ]  # fmt: skip
    atomic = send("patch", jobs=rows)
    assert (atomic.status_code, len(atomic.get_json()["errors"])) == (422, 6)
    results = send("patch", mode="each", jobs=rows).get_json()["results"]
    assert [each["status"] for each in results] == [200, 412, 404, 404, 422, 422, 422]
    assert [each["errors"][0]["detail"] for each in results[2:4]] == [
        f"there is no job {theirs.id}", "there is no job 999",
    ]  # fmt: skip
    assert [job.title for job in jobs_of(database)] == ["A", "Engineer 1", "Engineer 2", "Data Engineer"]


@VERSIONS
def test_jobs_are_closed_with_a_reason(client, send, database, version):
    send("post", jobs=bodies(3))
    answer = send("post", "/close", version=version, ids=[3, 1], reason="filled")
    assert answer.get_json()["data"] == [{"id": n, "version": 2, "job_status": "closed"} for n in (3, 1)]
    assert entries(database, "job.closed") == [(3, {"reason": "filled"}), (1, {"reason": "filled"})]
    assert client.get("/api/v2/jobs/1").get_json()["closed_reason"] == "filled"
    assert kept_counts(database) == (1, 1)


def test_closing_what_is_no_longer_public_or_not_theirs_is_refused(send, database):
    send("post", jobs=[*bodies(2), *bodies(1, status="draft")])
    theirs = make_job(company=make_company("Globex"))
    ids = [1, 3, theirs.id, 2, 2]
    assert send("post", "/close", ids=ids, reason="other").status_code == 422
    assert [job.status for job in jobs_of(database)] == ["open", "open", "draft", "open"]
    results = send("post", "/close", mode="each", ids=ids, reason="other").get_json()["results"]
    assert [each["status"] for each in results] == [200, 409, 404, 200, 422]
    assert results[1]["errors"][0]["pointer"] == "#/ids/1"
    assert [job.status for job in jobs_of(database)] == ["closed", "closed", "draft", "open"]


def test_a_call_that_is_sent_again_has_no_second_effect(client, recruiter, database):
    headers = {**recruiter, "Idempotency-Key": "a"}
    answers = [client.post("/api/v2/jobs/bulk", json={"jobs": bodies(3)}, headers=headers) for _ in range(2)]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(jobs_of(database)) == 3


def test_what_is_kept_for_another_company_stays(client, send):
    other = make_company("Globex")
    neighbour = make_job(company=other)
    theirs = bearer(make_user("recruiter", other))
    addresses = ["/api/v2/companies/2/jobs", f"/api/v2/companies/2/jobs/{neighbour.id}", f"/api/v1/jobs/{neighbour.id}"]
    for address in addresses:
        client.get(address, headers=theirs)
    send("post", jobs=bodies(3))
    send("patch", jobs=[{"id": 2, "version": 1, "title": "Nurse"}])
    send("post", "/close", ids=[2], reason="filled")
    assert [client.get(address, headers=theirs).headers["X-Cache"] for address in addresses] == ["HIT"] * 3


@pytest.fixture
def cost(database, count_queries):
    """Return (statements, transactions) of a call. COPY is none of SQLAlchemy's statements: two a portion."""
    commits: list[int] = []
    engine = engines_of(database.app).write

    def note(_connection) -> None:
        commits.append(1)

    def measure(call) -> tuple[int, int]:
        commits.clear(), count_queries()
        assert call().status_code in (200, 201)
        return count_queries(), len(commits)

    event.listen(engine, "commit", note)
    yield measure
    event.remove(engine, "commit", note)


def test_statements_grow_with_portions_and_not_with_rows(send, cost, database):
    make_skill("Python")
    send("post", jobs=bodies(1, title="first"))  # who asks is known now
    few, many, more = (
        cost(lambda n=n: send("post", jobs=bodies(n, skills=["python"], title=f"Title of {n}")))
        for n in (2, CHUNK, CHUNK + 1)
    )
    assert few == many
    assert (few[0] <= 12, few[1]) == (True, 1)
    assert (more[0] - many[0] <= 4, more[1]) == (True, 1)


@pytest.mark.parametrize("method", ["patch", "close"])
def test_statements_of_changes_grow_with_portions_too(send, cost, method):
    make_skill("Python")
    send("post", jobs=bodies(4 + 2 * CHUNK))

    def call(first, count):
        ids = list(range(first, first + count))
        if method == "close":
            return send("post", "/close", ids=ids, reason="filled")
        return send("patch", jobs=[{"id": n, "version": 1, "title": f"T{n}", "skills": ["python"]} for n in ids])

    call(1, 1)  # who asks is known now
    few, many, more = cost(lambda: call(2, 2)), cost(lambda: call(4, CHUNK)), cost(lambda: call(4 + CHUNK, CHUNK + 1))
    assert few == many
    assert (few[0] <= 11, few[1]) == (True, 1)
    assert (more[0] - many[0] <= 6, more[1]) == (True, 1)
