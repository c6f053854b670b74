"""Whom an access token stands for, and for how long."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.factories import make_company, make_user, token_of

from talentsphere.db.base import now
from talentsphere.domains.accounts.authentication import authenticate
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.models import Session as SignIn
from talentsphere.domains.accounts.models import User
from talentsphere.domains.accounts.remembering import FOR_S


@pytest.fixture(autouse=True)
def in_a_request(app, database):
    with app.test_request_context():
        yield


def test_a_token_stands_for_a_person_with_role_company_and_session():
    company = make_company()
    user = make_user("recruiter", company)
    found = authenticate(token_of(user))

    assert (found.user_id, found.role, found.company_id, found.session_id) == (user.id, "recruiter", company.id, 1)


def test_a_request_of_a_known_session_costs_no_statement(count_queries):
    token = token_of(make_user())
    count_queries()
    authenticate(token)
    assert count_queries() == 1
    authenticate(token)
    assert count_queries() == 0


@pytest.mark.unfed
@pytest.mark.parametrize(
    "change",
    [
        update(SignIn).values(ended_at=now()),
        update(SignIn).values(expires_at=now() - timedelta(seconds=1)),
        update(User).values(is_active=False),
        update(User).values(token_version=2),
    ],
    ids=["ended", "expired", "deactivated", "revoked"],
)
def test_a_token_holds_no_longer_than_its_row(database, change):
    token = token_of(make_user())
    assert authenticate(token)
    with database.writing() as session:
        session.execute(change)
        keyring().remembered.tell_all_after_commit(session, user_ids=[1], session_ids=[1])

    assert authenticate(token) is None


def test_the_session_of_another_person_is_nobodys(database):
    ada, bob = make_user(), make_user()
    token_of(ada)
    forged = keyring().access_tokens.issue(bob.id, 1, 1, now())

    assert authenticate(forged) is None


def test_who_was_told_of_nothing_is_remembered_for_a_second_at_most(database, monkeypatch):
    token = token_of(make_user())
    assert authenticate(token)
    with database.writing() as session:
        session.execute(update(SignIn).values(ended_at=now()))
    assert authenticate(token)
    monkeypatch.setattr(keyring().remembered, "_clock_s", lambda: time.monotonic() + FOR_S)

    assert authenticate(token) is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "tsk_nothing", "é" * 10, "x" * 5000])
def test_nonsense_is_nobody(token):
    assert authenticate(token) is None
