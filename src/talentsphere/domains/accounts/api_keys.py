"""API keys: made, revoked, and accepted as credentials. A secret is shown once; the database holds its hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from talentsphere.api.auth import Principal
from talentsphere.api.policy import ADMIN, RECRUITER, scopes_of
from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Extent, Reach
from talentsphere.db.rows import AnyRow
from talentsphere.db.session import is_unavailable, reading, writing
from talentsphere.domains.accounts import key_queries
from talentsphere.domains.accounts.handed_out import hash_of
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.models import ApiKey
from talentsphere.domains.activity.queries import add_activity
from talentsphere.domains.companies.queries import has_company
from talentsphere.errors import Forbidden, InvalidInput, NotFound

PREFIX = "tsk_"
START_LENGTH = 12
SECRET_BYTES = 32
USE_IS_NOTED_EVERY = timedelta(minutes=1)


def add_api_key(
    session: Session,
    actor: Actor,
    name: str,
    scopes: Sequence[str],
    company_id: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key of a company, or of the instance, and return it with its secret; two statements.

    A company's key may do what its recruiters may, and no more: any other scope is ``Forbidden``.
    """
    may_have = scopes_of(ADMIN if company_id is None else RECRUITER)
    for scope in scopes:
        if scope not in may_have:
            raise Forbidden(f"the key of a company may not have the scope {scope}")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey(
        company_id=company_id,
        created_by=actor.user_id,
        name=name,
        start=secret[:START_LENGTH],
        secret_hash=hash_of(secret),
        scopes=" ".join(dict.fromkeys(scopes)),
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    add_activity(session, actor, "api_key.created", "api_key", key.id, company_id=company_id, level="security")
    return key, secret


def make_api_key(
    session: Session,
    reach: Reach,
    actor: Actor,
    scopes: Sequence[str],
    name: str = "",
    company_id: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key as a person asks for it: of their own company, or of any or the instance for an admin.

    At most three statements. A company out of reach is wrong input, as one that is not there.
    """
    if company_id is None and reach.extent is not Extent.EVERYTHING:
        company_id = reach.company_id or 0  # only who reaches everything makes a key of the instance
    if company_id is not None and not has_company(session, reach, company_id):
        raise InvalidInput.at("company_id", f"there is no company {company_id}")
    return add_api_key(session, actor, name, scopes, company_id, expires_at)


def revoke_api_key(session: Session, reach: Reach, actor: Actor, key_id: int) -> None:
    """End a key within ``reach`` for good; a key that is revoked already stays as it is. At most three statements."""
    key = key_queries.find_own_key(session, reach, key_id)
    if key is None:
        raise NotFound(f"there is no API key {key_id}")
    if key.revoked_at is None:
        key_queries.revoke(session, key_id, now())
        keyring().remembered_keys.tell_all_after_commit(session, key.secret_hash)
        add_activity(session, actor, "api_key.revoked", "api_key", key_id, company_id=key.company_id, level="security")


def authenticate_key(token: str) -> Principal | None:
    """Return for whom a key acts, or nothing when it is unknown, revoked or expired.

    One statement, none when this process asked within the last second. When a key was last used is kept to the
    minute: one short transaction more, once a minute.
    """
    secret_hash = hash_of(token)
    return keyring().remembered_keys.find(secret_hash, lambda: _asked(secret_hash))


def _asked(secret_hash: str) -> Principal | None:
    with reading() as connection:
        key = key_queries.find_key(connection, secret_hash)
    if key is None or key.revoked_at is not None or not _is_running(key.expires_at):
        return None
    _note_use(key)
    return Principal(None, None, key.company_id, api_key_id=key.id, scopes=frozenset(key.scopes.split()))


def _is_running(expires_at: datetime | None) -> bool:
    return expires_at is None or now() < expires_at


def _note_use(key: AnyRow) -> None:
    """Keep the minute of this use, unless it is kept; a database too busy for that is not worth a refusal."""
    minute = now().replace(second=0, microsecond=0)
    if key.last_used_at is not None and minute - key.last_used_at < USE_IS_NOTED_EVERY:
        return
    try:
        with writing() as session:
            key_queries.note_use(session, key.id, minute)
    except Exception as error:
        if not is_unavailable(error):
            raise
