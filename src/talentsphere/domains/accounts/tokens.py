"""Access tokens: short-lived JWTs (RFC 9068) that name a session, signed with a key derived from ``SECRET_KEY``.

Only HS256, our own type, issuer and audience, and keys that we hold: nothing in a token's header chooses anything but
one of those keys. A token says who signed in; whether that still holds is the session row's to say.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt

from talentsphere.api.inputs import BIGGEST_ID
from talentsphere.settings import Settings

LIFETIME = timedelta(minutes=15)
ALGORITHM = "HS256"
TYPE = "at+jwt"
AUDIENCE = "talentsphere-api"
CLAIMS = ("iss", "aud", "sub", "sid", "ver", "iat", "exp", "jti")
MAX_LENGTH = 2048
"""Characters; ours have about 400. What is longer is not read."""

# A token made by another host, whose clock is ahead by a moment, says nothing wrong with its iat.
_OPTIONS: Any = {"require": list(CLAIMS), "verify_iat": False, "strict_aud": True, "enforce_minimum_key_length": True}


@dataclass(frozen=True)
class Claims:
    """What a valid access token says."""

    user_id: int
    session_id: int
    token_version: int
    expires_s: int
    """Seconds since 1970."""


class AccessTokens:
    """Makes access tokens with the first of ``keys``, and reads those of all of them."""

    def __init__(self, keys: Sequence[bytes], issuer: str) -> None:
        self._keys = {fingerprint(key): key for key in keys}
        self._issuer = issuer
        self._kid = fingerprint(keys[0])

    @classmethod
    def of(cls, settings: Settings) -> AccessTokens:
        """Return those of the instance; the host of PUBLIC_URL is the issuer: nodes have ports of their own."""
        return cls(derived_keys(settings, "access token"), urlsplit(settings.public_url).hostname or "")

    def issue(self, user_id: int, session_id: int, token_version: int, at: datetime) -> str:
        """Return a token that holds for ``LIFETIME`` from ``at``."""
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "sid": session_id,
            "ver": token_version,
            "iat": int(at.timestamp()),
            "exp": int((at + LIFETIME).timestamp()),
            "jti": secrets.token_urlsafe(12),
        }
        headers = {"typ": TYPE, "kid": self._kid}
        return jwt.encode(claims, self._keys[self._kid], ALGORITHM, headers)

    def read(self, token: str) -> Claims | None:
        """Return what ``token`` says, or nothing unless we made it, for this use, and it has not expired."""
        if len(token) > MAX_LENGTH:
            return None
        try:
            return self._read(token)
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            return None

    def _read(self, token: str) -> Claims | None:
        header = jwt.get_unverified_header(token)
        key = self._keys.get(header.get("kid", ""))
        if key is None or header.get("typ") != TYPE:
            return None
        found = jwt.decode(token, key, [ALGORITHM], _OPTIONS, audience=AUDIENCE, issuer=self._issuer)
        subject, exp = found["sub"], found["exp"]
        user_id = int(subject) if re.fullmatch("[0-9]{1,10}", subject) else 0
        ids = user_id, found["sid"], found["ver"]
        if type(exp) is not int or not all(type(each) is int and 0 < each <= BIGGEST_ID for each in ids):
            return None
        return Claims(*ids, exp)


def derived_keys(settings: Settings, use: str) -> list[bytes]:
    """Return the 32-byte key for ``use`` from ``SECRET_KEY``, then those from ``PREVIOUS_SECRET_KEYS``."""
    every = [settings.secret_key, *settings.previous_secret_keys]
    return [hmac.digest(one.value().encode(), f"talentsphere {use}".encode(), "sha256") for one in every]


def fingerprint(key: bytes) -> str:
    """Return the public name of a key."""
    return hashlib.sha256(b"kid" + key).hexdigest()[:16]
