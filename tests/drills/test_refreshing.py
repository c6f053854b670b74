"""One refresh token, shown by 32 clients at once to four workers: one chain lives, and a thief ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.drills.product import ask, at_once, instance, lines_to_all, log_in
from tests.factories import make_user

from talentsphere.db.base import now
from talentsphere.domains.accounts.models import RefreshToken
from talentsphere.domains.activity.models import Activity

pytestmark = pytest.mark.server
TABS = 32
BOTH = pytest.mark.parametrize("found", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def found(tmp_path, make_settings, request):
    with instance(tmp_path, make_settings, request.param, RATE_LIMIT_ENABLED="false") as made:
        with made.filling():
            make_user()
        yield made


def refreshed(port: int, token: str):
    """Refresh as a client does that is told to come again."""
    while True:
        answer = ask(port, "POST", "/api/v2/auth/refresh", {"refresh_token": token})
        if answer.status != 503:
            return answer


def chains(found, port: int, rounds: int) -> list[int]:
    """Let ``TABS`` clients refresh at once, ``rounds`` times; return how many tokens they were left with each time."""
    token, seen = log_in(port, "ada@example.org").json["refresh_token"], []
    for _ in range(rounds):
        answers = at_once(lambda shown: refreshed(port, shown), [token] * TABS, TABS)
        tokens = {answer.json.get("refresh_token") for answer in answers}
        seen.append(len(tokens))
        token = next(iter(tokens - {None}), token)
    return seen


@BOTH
def test_one_chain_lives_and_ends_when_an_old_token_is_shown(found):
    with found.serving("tests.drills.telling:app") as server:
        first = log_in(server.port, "ada@example.org").json["refresh_token"]
        answers = at_once(lambda token: refreshed(server.port, token), [first] * TABS, TABS)
        assert {answer.status for answer in answers} == {200}
        [second] = {answer.json["refresh_token"] for answer in answers}
        assert found.count(RefreshToken, RefreshToken.used_at.is_(None)) == 1
        access = {"Authorization": f"Bearer {answers[0].json['access_token']}"}
        lines = lines_to_all(server.port)
        assert {line.ask("GET", "/api/v2/users/me", **access).status for line in lines} == {200}

        found.execute(update(RefreshToken).where(RefreshToken.used_at.is_not(None)).values(
            used_at=now() - timedelta(seconds=11)
        ))  # fmt: skip
        assert refreshed(server.port, first).status == 401
        assert refreshed(server.port, second).status == 401
        assert {line.ask("GET", "/api/v2/users/me", **access).status for line in lines} == {401}
        for line in lines:
            line.close()
    assert found.count(Activity, Activity.action == "session.family_revoked") == 1


@BOTH
def test_a_successor_at_random_would_begin_chains_or_sign_tabs_out(found):
    """The control."""
    with found.serving("tests.drills.random_successors:app") as server:
        assert max(chains(found, server.port, rounds=1)) > 1


@pytest.mark.full
@BOTH
def test_fifty_refreshes_by_all_tabs_leave_one_chain(found):
    with found.serving() as server:
        seen = chains(found, server.port, rounds=50)
    print(f"tokens after each of 50 rounds of {TABS} refreshes: {set(seen)}")
    assert set(seen) == {1}
    assert found.count(RefreshToken, RefreshToken.used_at.is_(None)) == 1
