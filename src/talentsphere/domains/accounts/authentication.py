"""Whom a bearer token stands for."""

from __future__ import annotations

from talentsphere.api.auth import Principal
from talentsphere.db.base import now
from talentsphere.db.session import reading
from talentsphere.domains.accounts import queries
from talentsphere.domains.accounts.api_keys import PREFIX, authenticate_key
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.tokens import Claims


def authenticate(token: str) -> Principal | None:
    """Return the caller behind an access token or an API key, or nothing when it does not hold.

    At most one statement; none for a session that this process asked about within the last second.
    """
    if token.startswith(PREFIX):
        return authenticate_key(token)
    claims = keyring().access_tokens.read(token)
    return keyring().remembered.find(claims, lambda: _asked(claims)) if claims else None


def _asked(claims: Claims) -> Principal | None:
    with reading() as session:
        row = queries.find_caller(session, claims.session_id, claims.user_id, claims.token_version, now())
    return Principal(row.id, row.role, row.company_id, session_id=claims.session_id) if row else None
