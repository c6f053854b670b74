"""API keys: what they may be given, what they open, and that they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.factories import bearer, make_company, make_user

from talentsphere.api.auth import allow
from talentsphere.api.policy import MONITOR, SCOPES, scopes_of
from talentsphere.app import create_app
from talentsphere.db.base import Base, now
from talentsphere.domains.accounts.api_keys import authenticate_key
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.models import ApiKey
from talentsphere.domains.activity.models import Activity

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def recruiter(client):
    return bearer(make_user("recruiter", make_company("Viamo")))


@pytest.fixture
def admin(client):
    return bearer(make_user("admin", email="root@example.org"))


def make(client, headers, version="v2", **body):
    return client.post(f"/api/{version}/api-keys", json={"scopes": ["jobs:read"], **body}, headers=headers)


def with_key(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@VERSIONS
def test_a_recruiter_makes_a_key_of_their_company_and_sees_its_secret_once(client, recruiter, version):
    made = make(client, recruiter, version, name="Careers page", expires_at="2099-01-01T00:00:00Z")
    assert made.status_code == 201
    secret = made.get_json()["secret"]
    assert secret.startswith("tsk_") and len(secret) >= 40
    assert made.headers["Cache-Control"] == "no-store, no-transform"
    shown = client.get("/api/v1/api-keys", headers=recruiter).get_json()["items"]
    assert [(key["start"], key["company_id"], key["name"]) for key in shown] == [(secret[:12], 1, "Careers page")]
    assert secret not in client.get(f"/api/{version}/api-keys", headers=recruiter).text


def test_an_answer_with_a_secret_is_not_compressed(client, recruiter):
    headers, body = (
        {**recruiter, "Accept-Encoding": "gzip"},
        {"name": "x" * 100, "scopes": list(scopes_of("recruiter"))},
    )
    made = make(client, headers, "v1", **body)
    assert (len(made.data) > 500, "Content-Encoding" in made.headers) == (True, False)
    assert client.get("/api/v1/api-keys", headers=headers).headers["Content-Encoding"] == "gzip"


def test_no_secret_stands_anywhere_in_the_database(client, recruiter, database):
    secret = make(client, recruiter).get_json()["secret"]
    with database.reading() as session:
        rows = [str(row) for table in Base.metadata.sorted_tables for row in session.execute(table.select())]
    assert any(secret[:12] in row for row in rows)
    assert [row for row in rows if secret in row or secret.removeprefix("tsk_") in row] == []


def test_a_recruiter_may_give_every_scope_but_monitoring():
    assert set(SCOPES) - set(scopes_of("recruiter")) == {MONITOR}
    assert set(scopes_of("admin")) == set(SCOPES)
    assert "jobs:read" not in scopes_of("candidate")


def test_a_recruiter_cannot_give_monitoring(client, recruiter):
    refused = make(client, recruiter, scopes=["jobs:read", "monitor"])
    assert (refused.status_code, "monitor" in refused.get_json()["detail"]) == (403, True)


def test_only_an_admin_makes_a_key_of_the_instance(client, recruiter, admin):
    assert make(client, recruiter, "v1").get_json()["company_id"] == 1
    assert make(client, admin, "v1", scopes=["monitor"]).get_json()["company_id"] is None


@pytest.mark.parametrize("company_id", [2, 99])
def test_a_company_out_of_reach_is_as_one_that_is_not_there(client, recruiter, company_id):
    make_company("Acme")
    refused = make(client, recruiter, company_id=company_id)
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == [{"pointer": "#/company_id", "detail": f"there is no company {company_id}"}]


@pytest.mark.parametrize(
    "body",
    [
        {"scopes": []},
        {"scopes": ["jobs:everything"]},
        {"scopes": "jobs:read"},
        {"scopes": ["jobs:read"], "expires_at": "2020-01-01"},
        {"scopes": ["jobs:read"], "name": "x" * 101},
        *({"scopes": ["jobs:read"], name: 1} for name in
          ("id", "role", "is_admin", "user_id", "created_by", "secret_hash", "revoked_at", "created_at", "version")),
    ],
)  # fmt: skip
def test_what_a_key_cannot_have_is_refused(client, recruiter, body):
    assert client.post("/api/v2/api-keys", json=body, headers=recruiter).status_code == 422


@pytest.mark.parametrize("role", ["candidate", "interviewer", "hiring_manager"])
def test_others_may_neither_make_nor_see_keys(client, role):
    headers = bearer(make_user(role, make_company() if role != "candidate" else None))
    assert make(client, headers).status_code == client.get("/api/v2/api-keys", headers=headers).status_code == 403


def test_a_key_makes_no_keys(client, recruiter):
    secret = make(client, recruiter, scopes=list(scopes_of("recruiter"))).get_json()["secret"]
    assert make(client, with_key(secret)).status_code == 403


@VERSIONS
def test_keys_of_another_company_are_not_there(client, recruiter, admin, version):
    theirs = make(client, admin, company_id=make_company("Acme").id).get_json()["id"]
    listed = client.get("/api/v2/api-keys?count=exact", headers=recruiter).get_json()
    assert (listed["data"], listed["total"]) == ([], 0)
    other, missing = (client.delete(f"/api/{version}/api-keys/{id_}", headers=recruiter) for id_ in (theirs, 99))
    assert other.status_code == missing.status_code == 404
    assert {**other.get_json(), "request_id": "", "instance": "", "detail": ""} == {
        **missing.get_json(), "request_id": "", "instance": "", "detail": ""
    }  # fmt: skip


@VERSIONS
def test_a_revoked_key_is_401_at_once_in_every_worker(client, recruiter, settings, version):
    made = make(client, recruiter).get_json()
    other_worker = create_app(settings)
    with client.application.app_context():
        assert authenticate_key(made["secret"]).company_id == 1
    with other_worker.app_context():
        assert authenticate_key(made["secret"]) is not None

    revoked = client.delete(f"/api/{version}/api-keys/{made['id']}", headers=recruiter)

    assert (revoked.status_code, revoked.data) == (204, b"")
    assert client.get("/api/v2/api-keys", headers=with_key(made["secret"])).status_code == 401
    with other_worker.app_context():
        assert authenticate_key(made["secret"]) is None


def test_without_telling_the_others_a_revocation_would_not_be_seen_at_once(client, recruiter, monkeypatch):
    secret = make(client, recruiter).get_json()["secret"]
    with client.application.app_context():
        assert authenticate_key(secret) is not None
        monkeypatch.setattr(type(keyring().remembered_keys), "tell_all_after_commit", lambda *_arguments: None)
        client.delete("/api/v2/api-keys/1", headers=recruiter)
        assert authenticate_key(secret) is not None


def test_a_known_key_costs_no_statement(client, recruiter, count_queries):
    secret = make(client, recruiter).get_json()["secret"]
    with client.application.test_request_context():
        assert authenticate_key(secret) is not None
        count_queries()
        assert authenticate_key(secret) is not None
    assert count_queries() == 0


def test_the_last_use_is_kept_to_the_minute_and_written_once(client, recruiter, database, count_queries):
    secret = make(client, recruiter).get_json()["secret"]
    with client.application.test_request_context():
        for _ in range(2):
            authenticate_key(secret)
            keyring().remembered_keys._known.clear()
        count_queries()
        authenticate_key(secret)
    assert count_queries() <= 2  # a second write only when the minute turned
    with database.reading() as session:
        used_at = session.get(ApiKey, 1).last_used_at
    assert (used_at.second, used_at.microsecond) == (0, 0)
    assert now() - used_at < timedelta(minutes=2)


def test_an_expired_key_holds_no_more(client, recruiter, database):
    secret = make(client, recruiter).get_json()["secret"]
    with database.writing() as session:
        session.get(ApiKey, 1).expires_at = now() - timedelta(seconds=1)
    with client.application.app_context():
        assert authenticate_key(secret) is None


@pytest.mark.parametrize("token", ["tsk_", "tsk_nothing", "tsk_" + "a" * 43, "tsk_\u00e9", "tsk_" + "x" * 5000])
def test_what_is_no_key_is_nobodys(client, token):
    with client.application.app_context():
        assert authenticate_key(token) is None


def test_a_key_that_lacks_the_scope_is_told_which(client, recruiter, settings):
    app = create_app(settings)
    app.add_url_rule("/jobs", view_func=allow("job.create")(lambda: "made"), endpoint="make")
    reading, writing = (
        make(client, recruiter, scopes=[f"jobs:{access}"]).get_json()["secret"] for access in ("read", "write")
    )
    refused, allowed = (app.test_client().get("/jobs", headers=with_key(secret)) for secret in (reading, writing))
    assert (refused.status_code, allowed.text) == (403, "made")
    assert "jobs:write" in refused.get_json()["detail"]


def test_making_and_revoking_are_logged(client, recruiter, database):
    make(client, recruiter)
    client.delete("/api/v2/api-keys/1", headers=recruiter)
    client.delete("/api/v2/api-keys/1", headers=recruiter)
    with database.reading() as session:
        logged = session.execute(text("SELECT action, user_id, company_id, level FROM activity_logs ORDER BY id"))
        assert logged.all() == [("api_key.created", 1, 1, "security"), ("api_key.revoked", 1, 1, "security")]
        assert session.get(Activity, 1).request_id
