"""Secrets that are handed out once and kept by their hash: refresh tokens, and links in mails."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

REFRESH_START = "tsr_"
"""How every refresh token begins, so that one is recognised where it does not belong."""


def new_refresh_token() -> str:
    """Return the first token of a family, at random."""
    return REFRESH_START + secrets.token_urlsafe(32)


def successors(token: str, keys: Sequence[bytes]) -> list[str]:
    """Return the token that follows ``token``, by each of ``keys``: the same for everybody who asks.

    So two tabs that use one token at once get one successor, and none has to be stored.
    """
    digests = (hmac.digest(key, token.encode(), "sha256") for key in keys)
    return [REFRESH_START + base64.urlsafe_b64encode(digest).rstrip(b"=").decode() for digest in digests]


def new_link_token() -> str:
    """Return the secret of a mailed link."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Return what is stored of a secret that has 256 random bits: no salt, no cost."""
    return hashlib.sha256(secret.encode()).hexdigest()
