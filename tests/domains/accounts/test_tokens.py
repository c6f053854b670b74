"""Access tokens: what we made is read, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentsphere.db.base import now
from talentsphere.domains.accounts.tokens import LIFETIME, AccessTokens, Claims, derived_keys

OLD, NEW = "Zm9ydHktdHdvIHdhcyB0aGUgb2xkIGFuc3dlciBoZXJl", "dGhlIG5ldyBrZXkgaXMgcmFuZG9tIGVub3VnaCBoZXJl"


@pytest.fixture
def tokens(settings):
    return AccessTokens.of(settings)


def test_a_token_says_who_signed_in_and_until_when(tokens):
    at = now()

    assert tokens.read(tokens.issue(7, 12, 3, at)) == Claims(7, 12, 3, int((at + LIFETIME).timestamp()))


def test_an_expired_token_says_nothing(tokens):
    assert tokens.read(tokens.issue(7, 12, 3, now() - LIFETIME - timedelta(seconds=1))) is None


def test_the_key_is_not_the_secret_itself(settings):
    assert derived_keys(settings, "access token")[0] not in settings.secret_key.value().encode()


def test_tokens_of_the_previous_key_are_read(make_settings):
    before = AccessTokens.of(make_settings(SECRET_KEY=OLD))
    after = AccessTokens.of(make_settings(SECRET_KEY=NEW, PREVIOUS_SECRET_KEYS=OLD))

    assert after.read(before.issue(7, 12, 3, now())) is not None
    assert before.read(after.issue(7, 12, 3, now())) is None


def test_tokens_of_a_key_that_was_dropped_are_not_read(make_settings):
    before, after = (AccessTokens.of(make_settings(SECRET_KEY=key)) for key in (OLD, NEW))

    assert after.read(before.issue(7, 12, 3, now())) is None


def test_tokens_of_another_instance_with_the_same_key_are_not_read(make_settings, tokens):
    other = AccessTokens.of(make_settings(PUBLIC_URL="https://other.example.org"))

    assert tokens.read(other.issue(7, 12, 3, now())) is None
