"""One's own account: profile, passwords, mailed links, sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from tests.factories import PASSWORD, bearer, make_company, make_user

from talentsphere.db.base import now
from talentsphere.domains.accounts.models import MailedLink, User
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.mail.models import Mail

NEW = "incorrect zebra battery"
ME = "/api/v1/users/me"
VERSIONS = pytest.mark.parametrize("me", ["/api/v1/users/me", "/api/v2/users/me"])


def log_in(client, password=PASSWORD) -> dict[str, str] | None:
    """Return the headers of a new session, or nothing when the password is refused."""
    answer = client.post("/api/v1/auth/login", json={"email": "ada@example.org", "password": password})
    return {"Authorization": f"Bearer {answer.json['access_token']}"} if answer.status_code == 200 else None


def secret_of(database, template: str) -> str:
    """Return the secret in the last mail of a kind."""
    with database.reading() as session:
        statement = select(Mail.values).where(Mail.template == template).order_by(Mail.id.desc()).limit(1)
        link = session.scalars(statement).one()["link"]
    assert link.startswith("http://localhost:5001/")
    return link.partition("#token=")[2]


def test_the_account_is_shown_whole_in_v1(client):
    user = make_user("recruiter", make_company())
    answer = client.get(ME, headers=bearer(user))

    assert answer.headers["ETag"].startswith('"1-')
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.json["company"] == {"id": 1, "name": "Viamo", "slug": "viamo"}
    assert (answer.json["team"], answer.json["email_verified"], answer.json["role"]) == (None, False, "recruiter")


def test_the_account_is_shown_without_nulls_in_v2(client):
    answer = client.get("/api/v2/users/me", headers=bearer(make_user()))

    assert answer.json.keys() == {"id", "email", "full_name", "role", "preferences"}


@VERSIONS
def test_the_account_costs_one_statement_once_the_session_is_known(client, count_queries, me):
    headers = {**bearer(make_user()), "Cache-Control": "no-cache"}
    client.get(me, headers=headers)
    count_queries()
    client.get(me, headers=headers)

    assert count_queries() == 1


@VERSIONS
def test_a_change_is_seen_by_the_next_read(client, me):
    headers = bearer(make_user())
    etag = client.get(me, headers=headers).headers["ETag"]
    changes = {"full_name": "Ada King", "preferences": {"digest": "weekly", "theme": None}}
    changed = client.patch(me, headers={**headers, "If-Match": etag}, json=changes)

    assert changed.status_code == 200
    assert changed.headers["ETag"].startswith('"2-')
    assert client.get(me, headers=headers).json == changed.json
    assert (changed.json["full_name"], changed.json["preferences"]) == ("Ada King", {"digest": "weekly"})


def test_a_change_to_an_older_version_is_refused(client):
    headers = bearer(make_user())
    etag = client.get(ME, headers=headers).headers["ETag"]
    client.patch(ME, headers=headers, json={"full_name": "Ada King"})

    assert client.patch(ME, headers={**headers, "If-Match": etag}, json={"full_name": "X"}).status_code == 412
    assert client.patch("/api/v2/users/me", headers=headers, json={"full_name": "X"}).status_code == 428


def test_what_changes_nothing_keeps_the_version_and_logs_nothing(client, database):
    headers = bearer(make_user())
    answer = client.patch(ME, headers=headers, json={"full_name": "Ada Lovelace", "preferences": {"x": None}})

    assert answer.json["version"] == 1
    with database.reading() as session:
        assert session.scalars(select(Activity)).all() == []


def test_a_null_takes_a_preference_away_and_the_others_stay(client):
    headers = bearer(make_user(preferences={"digest": "weekly", "theme": "dark"}))
    answer = client.patch(ME, headers=headers, json={"preferences": {"theme": None, "beta": True}})

    assert answer.json["preferences"] == {"digest": "weekly", "beta": True}


@pytest.mark.parametrize(
    "body",
    [
        {"role": "admin"}, {"is_admin": True}, {"id": 7}, {"user_id": 7}, {"company_id": 1}, {"is_active": False},
        {"created_at": "2026-01-01"}, {"password_hash": "x"}, {"version": 9}, {"email": "eve@example.org"},
        {"token_version": 9}, {"email_verified_at": "2026-01-01"}, {"full_name": ""}, {"preferences": {"A B": 1}},
        {"preferences": {"x": [1]}}, {"preferences": {"x": "y" * 201}}, {"preferences": {"x": "\0"}},
        {"preferences": {f"x{n}": 1 for n in range(51)}},
    ],
)  # fmt: skip
def test_nothing_else_can_be_changed(client, database, body):
    headers = bearer(make_user())
    assert client.patch(ME, headers=headers, json=body).status_code == 422
    with database.reading() as session:
        user = session.get(User, 1)
    assert (user.role, user.company_id, user.version, user.email) == ("candidate", None, 1, "ada@example.org")


def test_preferences_do_not_grow_without_end(client):
    headers = bearer(make_user(preferences={f"x{n}": n for n in range(50)}))

    assert client.patch(ME, headers=headers, json={"preferences": {"y": 1}}).status_code == 422


def test_a_new_password_ends_the_other_sessions(client, database):
    make_user()
    other, own = log_in(client), log_in(client)
    body = {"old_password": PASSWORD, "new_password": NEW}
    assert client.post(f"{ME}/password", headers=own, json=body).status_code == 204

    assert client.get(ME, headers=other).status_code == 401
    assert client.get(ME, headers=own).status_code == 200
    assert log_in(client) is None
    assert log_in(client, NEW)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"old_password": "not the password", "new_password": NEW}, "#/old_password"),
        ({"old_password": PASSWORD, "new_password": "short"}, "#/new_password"),
        ({"old_password": PASSWORD, "new_password": "password1"}, "#/new_password"),
        ({"old_password": "x" * 10_000, "new_password": NEW}, "#/old_password"),
    ],
)
def test_a_password_change_that_cannot_be_is_refused(client, body, pointer):
    answer = client.post(f"{ME}/password", headers=bearer(make_user()), json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize("api", ["/api/v1", "/api/v2"])
def test_a_forgotten_password_is_reset_once_and_ends_every_session(client, database, api):
    make_user()
    before = log_in(client)
    assert client.post(f"{api}/auth/password/forgot", json={"email": "ADA@example.org"}).status_code == 202
    body = {"token": secret_of(database, "reset_password"), "password": NEW}
    assert client.post(f"{api}/auth/password/reset", json=body).status_code == 204

    assert client.post(f"{api}/auth/password/reset", json=body).status_code == 422
    assert client.get(ME, headers=before).status_code == 401
    assert log_in(client) is None
    after = log_in(client, NEW)
    assert client.get(f"{api}/users/me/sessions", headers=after).json[{"1": "items", "2": "data"}[api[-1]]] == []
    assert client.get(ME, headers=after).json["email_verified"] is True


def test_forgetting_tells_nobody_whether_there_is_an_account(client, database):
    make_user()
    make_user(email="closed@example.org", is_active=False)
    bodies = [{"email": f"{name}@example.org"} for name in ("ada", "closed", "nobody")]
    answers = [client.post("/api/v1/auth/password/forgot", json=body) for body in bodies]

    assert [(answer.status_code, answer.json) for answer in answers] == [(202, {"status": "accepted"})] * 3
    with database.reading() as session:
        assert session.scalars(select(Mail.recipient)).all() == ["ada@example.org"]


def test_a_second_mail_makes_the_first_link_useless(client, database):
    make_user()
    secrets = []
    for _ in range(2):
        client.post("/api/v1/auth/password/forgot", json={"email": "ada@example.org"})
        secrets.append(secret_of(database, "reset_password"))

    statuses = [
        client.post("/api/v1/auth/password/reset", json={"token": secret, "password": NEW}).status_code
        for secret in secrets
    ]
    assert statuses == [422, 204]


def test_a_link_lasts_an_hour(client, database):
    make_user()
    client.post("/api/v1/auth/password/forgot", json={"email": "ada@example.org"})
    with database.writing() as session:
        expires_at = session.scalars(select(MailedLink.expires_at)).one()
        session.execute(update(MailedLink).values(expires_at=now()))

    assert timedelta(minutes=59) < expires_at - now() < timedelta(hours=1)
    body = {"token": secret_of(database, "reset_password"), "password": NEW}
    assert client.post("/api/v1/auth/password/reset", json=body).status_code == 422


def test_a_weak_password_does_not_use_the_link_up(client, database):
    make_user()
    client.post("/api/v1/auth/password/forgot", json={"email": "ada@example.org"})
    secret = secret_of(database, "reset_password")

    statuses = [
        client.post("/api/v1/auth/password/reset", json={"token": secret, "password": password}).status_code
        for password in ("ada@example.org", NEW)
    ]
    assert statuses == [422, 204]


def test_an_address_is_proved_once_by_its_link(client, database):
    body = {"email": "ada@example.org", "password": PASSWORD, "full_name": "Ada Lovelace"}
    client.post("/api/v1/auth/register", json=body)
    headers, secret = log_in(client), secret_of(database, "verify_email")
    assert client.get(ME, headers=headers).json["email_verified"] is False
    statuses = [client.post("/api/v1/auth/email/verify", json={"token": secret}).status_code for _ in range(2)]

    assert statuses == [204, 422]
    assert client.get(ME, headers=headers).json["email_verified"] is True


def test_the_link_of_an_address_sets_no_password(client, database):
    headers = bearer(make_user())
    assert client.post("/api/v1/auth/email/verification", headers=headers).status_code == 202
    body = {"token": secret_of(database, "verify_email"), "password": NEW}

    assert client.post("/api/v1/auth/password/reset", json=body).status_code == 422


@VERSIONS
def test_sessions_are_listed_and_ended_one_by_one_or_all_at_once(client, me):
    user = make_user()
    headers = [bearer(user) for _ in range(4)]
    listed = client.get(f"{me}/sessions", headers=headers[3]).json
    assert [each["id"] for each in listed.get("items") or listed["data"]] == [3, 2, 1]
    assert listed["current"]["id"] == 4
    assert client.delete(f"{me}/sessions/2", headers=headers[3]).status_code == 204
    assert client.delete(f"{me}/sessions/2", headers=headers[3]).status_code == 404
    assert [client.get(me, headers=each).status_code for each in headers] == [200, 401, 200, 200]

    assert client.delete(f"{me}/sessions", headers=headers[3]).status_code == 204
    assert [client.get(me, headers=each).status_code for each in headers] == [401, 401, 401, 200]


def test_sessions_are_walked_newest_first(client):
    user = make_user()
    headers = [bearer(user) for _ in range(5)][4]
    first = client.get("/api/v2/users/me/sessions?limit=3&count=exact", headers=headers).json
    rest = client.get(f"/api/v2/users/me/sessions?limit=3&cursor={first['next']}", headers=headers).json

    assert [[each["id"] for each in page["data"]] for page in (first, rest)] == [[4, 3, 2], [1]]
    assert (first["total"], rest["next"]) == (4, None)


def test_nobody_sees_an_account_without_signing_in(client):
    assert client.get(ME).status_code == 401
    assert client.get(f"{ME}/sessions").status_code == 401
