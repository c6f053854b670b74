"""Registering, signing in and out, over the API."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.factories import PASSWORD, bearer, make_company, make_user

from talentsphere.domains.accounts.models import User
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.mail.models import Mail

ADA = {"email": "ada@example.org", "password": PASSWORD, "full_name": "Ada Lovelace"}
VERSIONS = pytest.mark.parametrize("api", ["/api/v1", "/api/v2"])


def log_in(client, api="/api/v1", email="ada@example.org", password=PASSWORD):
    return client.post(f"{api}/auth/login", json={"email": email, "password": password})


def actions(database) -> list[tuple]:
    with database.reading() as session:
        return session.execute(select(Activity.action, Activity.user_id, Activity.level).order_by(Activity.id)).all()


@VERSIONS
def test_who_registers_can_sign_in_and_has_two_tokens(client, api):
    registered = client.post(f"{api}/auth/register", json=ADA)
    assert registered.status_code == 201
    assert registered.json == {"email": "ada@example.org", "full_name": "Ada Lovelace", "role": "candidate"}

    signed_in = log_in(client, api)
    assert signed_in.status_code == 200
    assert signed_in.json.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (signed_in.json["token_type"], signed_in.json["expires_in"]) == ("Bearer", 900)
    headers = {"Authorization": f"Bearer {signed_in.json['access_token']}"}
    assert client.get(f"{api}/users/me", headers=headers).json["email"] == "ada@example.org"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"email": "x"}, ["#/email", "#/full_name", "#/password"]),
        ({**ADA, "password": "1234567"}, ["#/password"]),
        ({**ADA, "password": "x1y" * 3500}, ["#/password"]),
        ({**ADA, "password": "Password1"}, ["#/password"]),
        ({**ADA, "password": "Ada@Example.org"}, ["#/password"]),
        ({**ADA, "password": "ada lovelace"}, ["#/password"]),
        ({**ADA, "email": "ada@"}, ["#/email"]),
        ({**ADA, "email": f"{'a' * 250}@example.org"}, ["#/email"]),
        ({**ADA, "full_name": " "}, ["#/full_name"]),
        ({**ADA, "full_name": "Ada\0"}, ["#/full_name"]),
        ({**ADA, "role": "admin"}, ["#/role"]),
    ],
)
def test_what_cannot_be_registered_is_named(client, body, pointers):
    answer = client.post("/api/v1/auth/register", json=body)

    assert answer.status_code == 422
    assert sorted(error["pointer"] for error in answer.json["errors"]) == pointers


@pytest.mark.parametrize("length", [8, 64, 72, 73, 128])
def test_passwords_of_every_allowed_length_sign_in(client, length):
    password = ("päss wörd " * 13)[:length]
    assert client.post("/api/v1/auth/register", json={**ADA, "password": password}).status_code == 201

    assert log_in(client, password=password).status_code == 200
    assert log_in(client, password=password[:-1]).status_code == 401


@pytest.mark.parametrize(
    "name", ["role", "is_admin", "id", "user_id", "company_id", "status", "created_at", "password_hash", "version"]
)
def test_nothing_else_can_be_set_by_registering(client, database, name):
    assert client.post("/api/v1/auth/register", json={**ADA, name: 1}).status_code == 422
    with database.reading() as session:
        assert session.scalars(select(User)).all() == []


def test_a_taken_address_gets_the_same_answer_and_its_owner_a_mail(client, database):
    first = client.post("/api/v1/auth/register", json=ADA)
    again = client.post(
        "/api/v1/auth/register", json={**ADA, "email": "ADA@Example.org", "password": "another password"}
    )

    assert (again.status_code, again.json) == (first.status_code, {**first.json, "email": "ADA@Example.org"})
    assert dict(again.headers).keys() == dict(first.headers).keys()
    with database.reading() as session:
        mails = session.execute(select(Mail.recipient, Mail.template).order_by(Mail.id)).all()
    assert mails == [("ada@example.org", "verify_email"), ("ada@example.org", "address_taken")]
    assert log_in(client).status_code == 200
    assert log_in(client, password="another password").status_code == 401


def test_unknown_address_wrong_password_and_closed_account_look_alike(client):
    make_user(email="ada@example.org")
    make_user(email="closed@example.org", is_active=False)
    wrong = [
        log_in(client, password="not the password"),
        log_in(client, email="nobody@example.org"),
        log_in(client, email="closed@example.org"),
    ]

    assert {answer.status_code for answer in wrong} == {401}
    without_id = [{**answer.json, "request_id": None} for answer in wrong]
    assert without_id == [without_id[0]] * 3
    assert without_id[0]["type"] == "/problems/wrong-credentials"


def test_unknown_address_and_wrong_password_cost_the_same_statements(client, count_queries):
    make_user(email="ada@example.org")
    log_in(client, password="not the password")
    count_queries()
    log_in(client, password="not the password")
    wrong = count_queries()
    log_in(client, email="nobody@example.org")

    assert count_queries() == wrong == 3


@VERSIONS
@pytest.mark.parametrize("body", [{"json": {}}, {}])
def test_who_signs_out_is_out(client, api, body):
    make_user()
    headers = {"Authorization": f"Bearer {log_in(client, api).json['access_token']}"}
    assert client.get(f"{api}/users/me", headers=headers).status_code == 200
    assert client.post(f"{api}/auth/logout", headers=headers, **body).status_code == 204

    assert client.get(f"{api}/users/me", headers=headers).status_code == 401
    assert client.post(f"{api}/auth/logout", headers=headers).status_code == 401


def test_the_refresh_token_of_a_session_that_is_over_is_refused(client):
    make_user()
    tokens = log_in(client).json
    client.post("/api/v1/auth/logout", headers={"Authorization": f"Bearer {tokens['access_token']}"})

    assert client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).status_code == 401


@VERSIONS
def test_answers_with_tokens_are_kept_by_nobody_and_not_compressed(client, api):
    make_user()
    answer = client.post(
        f"{api}/auth/login",
        json={"email": "ada@example.org", "password": PASSWORD},
        headers={"Accept-Encoding": "gzip, br, zstd"},
    )

    assert "no-store" in answer.headers["Cache-Control"]
    assert "Content-Encoding" not in answer.headers


def test_what_happens_to_an_account_is_logged_without_its_address(client, database):
    make_user("recruiter", make_company())
    log_in(client, password="not the password")
    log_in(client, email="nobody@example.org")
    token = log_in(client).json["access_token"]
    client.post("/api/v1/auth/logout", headers={"Authorization": f"Bearer {token}"})

    assert actions(database) == [
        ("account.login_failed", None, "security"),
        ("account.login_failed", None, "security"),
        ("account.logged_in", 1, "info"),
        ("account.logged_out", 1, "info"),
    ]
    with database.reading() as session:
        rows = session.execute(select(Activity.__table__)).all()
    assert "example.org" not in str(rows)
    assert [row.object_id for row in rows][:2] == [1, None]


def test_a_hash_with_older_parameters_is_renewed_by_signing_in(client, database):
    from argon2 import PasswordHasher

    older = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    make_user(password_hash=older)
    assert log_in(client).status_code == 200
    with database.reading() as session:
        renewed = session.scalars(select(User.password_hash)).one()

    assert "m=8,t=1,p=1" in renewed
    assert log_in(client).status_code == 200


def test_an_api_key_has_no_account(client, database):
    assert client.get("/api/v1/users/me", headers={"Authorization": "Bearer tsk_x"}).status_code == 401


def test_signing_in_costs_seven_statements(client, count_queries):
    make_user()
    count_queries()
    log_in(client)

    assert count_queries() == 7  # the last one is its stamp: the log is kept too


def test_a_session_ends_for_its_own_person_only(client):
    ada, bob = bearer(make_user()), bearer(make_user())

    assert client.delete("/api/v1/users/me/sessions/1", headers=bob).status_code == 404
    assert client.get("/api/v1/users/me", headers=ada).status_code == 200
