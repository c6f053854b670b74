"""Refresh tokens: good once, one living chain, and theft ends it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from tests.factories import PASSWORD, make_user

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.domains.accounts import signing_in
from talentsphere.domains.accounts.authentication import authenticate
from talentsphere.domains.accounts.keyring import KEYRING
from talentsphere.domains.accounts.models import RefreshToken
from talentsphere.domains.activity.models import Activity
from talentsphere.errors import Unauthenticated

SECOND = timedelta(seconds=1)
THREADS = 32


@pytest.fixture
def begun(app, database):
    """The tokens of a person who signed in at ``now``."""
    make_user()
    with app.app_context():
        return signing_in.sign_in("ada@example.org", PASSWORD, "curl/8", Actor())


@pytest.fixture
def refresh(app):
    """Refresh as a client does, ``later`` than now; None when it is refused."""

    def ask(token, later=timedelta()):
        with app.app_context():
            try:
                return signing_in.refresh(token, Actor(), now() + later)
            except Unauthenticated:
                return None

    return ask


def unused(database) -> int:
    with database.reading() as session:
        statement = select(func.count()).select_from(RefreshToken).where(RefreshToken.used_at.is_(None))
        return session.scalar(statement)


def test_each_pair_leads_to_the_next(refresh, begun):
    second = refresh(begun.refresh)
    third = refresh(second.refresh, timedelta(days=29))

    assert len({begun.refresh, second.refresh, third.refresh, begun.access, second.access}) == 5


def test_the_access_token_of_a_refresh_stands_for_the_same_session(app, refresh, begun):
    with app.app_context():
        assert authenticate(refresh(begun.refresh).access) == authenticate(begun.access)


def test_a_chain_that_idled_for_thirty_days_is_over(refresh, begun):
    assert refresh(begun.refresh, timedelta(days=30)) is None


def test_a_chain_lives_on_while_it_is_used(refresh, begun):
    second = refresh(begun.refresh, timedelta(days=29))

    assert refresh(second.refresh, timedelta(days=58)) is not None


def test_tabs_that_refresh_at_once_get_one_successor(database, refresh, begun):
    with ThreadPoolExecutor(THREADS) as tabs:
        found = list(tabs.map(refresh, [begun.refresh] * THREADS))

    assert {each.refresh for each in found} == {found[0].refresh}
    assert unused(database) == 1


def test_successors_at_random_would_be_several(app, database, refresh, begun, monkeypatch):
    """The control: without the derived successor the tabs would be on chains of their own, or out."""
    monkeypatch.setattr(signing_in, "successors", lambda _token, _keys: [signing_in.new_refresh_token()])
    with ThreadPoolExecutor(THREADS) as tabs:
        found = list(tabs.map(refresh, [begun.refresh] * THREADS))

    assert len({each and each.refresh for each in found}) > 1


def test_a_tab_that_is_late_within_the_grace_is_not_signed_out(refresh, begun):
    second = refresh(begun.refresh)
    third = refresh(second.refresh, 5 * SECOND)
    late = refresh(begun.refresh, 9 * SECOND)

    assert late.refresh == second.refresh
    assert refresh(late.refresh, 9 * SECOND).refresh == third.refresh


def test_a_token_shown_again_after_the_grace_ends_the_session(app, database, refresh, begun):
    second = refresh(begun.refresh)
    with app.app_context():
        assert authenticate(second.access)

    assert refresh(begun.refresh, 12 * SECOND) is None
    assert refresh(second.refresh, 13 * SECOND) is None
    with app.app_context():
        assert authenticate(second.access) is None
    with database.reading() as session:
        logged = session.execute(select(Activity.action, Activity.user_id, Activity.level).order_by(Activity.id)).all()
    assert logged[-1] == ("session.family_revoked", 1, "security")


@pytest.mark.parametrize("token", ["", "tsr_nothing", "x" * 200])
def test_a_token_that_nobody_made_ends_nothing(app, refresh, begun, token):
    assert refresh(token) is None
    with app.app_context():
        assert authenticate(begun.access)


def test_an_access_token_does_not_refresh(client, begun):
    answer = client.post("/api/v1/auth/refresh", json={"refresh_token": begun.access[:200]})

    assert answer.status_code == 401
    assert client.post("/api/v1/auth/refresh", json={"refresh_token": begun.access}).status_code in (401, 422)


@pytest.mark.unfed
def test_a_closed_account_does_not_refresh(app, database, refresh, begun):
    from talentsphere.domains.accounts.models import User

    with database.writing() as session:
        session.get(User, 1).is_active = False

    assert refresh(begun.refresh) is None


def test_tabs_agree_also_while_the_key_changes(app, refresh, begun, monkeypatch):
    keyring = app.extensions[KEYRING]
    second = refresh(begun.refresh)
    monkeypatch.setitem(app.extensions, KEYRING, replace(keyring, refresh_keys=(b"new" * 11, *keyring.refresh_keys)))

    assert refresh(begun.refresh, 5 * SECOND).refresh == second.refresh
    assert refresh(second.refresh, 5 * SECOND) is not None
