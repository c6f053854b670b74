"""Every statement about API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from talentsphere.db.caller import Reach, of_company
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.accounts.models import ApiKey

CREDENTIALS = (ApiKey.id, ApiKey.company_id, ApiKey.scopes, ApiKey.expires_at, ApiKey.revoked_at, ApiKey.last_used_at)
BY_ID = (ApiKey.id,)


def find_key(session: Reader, secret_hash: str) -> AnyRow | None:
    """Return ``CREDENTIALS`` of the key with this hash, or nothing; one statement."""
    return session.execute(select(*CREDENTIALS).where(ApiKey.secret_hash == secret_hash)).one_or_none()


def list_keys(session: Reader, reach: Reach, window: Window, columns: Sequence[Any]) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` keys within ``reach`` by id, revoked ones too; one statement."""
    statement = select(*columns).where(of_company(ApiKey.company_id, reach))
    return session.execute(ascending_page(statement, BY_ID, window)).all()


def count_keys(session: Reader, reach: Reach) -> int:
    """Return how many keys there are within ``reach``; one statement."""
    return session.scalar(select(func.count()).select_from(ApiKey).where(of_company(ApiKey.company_id, reach))) or 0


def find_own_key(session: Reader, reach: Reach, key_id: int) -> AnyRow | None:
    """Return (id, company_id, secret_hash, revoked_at) of a key within ``reach``, or nothing; one statement."""
    statement = select(ApiKey.id, ApiKey.company_id, ApiKey.secret_hash, ApiKey.revoked_at)
    return session.execute(statement.where(ApiKey.id == key_id, of_company(ApiKey.company_id, reach))).one_or_none()


def revoke(session: Session, key_id: int, at: datetime) -> None:
    """End a key for good; one statement."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(revoked_at=at))


def note_use(session: Session, key_id: int, at: datetime) -> None:
    """Keep when a key was last used; one statement."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=at))
