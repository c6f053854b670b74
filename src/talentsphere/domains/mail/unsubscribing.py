"""Signed links with which a person refuses a kind of mail, without signing in (RFC 8058)."""

from __future__ import annotations

import base64
import hmac
import re
from contextlib import suppress

from sqlalchemy.exc import NoResultFound

from talentsphere.db.caller import Actor
from talentsphere.db.session import writing
from talentsphere.domains.accounts.profiles import change_profile
from talentsphere.domains.accounts.queries import lock_user
from talentsphere.domains.accounts.tokens import derived_keys
from talentsphere.domains.mail.kinds import MAILS, preference_of
from talentsphere.settings import Settings

PATH = "/mail/unsubscribe"
_TOKEN = re.compile(r"([1-9][0-9]{0,9})\.([a-z_]{1,40})\.([A-Za-z0-9_-]{22})")


def unsubscribe_link(settings: Settings, user_id: int, kind: str) -> str:
    """Return the address that refuses ``kind`` for this person."""
    key = derived_keys(settings, "unsubscribe")[0]
    return f"{settings.public_url}{PATH}?token={user_id}.{kind}.{_mac(key, user_id, kind)}"


def read_token(settings: Settings, token: str) -> tuple[int, str] | None:
    """Return (user id, kind of mail) of a token of ours, or nothing."""
    match = _TOKEN.fullmatch(token)
    if match is None or match[2] not in MAILS:
        return None
    user_id, kind = int(match[1]), match[2]
    ours = (_mac(key, user_id, kind) for key in derived_keys(settings, "unsubscribe"))
    return (user_id, kind) if any(hmac.compare_digest(match[3], mac) for mac in ours) else None


def refuse_mails(user_id: int, kind: str) -> None:
    """Set the person's preference against ``kind``; who is gone gets no mails anyway."""
    with writing() as session, suppress(NoResultFound):
        user = lock_user(session, user_id)
        change_profile(session, user, {"preferences": {preference_of(kind): False}}, Actor(user_id=user_id))


def _mac(key: bytes, user_id: int, kind: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, f"{user_id}.{kind}".encode(), "sha256")[:16]).decode()[:22]
