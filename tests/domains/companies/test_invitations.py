"""Invitations: mailed by staff, accepted once by whom they were mailed to, unseen by everybody else."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.factories import PASSWORD, bearer, make_company, make_team, make_user

from talentsphere.app import create_app
from talentsphere.db.base import Base, now
from talentsphere.domains.accounts.models import User
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.companies.models import Invitation
from talentsphere.domains.mail.models import Mail

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])
PATH = "/api/v2/companies/viamo/invitations"
ACCEPT = "/api/v2/auth/invitations/accept"
GRACE = {"email": "Grace@example.org", "role": "interviewer", "team_id": 1}
ACCOUNT = {"password": "incorrect zebra battery", "full_name": "Grace Hopper"}


@pytest.fixture
def viamo(client):
    """Company 1 with team 1; Acme is company 2 with team 2."""
    company = make_company("Viamo")
    make_team(company)
    make_team(make_company("Acme"))
    return company


@pytest.fixture
def recruiter(viamo):
    return bearer(make_user("recruiter", viamo))


@pytest.fixture
def secret(client, recruiter, database):
    """The secret of the link that was mailed to Grace."""
    assert client.post(PATH, json=GRACE, headers=recruiter).status_code == 201
    return mailed(database)[-1].partition("#token=")[2]


def mailed(database) -> list[str]:
    """The links of all invitations that were mailed."""
    with database.reading() as session:
        mails = session.scalars(select(Mail).where(Mail.template == "invitation").order_by(Mail.id)).all()
        return [mail.values["link"] for mail in mails]


def person(database, email: str) -> User | None:
    with database.reading() as session:
        return session.scalars(select(User).where(User.email_key == email)).one_or_none()


def error_of(response) -> dict[str, object]:
    varies = ("request_id", "instance", "detail")
    return {name: value for name, value in response.get_json().items() if name not in varies}


@VERSIONS
def test_an_invitation_is_mailed_with_a_link_and_shown_without_its_secret(client, recruiter, database, version):
    path = f"/api/{version}/companies/1/invitations"
    made = client.post(path, json=GRACE, headers=recruiter)
    assert (made.status_code, made.get_json()["status"], made.get_json()["role"]) == (201, "open", "interviewer")
    (link,) = mailed(database)
    address, _, secret = link.partition("#token=")
    assert (address, len(secret)) == ("http://localhost:5001/accept-invitation", 43)
    assert secret not in made.text + client.get(path, headers=recruiter).text


def test_the_secret_stands_nowhere_but_in_the_mail(client, recruiter, secret, database):
    with database.reading() as session:
        holding = [
            table.name
            for table in Base.metadata.sorted_tables
            for row in session.execute(table.select())
            if secret in str(row)
        ]
    assert holding == ["outbox"]


@VERSIONS
def test_a_new_person_gets_an_account_with_role_and_company(client, secret, database, version):
    joined = client.post(f"/api/{version}/auth/invitations/accept", json={"token": secret, **ACCOUNT})
    assert (joined.status_code, joined.get_json()) == (
        200,
        {"email": "Grace@example.org", "role": "interviewer", "company": {"id": 1, "name": "Viamo", "slug": "viamo"}},
    )
    grace = person(database, "grace@example.org")
    assert (grace.role, grace.company_id, grace.team_id, grace.full_name) == ("interviewer", 1, 1, "Grace Hopper")
    assert grace.email_verified_at is not None
    credentials = {"email": "grace@example.org", "password": ACCOUNT["password"]}
    assert client.post("/api/v2/auth/login", json=credentials).status_code == 200


def test_an_invitation_is_good_once(client, secret):
    statuses = [client.post(ACCEPT, json={"token": secret, **ACCOUNT}).status_code for _ in range(2)]
    assert statuses == [200, 422]


def test_of_many_that_accept_at_once_one_does(app, client, secret, database):
    answers = []
    barrier = threading.Barrier(4)

    def accept() -> None:
        barrier.wait()
        answers.append(app.test_client().post(ACCEPT, json={"token": secret, **ACCOUNT}).status_code)

    threads = [threading.Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[0] == 200 and set(sorted(answers)[1:]) <= {401, 409, 422}
    with database.reading() as session:
        assert len(session.scalars(select(User).where(User.email_key == "grace@example.org")).all()) == 1


@pytest.mark.parametrize("missing", ["password", "full_name"])
def test_a_new_account_needs_a_password_and_a_name(client, secret, missing):
    body = {"token": secret, **ACCOUNT}
    del body[missing]
    refused = client.post(ACCEPT, json=body)
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, f"#/{missing}")
    assert client.post(ACCEPT, json={"token": secret, **ACCOUNT}).status_code == 200


def test_a_guessable_password_is_refused(client, secret):
    refused = client.post(ACCEPT, json={"token": secret, "full_name": "Grace", "password": "password"})
    assert refused.status_code == 422


def test_a_candidate_joins_with_the_password_of_their_account(client, secret, database):
    make_user("candidate", email="grace@example.org", full_name="Grace")
    assert client.post(ACCEPT, json={"token": secret, "password": "wrong password"}).status_code == 401
    assert client.post(ACCEPT, json={"token": secret}).status_code == 422
    assert person(database, "grace@example.org").company_id is None
    assert client.post(ACCEPT, json={"token": secret, "password": PASSWORD, "full_name": "X"}).status_code == 200
    grace = person(database, "grace@example.org")
    assert (grace.role, grace.company_id, grace.full_name, grace.version) == ("interviewer", 1, "Grace", 3)


def test_guesses_at_the_password_count_as_signing_in_does(client, secret, make_settings, tmp_path):
    make_user("candidate", email="grace@example.org")
    settings = make_settings(TALENTSPHERE_HOME=str(tmp_path), WORKERS="2", RATE_LIMIT_LOGIN="3/hour")
    limited = create_app(settings).test_client()
    guess = {"token": secret, "password": "wrong password"}
    assert [limited.post(ACCEPT, json=guess).status_code for _ in range(4)] == [401, 401, 401, 429]
    login = {"email": "grace@example.org", "password": PASSWORD}
    assert limited.post("/api/v2/auth/login", json=login).status_code == 429


def test_a_candidate_who_is_signed_in_joins_without_a_password(client, secret):
    headers = bearer(make_user("candidate", email="grace@example.org"))
    assert client.get("/api/v2/teams", headers=headers).status_code == 403
    assert client.post(ACCEPT, json={"token": secret}, headers=headers).status_code == 200
    assert client.get("/api/v2/teams", headers=headers).status_code == 200


def test_who_is_signed_in_with_another_address_cannot_take_the_place(client, secret, recruiter, database):
    for headers in (bearer(make_user("candidate", email="eve@example.org")), recruiter):
        assert client.post(ACCEPT, json={"token": secret, **ACCOUNT}, headers=headers).status_code == 403
    assert person(database, "grace@example.org") is None


def test_credentials_that_do_not_hold_are_not_passed_over(client, secret):
    refused = client.post(ACCEPT, json={"token": secret, **ACCOUNT}, headers={"Authorization": "Bearer nonsense"})
    assert refused.status_code == 401


@pytest.mark.parametrize(("role", "company"), [("admin", None), ("recruiter", "Globex")])
def test_who_has_a_place_already_keeps_it(client, secret, database, role, company):
    make_user(role, make_company(company) if company else None, email="grace@example.org")
    refused = client.post(ACCEPT, json={"token": secret, "password": PASSWORD})
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/belongs-elsewhere")
    assert person(database, "grace@example.org").role == role


def test_a_closed_account_does_not_join(client, secret):
    make_user("candidate", email="grace@example.org", is_active=False)
    assert client.post(ACCEPT, json={"token": secret, "password": PASSWORD}).status_code == 401


@pytest.mark.parametrize("change", [{"expires_at": now() - timedelta(days=1)}, {"withdrawn_at": now()}])
def test_what_is_over_looks_like_what_never_was(client, secret, database, change):
    with database.writing() as session:
        invitation = session.get(Invitation, 1)
        for name, value in change.items():
            setattr(invitation, name, value)
    over, unknown = (client.post(ACCEPT, json={"token": token, **ACCOUNT}) for token in (secret, "x" * 43))
    assert over.status_code == 422
    assert error_of(over) == error_of(unknown)


@VERSIONS
def test_a_withdrawn_invitation_is_good_no_more(client, recruiter, secret, version):
    withdrawn = client.delete(f"/api/{version}/companies/1/invitations/1", headers=recruiter)
    assert (withdrawn.status_code, withdrawn.data) == (204, b"")
    assert client.post(ACCEPT, json={"token": secret, **ACCOUNT}).status_code == 422
    (listed,) = client.get(PATH, headers=recruiter).get_json()["data"]
    assert listed["status"] == "withdrawn"


def test_a_second_invitation_replaces_the_first(client, recruiter, secret, database):
    again = client.post(PATH, json={**GRACE, "email": "grace@example.org", "role": "recruiter"}, headers=recruiter)
    assert again.status_code == 201
    statuses = [each["status"] for each in client.get(PATH, headers=recruiter).get_json()["data"]]
    assert statuses == ["withdrawn", "open"]
    assert client.post(ACCEPT, json={"token": secret, **ACCOUNT}).status_code == 422
    newer = mailed(database)[-1].partition("#token=")[2]
    assert client.post(ACCEPT, json={"token": newer, **ACCOUNT}).get_json()["role"] == "recruiter"


def test_inviting_tells_nothing_of_accounts_elsewhere(client, recruiter):
    make_user("candidate", email="known@example.org")
    make_user("recruiter", make_company("Globex"), email="rival@example.org")
    emails = ("known@example.org", "rival@example.org", "unknown@example.org")
    made = [client.post(PATH, json={**GRACE, "email": email}, headers=recruiter) for email in emails]
    varies = {"id", "email", "expires_at"}
    shown = [{name: value for name, value in each.get_json().items() if name not in varies} for each in made]
    assert [each.status_code for each in made] == [201] * 3
    assert shown[0] == shown[1] == shown[2]


def test_who_works_for_the_company_already_is_not_invited(client, viamo, recruiter):
    member = make_user("interviewer", viamo, email="grace@example.org")
    refused = client.post(PATH, json=GRACE, headers=recruiter)
    assert (refused.status_code, refused.get_json()["id"]) == (409, member.id)


@VERSIONS
@pytest.mark.parametrize("reference", ["2", "acme"])
def test_another_company_is_as_one_that_is_not_there(client, recruiter, database, version, reference):
    with database.writing() as session:
        session.add(Invitation(company_id=2, email="x@example.org", email_key="x@example.org", role="interviewer",
                               token_hash="0" * 64, expires_at=now() + timedelta(days=1)))  # fmt: skip
    for method, below, body in (("GET", "", None), ("POST", "", GRACE), ("DELETE", "/1", None)):
        other, missing = (
            client.open(
                f"/api/{version}/companies/{each}/invitations{below}", method=method, json=body, headers=recruiter
            )
            for each in (reference, "nobody")
        )
        assert other.status_code == 404
        assert error_of(other) == error_of(missing)
    assert client.delete("/api/v2/companies/1/invitations/1", headers=recruiter).status_code == 404
    with database.reading() as session:
        assert session.get(Invitation, 1).withdrawn_at is None


@pytest.mark.parametrize("team_id", [2, 99])
def test_a_team_of_another_company_is_as_one_that_is_not_there(client, recruiter, team_id):
    refused = client.post(PATH, json={**GRACE, "team_id": team_id}, headers=recruiter)
    assert refused.get_json()["errors"] == [{"pointer": "#/team_id", "detail": f"the company has no team {team_id}"}]


@pytest.mark.parametrize("role", ["hiring_manager", "interviewer", "candidate"])
def test_only_staff_invite(client, viamo, role):
    headers = bearer(make_user(role, viamo if role != "candidate" else None))
    assert client.post(PATH, json=GRACE, headers=headers).status_code == 403
    assert client.get(PATH, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {**GRACE, "role": "admin"},
        {**GRACE, "role": "candidate"},
        {**GRACE, "email": "nobody"},
        {**GRACE, "email": "a@b@c"},
        {"role": "interviewer"},
        *({**GRACE, name: 1} for name in
          ("id", "company_id", "status", "version", "created_at", "expires_at", "token", "token_hash", "user_id")),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused(client, recruiter, body):
    assert client.post(PATH, json=body, headers=recruiter).status_code == 422


@pytest.mark.parametrize("field", ["role", "company_id", "email", "is_admin", "team_id", "id", "version"])
def test_who_accepts_chooses_neither_role_nor_company(client, secret, field):
    assert client.post(ACCEPT, json={"token": secret, **ACCOUNT, field: 1}).status_code == 422


def test_each_write_is_logged(client, recruiter, secret, database):
    client.post(ACCEPT, json={"token": secret, **ACCOUNT})
    with database.reading() as session:
        made, accepted = session.get(Activity, 1), session.get(Activity, 2)
    assert (made.action, made.user_id, made.company_id) == ("invitation.created", 1, 1)
    assert (accepted.action, accepted.user_id, accepted.company_id) == ("invitation.accepted", 2, 1)
