"""Every step after the first: where an application stands, its counts, its history, and who loses no update."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.factories import bearer, make_application, make_company, make_job, make_user

from talentsphere.db.base import now
from talentsphere.db.events import add_event
from talentsphere.db.session import writing
from talentsphere.domains.accounts.models import User
from talentsphere.domains.applications.models import Application, ApplicationTally, Note, StageTemplate
from talentsphere.domains.applications.tasks import finish_rejection
from talentsphere.domains.jobs.models import HiringTeamMember
from talentsphere.domains.mail.models import Mail
from talentsphere.tasks.models import Task

ONE = "/api/v2/applications/1"
VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def company(client):
    return make_company()


@pytest.fixture
def job(company):
    return make_job(company=company)


@pytest.fixture
def application(job):
    return make_application(job)


@pytest.fixture
def recruiter(company):
    return bearer(make_user("recruiter", company, full_name="Grace Hopper"))


@pytest.fixture
def act(client, application, recruiter):
    """Send an action, and return the answer."""

    def send(action, path=ONE, as_=recruiter, more=None, **body):
        return client.post(f"{path}/{action}", json=body, headers={**as_, **(more or {})})

    return send


@pytest.fixture
def history(client, recruiter):
    def read():
        return client.get(f"{ONE}/history", headers=recruiter).get_json()["data"]

    return read


def counts(database) -> dict[tuple[str, str], int]:
    with database.reading() as session:
        return {(row.stage, row.status): row.n for row in session.scalars(select(ApplicationTally)) if row.n}


def mails(database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Mail.template).order_by(Mail.id)))


def finish(database) -> None:
    """Do what waits for rejections, whether or not their time is over."""
    with database.reading() as session:
        args = session.scalars(select(Task.args).where(Task.kind == "applications.rejected")).all()
    with database.app.app_context():
        for each in args:
            with writing() as session:
                finish_rejection(session, each)


@pytest.fixture
def candidate(application, database):
    with database.reading() as session:
        return bearer(session.get_one(User, application.candidate_id))


@VERSIONS
def test_a_move_changes_stage_counts_and_history(act, database, history, version):
    moved = act("move", path=f"/api/{version}/applications/1", stage="interview", comment="Go.")
    body = moved.get_json()
    assert (moved.status_code, body["stage"], body["status"], body["version"]) == (200, "interview", "active", 2)
    assert counts(database) == {("interview", "active"): 1}
    first, second = history()
    assert (first["kind"], first["from"], first["to"], first["duration_s"]) == ("applied", None, "new", 0)
    assert (second["kind"], second["from"], second["to"], second["comment"]) == ("moved", "new", "interview", "Go.")
    assert second["by"]["full_name"] == "Grace Hopper"
    assert second["duration_s"] >= 0


def test_the_last_stage_is_to_be_hired_and_can_be_left(act, database):
    assert act("move", stage="hired").get_json()["status"] == "hired"
    assert counts(database) == {("hired", "hired"): 1}
    assert act("move", stage="offer").get_json()["status"] == "active"
    assert counts(database) == {("offer", "active"): 1}


def test_a_stage_that_the_job_has_not_is_refused_with_the_nearest(act):
    refused = act("move", stage="intervew")
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["did_you_mean"] == "interview"


def test_moving_to_where_it_stands_changes_nothing(act, history):
    assert act("move", stage="new").get_json()["version"] == 1
    assert len(history()) == 1


def test_two_moves_with_one_etag_are_200_and_412(client, act, recruiter, database):
    tag = {"If-Match": client.get(ONE, headers=recruiter).headers["ETag"]}
    assert act("move", more=tag, stage="screen").status_code == 200
    refused = act("move", more=tag, stage="offer")
    assert (refused.status_code, refused.get_json()["version"]) == (412, 2)
    assert counts(database) == {("screen", "active"): 1}


def test_a_change_without_its_version_is_428_in_v2(client, application, recruiter):
    assert client.patch(ONE, json={"tags": ["x"]}, headers=recruiter).status_code == 428
    assert client.patch("/api/v1/applications/1", json={"tags": ["x"]}, headers=recruiter).status_code == 200


def test_a_rejection_that_is_undone_sends_no_mail_and_both_are_in_history(act, database, history):
    rejected = act("reject", reason="salary")
    assert (rejected.get_json()["status"], rejected.get_json()["reject_reason"]) == ("rejected", "salary")
    assert counts(database) == {("new", "rejected"): 1}
    finish(database)  # its time is not over yet
    assert act("undo").get_json()["status"] == "active"
    finish(database)
    assert mails(database) == []
    assert counts(database) == {("new", "active"): 1}
    assert [step["kind"] for step in history()] == ["applied", "rejected", "undone"]


def test_a_rejection_becomes_final_and_is_mailed_once(act, database):
    act("reject", reason="salary", delay_s=0)
    finish(database)
    finish(database)
    assert mails(database) == ["application_rejected"]
    refused = act("undo")
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/application-status")


@pytest.mark.unfed
def test_a_rejection_anew_is_finished_by_its_own_task(act, database):
    """Of two that are due, the first was undone: it must not mail for the second, which was to send none."""
    act("reject", reason="other", delay_s=60)
    act("undo")
    act("reject", reason="other", delay_s=120, send_mail=False)
    with database.writing() as session:
        tasks = session.scalars(select(Task).where(Task.kind == "applications.rejected").order_by(Task.id)).all()
        past = now() - timedelta(seconds=60)
        first, second = [dict(each.args) for each in tasks]
        session.get_one(Application, 1).undo_until = past
    second["until"] = past.isoformat()
    with database.app.app_context():
        finals = []
        for each in (first, second):
            with writing() as session:
                finals.append(finish_rejection(session, each)["final"])
    assert (finals, mails(database)) == ([False, True], [])


def test_a_source_of_spaces_is_refused(client, application, recruiter):
    headers = {**recruiter, "If-Match": "*"}
    for change, pointer in (({"source": " "}, "#/source"), ({"tags": ["ok", " "]}, "#/tags/1")):
        answer = client.patch(ONE, json=change, headers=headers)
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_private_note_whose_author_is_gone_is_nobodys(client, application, recruiter, database):
    with database.writing() as session:
        session.add(Note(application_id=1, author_id=None, text="For me.", visibility="private"))
    made = client.post("/api/v2/api-keys", json={"scopes": ["applications:read"]}, headers=recruiter).get_json()
    answer = client.get(f"{ONE}/notes", headers={"Authorization": f"Bearer {made['secret']}"})
    assert (answer.status_code, answer.get_json()["data"]) == (200, [])


def test_a_rejection_without_mail_sends_none(act, database):
    act("reject", reason="salary", send_mail=False, delay_s=0)
    finish(database)
    assert mails(database) == []


def test_the_candidate_sees_a_rejection_only_when_it_is_final(client, act, candidate, database):
    act("reject", reason="salary", delay_s=0)
    assert client.get(ONE, headers=candidate).get_json()["status"] == "active"
    finish(database)
    assert client.get(ONE, headers=candidate).get_json()["status"] == "rejected"


def test_a_candidate_withdraws_and_nobody_moves_it_any_more(client, act, candidate, database, history):
    act("reject", reason="salary", delay_s=0)
    gone = client.post(f"{ONE}/withdraw", headers=candidate)
    assert (gone.status_code, gone.get_json()["status"]) == (200, "withdrawn")
    assert client.post(f"{ONE}/withdraw", headers=candidate).status_code == 409
    assert act("move", stage="screen").status_code == 409
    finish(database)
    assert mails(database) == []
    assert counts(database) == {("new", "withdrawn"): 1}
    assert [step["kind"] for step in history()] == ["applied", "rejected", "withdrawn"]


def test_many_move_together_or_none(client, job, company, act, recruiter, database):
    make_application(job)
    make_application(job, stage="screen")
    make_application(make_job(company=company))
    path = "/api/v2/applications/bulk-move"

    moved = client.post(path, json={"ids": [2, 1, 99, 3], "stage": "offer", "from_stage": "new"}, headers=recruiter)
    assert [each["id"] for each in moved.get_json()["data"]] == [2, 1]
    assert moved.get_json()["missing"] == [99, 3]
    assert counts(database) == {("offer", "active"): 2, ("screen", "active"): 1, ("new", "active"): 1}
    assert client.post(path, json={"ids": [1, 4], "stage": "screen"}, headers=recruiter).status_code == 422

    act("reject", reason="other")
    assert client.post(path, json={"ids": [1, 2], "stage": "screen"}, headers=recruiter).status_code == 409
    assert counts(database)["offer", "active"] == 1


def test_a_hiring_manager_moves_and_an_interviewer_only_reads(client, act, company, job, database):
    manager, interviewer = make_user("hiring_manager", company), make_user("interviewer", company)
    stranger = bearer(make_user("hiring_manager", company))
    with database.writing() as session:
        session.add_all(
            [
                HiringTeamMember(job_id=1, user_id=manager.id, role="hiring_manager"),
                HiringTeamMember(job_id=1, user_id=interviewer.id, role="interviewer"),
            ]
        )
        add_event(session, "job.team_joined", 1, company_id=company.id)
    assert act("move", as_=bearer(manager), stage="screen").status_code == 200
    assert act("move", as_=bearer(interviewer), stage="offer").status_code == 403
    assert client.get(ONE, headers=bearer(interviewer)).status_code == 200
    assert act("move", as_=stranger, stage="offer").status_code == 404


def test_private_notes_are_of_their_author_alone(client, application, company, recruiter):
    other = bearer(make_user("recruiter", company))
    admin = bearer(make_user("admin"))
    path = f"{ONE}/notes"
    client.post(path, json={"text": "For us.", "visibility": "team"}, headers=recruiter)
    mine = client.post(path, json={"text": "For me.", "visibility": "private"}, headers=recruiter)

    def texts(headers):
        return [each["text"] for each in client.get(path, headers=headers).get_json()["data"]]

    assert texts(recruiter) == ["For us.", "For me."]
    assert texts(other) == texts(admin) == ["For us."]
    for headers in (other, admin):
        changed = client.patch(f"{path}/2", json={"text": "x"}, headers={**headers, "If-Match": "*"})
        assert changed.status_code == 404
    shared = client.patch(
        f"{path}/2", json={"visibility": "team"}, headers={**recruiter, "If-Match": mine.headers["ETag"]}
    )
    assert (shared.status_code, texts(other)) == (200, ["For us.", "For me."])
    assert client.delete(f"{path}/2", headers={**recruiter, "If-Match": "*"}).status_code == 204
    assert client.post(path, json={"text": " "}, headers=recruiter).status_code == 422


def test_tags_are_folded_replaced_and_searched(client, application, job, recruiter):
    make_application(job)
    headers = {**recruiter, "If-Match": "*"}
    assert client.patch(ONE, json={"tags": ["Re-location", "SQL", "sql"]}, headers=headers).get_json()["tags"] == [
        "re-location", "sql",
    ]  # fmt: skip
    found = client.get("/api/v2/jobs/1/applications?tag=SQL&count=exact", headers=recruiter).get_json()
    assert ([each["id"] for each in found["data"]], found["total"]) == ([1], 1)
    assert client.patch(ONE, json={"tags": []}, headers=headers).get_json()["tags"] == []


def test_stages_come_from_a_template_and_hold_on_to_applications(client, application, company, recruiter):
    stages = [
        {"name": "Inbox", "kind": "new", "stage": "new"}, {"name": "Phone call", "kind": "screen"},
        {"name": "Hired", "kind": "hired"},
    ]  # fmt: skip
    made = client.post(
        f"/api/v2/companies/{company.id}/stage-templates", json={"name": "Short", "stages": stages}, headers=recruiter
    )
    assert made.status_code == 201
    again = client.post(
        f"/api/v2/companies/{company.id}/stage-templates", json={"name": "short", "stages": stages}, headers=recruiter
    )
    assert again.status_code == 409
    headers = {**recruiter, "If-Match": "*"}
    put = client.put("/api/v2/jobs/1/stages", json={"template_id": made.get_json()["id"]}, headers=headers)
    assert [each["stage"] for each in put.get_json()["data"]] == ["new", "phone-call", "hired"]
    assert client.get("/api/v2/jobs/1/stages", headers=recruiter).get_json() == put.get_json()

    assert client.post(f"{ONE}/move", json={"stage": "phone-call"}, headers=recruiter).status_code == 200
    refused = client.put("/api/v2/jobs/1/stages", json={"stages": stages[:1]}, headers=headers)
    assert (refused.status_code, refused.get_json()["stage"]) == (409, "phone-call")


@VERSIONS
def test_the_first_stage_is_not_that_of_the_hired(client, application, company, recruiter, database, version):
    """Who applies then would stand on the board in a stage of the hired, without being hired."""
    stages = [{"name": "Hired", "kind": "hired"}, {"name": "Inbox", "kind": "new", "stage": "new"}]
    with database.writing() as session:
        session.add(
            StageTemplate(company_id=company.id, name="Old", name_key="old", stages=[{**stages[0], "stage": "h"}])
        )
    kept, of_job = f"/api/{version}/companies/{company.id}/stage-templates", f"/api/{version}/jobs/1/stages"
    headers = {**recruiter, "If-Match": "*"}
    for answer, pointer in (
        (client.put(of_job, json={"stages": stages}, headers=headers), "#/stages/0/kind"),
        (client.post(kept, json={"name": "Wrong", "stages": stages}, headers=recruiter), "#/stages/0/kind"),
        (client.put(of_job, json={"template_id": 1}, headers=headers), "#/template_id"),
    ):
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert client.put(of_job, json={"stages": stages[::-1]}, headers=headers).status_code == 200


@VERSIONS
def test_of_two_changes_of_the_stages_that_were_read_one_is_refused(client, job, recruiter, version):
    path, key = f"/api/{version}/jobs/1/stages", {"v1": "items", "v2": "data"}[version]
    tag = client.get(path, headers=recruiter).headers["ETag"]
    bodies = [{"stages": [{"name": name, "kind": "new"}, {"name": "Hired", "kind": "hired"}]} for name in ("A", "B")]
    first, second = (client.put(path, json=body, headers={**recruiter, "If-Match": tag}) for body in bodies)
    assert (first.status_code, second.status_code) == (200, 412)
    shown = client.get(path, headers=recruiter)
    assert [each["name"] for each in shown.get_json()[key]] == ["A", "Hired"]
    assert shown.headers["ETag"] == first.headers["ETag"] != tag
    of_job = client.get("/api/v2/jobs/1")
    assert (of_job.get_json()["version"], shown.headers["ETag"][:3]) == (2, '"2-')
    headers = {**recruiter, "If-Match": of_job.headers["ETag"]}
    assert client.put(path, json=bodies[1], headers=headers).status_code == 200


def test_a_template_is_forgotten_at_the_version_that_was_read(client, company, recruiter):
    kept = "companies/1/stage-templates"
    body = {"stages": [{"name": "Inbox", "kind": "new"}, {"name": "Hired", "kind": "hired"}]}
    made = [client.post(f"/api/v2/{kept}", json={"name": n, **body}, headers=recruiter) for n in ("A", "B", "C")]
    tags = [each.headers["ETag"] for each in made]
    assert tags[0].startswith('"1-')

    def forget(version, template_id, tag=None, as_=recruiter):
        headers = {**as_, **({"If-Match": tag} if tag else {})}
        return client.delete(f"/api/{version}/{kept}/{template_id}", headers=headers).status_code

    assert [forget("v2", 1), forget("v2", 1, '"2-x"'), forget("v1", 1, '"2-x"')] == [428, 412, 412]
    other = bearer(make_user("recruiter", make_company("Globex")))
    assert [forget("v2", 1, tags[0], other), forget("v2", 9, "*")] == [404, 404]
    listed = client.get(f"/api/v2/{kept}", headers=recruiter).get_json()["data"]
    assert [each["id"] for each in listed] == [1, 2, 3]
    assert [forget("v2", 1, tags[0]), forget("v2", 2, "*"), forget("v1", 3)] == [204, 204, 204]
    assert client.get(f"/api/v2/{kept}", headers=recruiter).get_json()["data"] == []


def test_no_update_of_many_writers_is_lost(app, act, recruiter, database, application):
    """Read, change, write with ``If-Match``: as many versions and steps as moves that were answered 200."""
    stages, done = ["new", "screen", "interview", "offer"], []

    def write(number):
        client = app.test_client()
        for turn in range(6):
            tag = client.get(ONE, headers=recruiter).headers["ETag"]
            body = {"stage": stages[(number + turn) % 4], "comment": f"{number}.{turn}"}
            answer = client.post(f"{ONE}/move", json=body, headers={**recruiter, "If-Match": tag})
            assert answer.status_code in (200, 412), answer.get_json()
            done.append((answer.status_code, answer.get_json()["version"]))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        row = session.get_one(Application, 1)
        assert row.version == max(version for status, version in done if status == 200)
        assert counts(database) == {(row.stage, "active"): 1}
