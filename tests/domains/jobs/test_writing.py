"""Writing a posting over both versions: what is stored, what is answered, what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from tests.factories import bearer, make_company, make_job, make_skill, make_user

from talentsphere.domains.activity.models import Activity
from talentsphere.domains.jobs.models import HiringTeamMember, Job, JobSkill, recency_key

BODY = {"title": "Data Engineer", "description": "Build pipelines in Python and SQL."}
VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def company(database):
    return make_company()


@pytest.fixture
def recruiter(company):
    return bearer(make_user("recruiter", company))


@pytest.fixture
def admin(database):
    return bearer(make_user("admin"))


@pytest.fixture
def post(client, recruiter):
    """Post a body with changes, and return the answer."""

    def send(api="v2", as_=recruiter, **changes):
        return client.post(f"/api/{api}/jobs", json={**BODY, **changes}, headers=as_)

    return send


def only_job(database) -> Job:
    with database.reading() as session:
        return session.scalars(select(Job)).one()


def skills_of(database, job_id=1) -> list[tuple[int, int]]:
    with database.reading() as session:
        rows = session.execute(select(JobSkill.skill_id, JobSkill.key).where(JobSkill.job_id == job_id))
        return sorted((row.skill_id, row.key) for row in rows)


def logged(database) -> list[tuple]:
    with database.reading() as session:
        rows = session.execute(select(Activity.action, Activity.object_id, Activity.details).order_by(Activity.id))
        return [tuple(row) for row in rows]


def errors(response) -> dict[str, str]:
    assert response.status_code == 422, response.get_json()
    return {error["pointer"]: error.get("did_you_mean", error["detail"]) for error in response.get_json()["errors"]}


@VERSIONS
def test_an_open_job_is_public_as_it_was_answered(client, post, version):
    make_skill("Python")
    made = post(version, status="open", location="Toronto, Ontario", salary_min=90_000, currency="cad")
    shown = client.get(made.headers["Location"])
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/{version}/jobs/1")
    assert (shown.get_json(), shown.headers["ETag"]) == (made.get_json(), made.headers["ETag"])


@VERSIONS
def test_a_draft_lives_at_its_company(client, post, recruiter, version):
    made = post(version)
    assert (made.get_json()["status"], made.headers["Location"]) == ("draft", f"/api/{version}/companies/1/jobs/1")
    assert client.get(made.headers["Location"], headers=recruiter).get_json() == made.get_json()
    assert client.get(f"/api/{version}/jobs/1").status_code == 404


def test_v1_answers_every_field_and_v2_those_with_a_value(post):
    full, minimal = post("v1").get_json(), post("v2", description="Care for people.").get_json()
    assert full["city"] is None
    assert full["company"]["open_jobs"] == 0
    assert "city" not in minimal
    assert minimal["company"] == {"id": 1, "name": "Viamo", "slug": "viamo"}
    assert minimal.keys() < full.keys()


def test_every_fact_is_stored_in_the_products_own_words(post, database):
    given = {
        "title": "  Senior R&amp;D <b>Engineer</b> ", "description": "<p onclick='x()'>Hi</p><script>1</script>",
        "location": "Berlin", "city": "Berlin", "country": "de", "remote": True, "employment_type": "FULL-TIME",
        "experience_level": "Senior", "salary_min": 50, "salary_max": 60, "currency": "eur", "salary_period": "hour",
        "expires_at": "2027-01-31", "external_id": " REQ 1 ", "status": "OPEN",
    }  # fmt: skip
    assert post(**given).status_code == 201
    job = only_job(database)
    stored = (job.title, job.title_key, job.slug, job.description, job.description_text)
    assert stored == ("Senior R&D Engineer", "senior r&d engineer", "senior-r-and-d-engineer-1", "<p>Hi</p>", "Hi")
    assert (job.location_key, job.city_key, job.country, job.remote) == ("berlin", "berlin", "DE", True)
    assert (job.employment_type, job.experience_level) == ("full_time", "senior")
    assert (job.salary_min, job.salary_max, job.currency, job.salary_period) == (50, 60, "EUR", "hour")
    assert (job.pay_yearly, job.key) == (60 * 2080, recency_key(job.posted_at, 1))
    assert (job.external_id, job.source, job.expires_at.isoformat()) == (
        "REQ 1", "company:1", "2027-01-31T00:00:00+00:00",
    )  # fmt: skip


def test_the_parts_of_a_place_are_taken_from_its_text_where_nobody_states_them(post, database):
    post(location="Toronto, ON")
    job = only_job(database)
    assert (job.city, job.region, job.country, job.remote) == ("Toronto", "Ontario", "CA", False)


def test_pay_without_a_period_is_pay_a_year_and_found_as_such(client, post):
    post(status="open", salary_min=60_000, remote=True)
    assert [job["id"] for job in client.get("/api/v2/jobs?remote=true&salary_min=50000").get_json()["data"]] == [1]
    assert client.get("/api/v2/jobs?remote=true&salary_min=70000").get_json()["data"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": None}, "#/title"), ({"title": ""}, "#/title"), ({"title": " <b></b> - "}, "#/title"),
        ({"title": "x" * 301}, "#/title"), ({"title": 7}, "#/title"), ({"description": ""}, "#/description"),
        ({"description": "<script>x</script>"}, "#/description"),
        ({"salary_min": 2, "salary_max": 1}, "#/salary_max"), ({"salary_min": -1}, "#/salary_min"),
        ({"salary_min": 1.5}, "#/salary_min"), ({"salary_max": 10**13}, "#/salary_max"),
        ({"salary_min": True}, "#/salary_min"), ({"salary_min": "many"}, "#/salary_min"),
        ({"country": "XX"}, "#/country"), ({"country": "Germany"}, "#/country"),
        ({"currency": "EURO"}, "#/currency"), ({"remote": None}, "#/remote"),
        ({"employment_type": "fulltime!"}, "#/employment_type"), ({"status": "paused"}, "#/status"),
        ({"expires_at": "soon"}, "#/expires_at"), ({"external_id": ""}, "#/external_id"),
        ({"skills": [""]}, "#/skills/0"), ({"skills": ["x"] * 51}, "#/skills"),
        ({"location": "x" * 201}, "#/location"), ({"answers": []}, "#/answers"),
    ],
)  # fmt: skip
def test_a_bad_field_is_refused_by_name_and_nothing_is_stored(post, database, change, pointer):
    assert pointer in errors(post(**change))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"title": "x"}'])
def test_a_body_that_is_none_is_refused(client, recruiter, body):
    answer = client.post("/api/v2/jobs", data=body, headers=recruiter, content_type="application/json")
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    "name", ["role", "is_admin", "id", "user_id", "created_at", "password_hash", "version", "slug"]
)
def test_a_field_that_is_nobodys_to_write_is_refused(client, post, recruiter, name):
    make_job(company="Viamo")
    assert f"#/{name}" in errors(post(**{name: 1}))
    for also in (name, "status", "company_id", "posted_at"):
        headers = {**recruiter, "If-Match": "*"}
        assert f"#/{also}" in errors(client.patch("/api/v2/jobs/1", json={also: 1}, headers=headers))


def test_only_an_admin_names_the_company_and_must(post, admin):
    other = make_company("Other")
    assert "#/company_id" in errors(post(company_id=1))
    assert "#/company_id" in errors(post(as_=admin))
    assert "#/company_id" in errors(post(as_=admin, company_id=99))
    assert post(as_=admin, company_id=other.id).get_json()["company"]["name"] == "Other"


def test_only_an_admin_features_a_job(client, post, admin, recruiter):
    assert "#/featured" in errors(post(featured=True))
    assert post(as_=admin, company_id=1, featured=True).get_json()["featured"] is True
    change = {"json": {"featured": False}, "headers": {**recruiter, "If-Match": "*"}}
    assert "#/featured" in errors(client.patch("/api/v2/jobs/1", **change))


def test_skills_are_found_by_name_slug_and_alias_each_once(post, database):
    make_skill("C++", aliases=["cpp"])
    make_skill("Python", aliases=["py"])
    made = post(skills=["PY", "c-plus-plus", "python"]).get_json()
    assert [skill["name"] for skill in made["skills"]] == ["C++", "Python"]
    assert skills_of(database) == [(1, only_job(database).key), (2, only_job(database).key)]


def test_an_unknown_skill_is_refused_with_a_suggestion(post):
    make_skill("Kubernetes", aliases=["k8s"])
    assert errors(post(skills=["k8s", "kuberntes", "Zzz"])) == {
        "#/skills/1": "kubernetes", "#/skills/2": "there is no skill Zzz",
    }  # fmt: skip


def test_skills_that_nobody_names_are_those_of_the_text(post):
    make_skill("Python")
    make_skill("Java")
    assert [skill["name"] for skill in post().get_json()["skills"]] == ["Python"]
    assert post(skills=[]).get_json()["skills"] == []
    assert [skill["name"] for skill in post(skills=None).get_json()["skills"]] == ["Python"]


def test_an_external_id_is_unique_in_its_company(client, post, admin, recruiter):
    make_company("Other")
    assert post(external_id="A").status_code == 201
    taken = post(external_id="A")
    assert (taken.status_code, taken.get_json()["id"]) == (409, 1)
    assert post(as_=admin, company_id=2, external_id="A").status_code == 201
    last = post(external_id="B").get_json()["id"]
    change = client.patch(f"/api/v1/jobs/{last}", json={"external_id": "A"}, headers=recruiter)
    assert (change.status_code, change.get_json()["type"]) == (409, "/problems/external-id-taken")


@VERSIONS
def test_a_change_touches_what_it_names_and_nothing_else(client, post, recruiter, database, version):
    make_skill("Python")
    before = post(location="Toronto, ON", salary_min=10, salary_max=20).get_json()
    changes = {"title": "Data Scientist", "salary_max": 30, "country": None}
    change = client.patch(f"/api/{version}/jobs/1", json=changes, headers={**recruiter, "If-Match": '"1-x"'})
    after = client.get("/api/v2/companies/1/jobs/1", headers=recruiter).get_json()
    assert change.status_code == 200
    assert change.headers["ETag"].startswith('"2-')
    different = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert different - {"updated_at"} == {"title", "slug", "salary_max", "country", "version"}
    assert only_job(database).pay_yearly == 30
    assert logged(database)[-1] == ("job.updated", 1, {"fields": ["country", "salary_max", "title"]})


def test_a_change_to_what_is_so_already_writes_nothing(client, post, recruiter, database):
    post(salary_min=10)
    same = client.patch("/api/v1/jobs/1", json={"salary_min": 10, "title": BODY["title"]}, headers=recruiter)
    assert same.get_json()["version"] == 1
    assert [action for action, _, _ in logged(database)] == ["job.created"]


def test_another_location_has_other_parts(client, post, recruiter):
    post(location="Toronto, ON", remote=True)
    job = client.patch("/api/v1/jobs/1", json={"location": "Berlin, Germany"}, headers=recruiter).get_json()
    assert (job["city"], job["region"], job["country"], job["remote"]) == ("Berlin", None, "DE", True)


def test_pay_that_no_longer_fits_is_refused_by_the_field_that_was_sent(client, post, recruiter):
    post(salary_min=10, salary_max=20)
    assert "#/salary_min" in errors(client.patch("/api/v1/jobs/1", json={"salary_min": 30}, headers=recruiter))
    assert "#/salary_max" in errors(client.patch("/api/v1/jobs/1", json={"salary_max": 5}, headers=recruiter))


def test_skills_change_when_they_are_named(client, post, recruiter, database):
    for name in ("Python", "Java"):
        make_skill(name)
    post()
    for given, skills in (({"title": "Java"}, [1]), ({"skills": ["java"]}, [2]), ({"skills": None}, [1, 2])):
        job = client.patch("/api/v1/jobs/1", json=given, headers=recruiter).get_json()
        assert [skill["id"] for skill in job["skills"]] == skills
    assert logged(database)[-1][2] == {"fields": ["skills"]}


def test_publishing_sets_the_date_once(client, post, recruiter, database):
    make_skill("Python")
    post()
    assert only_job(database).posted_at is None
    published = client.post("/api/v2/jobs/1/publish", headers=recruiter).get_json()
    first = only_job(database)
    assert (published["status"], first.key) == ("open", recency_key(first.posted_at, 1))
    assert skills_of(database) == [(1, first.key)]
    client.post("/api/v2/jobs/1/close", json={"reason": "filled"}, headers=recruiter)
    again = client.post("/api/v2/jobs/1/publish", headers=recruiter).get_json()
    assert again["posted_at"] == published["posted_at"]
    assert "closed_reason" not in again


@VERSIONS
def test_a_closed_job_is_gone_with_its_reason(client, post, recruiter, version):
    post(status="open")
    closed = client.post(f"/api/{version}/jobs/1/close", json={"reason": "FILLED"}, headers=recruiter).get_json()
    assert (closed["status"], closed["closed_reason"]) == ("closed", "filled")
    assert client.get("/api/v2/jobs/1").get_json()["closed_reason"] == "filled"
    assert client.get("/api/v2/jobs").get_json()["data"] == []


@pytest.mark.parametrize(
    ("status", "step", "answer"),
    [
        ("draft", "publish", 200), ("paused", "publish", 200), ("closed", "publish", 200), ("open", "publish", 409),
        ("draft", "close", 409), ("paused", "close", 200), ("closed", "close", 409), ("open", "close", 200),
    ],
)  # fmt: skip
def test_each_step_leads_from_some_statuses(client, recruiter, status, step, answer):
    make_job(company="Viamo", status=status)
    body = {"json": {"reason": "other"}} if step == "close" else {}
    found = client.post(f"/api/v2/jobs/1/{step}", headers=recruiter, **body)
    assert found.status_code == answer
    if answer == 409:
        assert (found.get_json()["type"], found.get_json()["job_status"]) == ("/problems/job-status", status)


@pytest.mark.parametrize("body", [{}, {"reason": "tired"}, {"reason": None}, {"reason": "filled", "more": 1}])
def test_closing_needs_a_reason(client, recruiter, body):
    make_job(company="Viamo")
    assert errors(client.post("/api/v2/jobs/1/close", json=body, headers=recruiter))


@pytest.mark.unfed
@VERSIONS
def test_a_deleted_job_leaves_nothing_but_a_line_in_the_log(client, post, recruiter, database, version):
    make_skill("Python")
    post(status="open")
    with database.writing() as session:
        user = make_user("interviewer")
        session.add(HiringTeamMember(job_id=1, user_id=user.id, role="interviewer"))
    answer = client.delete(f"/api/{version}/jobs/1", headers={**recruiter, "If-Match": "*"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get(f"/api/{version}/jobs/1").status_code == 404
    assert skills_of(database) == []
    assert [action for action, _, _ in logged(database)] == ["job.created", "job.deleted"]


def test_a_job_may_be_named_by_its_slug(client, post, recruiter):
    post(status="open")
    assert (
        client.post("/api/v2/jobs/Data-Engineer-1/close", json={"reason": "other"}, headers=recruiter).status_code
        == 200
    )
    assert client.delete("/api/v1/jobs/other-1", headers=recruiter).status_code == 404


@pytest.mark.parametrize(("method", "given"), [("patch", {"json": {"title": "X"}}), ("delete", {})])
def test_v2_changes_only_the_version_that_was_seen(client, post, recruiter, method, given):
    etag = post(status="open").headers["ETag"]
    change = getattr(client, method)
    assert change("/api/v2/jobs/1", headers=recruiter, **given).status_code == 428
    assert change("/api/v2/jobs/1", headers={**recruiter, "If-Match": '"2-a"'}, **given).status_code == 412
    gzip = client.get("/api/v1/jobs/1?fields=id", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert gzip != etag
    assert change("/api/v2/jobs/1", headers={**recruiter, "If-Match": gzip}, **given).status_code in (200, 204)


def test_actions_honour_if_match(client, post, recruiter):
    post()
    stale = {**recruiter, "If-Match": '"7-a"'}
    assert client.post("/api/v2/jobs/1/publish", headers=stale).status_code == 412
    assert client.post("/api/v2/jobs/1/publish", headers={**recruiter, "If-Match": '"1-a"'}).status_code == 200
    assert client.post("/api/v1/jobs/1/close", json={"reason": "other"}, headers=stale).status_code == 412
