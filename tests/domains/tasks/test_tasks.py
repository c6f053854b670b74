"""``/api/v{1,2}/tasks/{id}``: who may ask, and what is told."""

from __future__ import annotations

import uuid

import pytest
from tests.factories import bearer, make_company, make_user

from talentsphere.tasks.models import Task

ID = uuid.UUID("7f1d6c1e-5b0a-4a39-9a3e-0d1c2b3a4f5e")
VERSIONS = pytest.mark.parametrize("path", [f"/api/v1/tasks/{ID}", f"/api/v2/tasks/{ID}"])


@pytest.fixture
def make_task(database):
    def make(**columns):
        with database.writing() as session:
            session.add(Task(**{"public_id": ID, "kind": "test.nothing", **columns}))

    return make


@VERSIONS
def test_its_owner_and_admins_may_read_a_task_and_nobody_else(client, make_task, path):
    owner = make_user()
    make_task(user_id=owner.id)
    others = [make_user(), make_user("recruiter", make_company()), make_user("interviewer", make_company("Other"))]
    assert [client.get(path, headers=bearer(user)).status_code for user in (owner, make_user("admin"))] == [200, 200]
    assert [client.get(path, headers=bearer(user)).status_code for user in others] == [404, 404, 404]
    assert client.get(path).status_code == 401


@VERSIONS
def test_a_companys_task_is_read_by_its_recruiters(client, make_task, path):
    viamo, other = make_company(), make_company("Other")
    make_task(company_id=viamo.id)
    users = [make_user("recruiter", viamo), make_user("hiring_manager", viamo), make_user("recruiter", other)]
    assert [client.get(path, headers=bearer(user)).status_code for user in users] == [200, 404, 404]


@VERSIONS
def test_a_task_of_nobody_is_the_admins(client, make_task, path):
    make_task()
    users = [make_user("admin"), make_user(), make_user("recruiter", make_company())]
    assert [client.get(path, headers=bearer(user)).status_code for user in users] == [200, 404, 404]


def test_v1_shows_every_field_and_v2_those_with_a_value(client, make_task):
    make_task()
    admin = bearer(make_user("admin"))
    whole = client.get(f"/api/v1/tasks/{ID}", headers=admin).get_json()
    assert (whole["id"], whole["status"], whole["result"], whole["version"]) == (str(ID), "queued", None, 1)
    shown = client.get(f"/api/v2/tasks/{ID}", headers=admin).get_json()
    assert shown == {"id": str(ID), "kind": "test.nothing", "status": "queued"}


@VERSIONS
def test_who_asks_again_gets_304_until_something_happens(client, make_task, database, path):
    make_task()
    admin = bearer(make_user("admin"))
    first = client.get(path, headers=admin)
    assert (first.headers["ETag"][:3], first.headers["Cache-Control"]) == ('"1-', "private, no-cache")
    known = {**admin, "If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 401
    with database.writing() as session:
        session.get(Task, 1).status, session.get(Task, 1).version = "running", 2
    assert client.get(path, headers=known).status_code == 200


@pytest.mark.parametrize("name", ["1", "7f1d6c1e", str(uuid.UUID(int=7))])
def test_what_is_no_task_is_404(client, database, name):
    assert client.get(f"/api/v2/tasks/{name}", headers=bearer(make_user("admin"))).status_code == 404
