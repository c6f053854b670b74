"""The answers of requests that carried an ``Idempotency-Key``, kept in the transaction of their effect."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.plans import NamedQuery
from talentsphere.db.types import UtcDateTime, folded

KEPT_FOR = timedelta(hours=24)
PURGED_AT_ONCE = 1_000


class IdempotencyKey(Base):
    """One answered request. ``key_hash`` covers the principal, the method, the path and the client's key."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        # purge_answers
        Index("ix_idempotency_keys_created_at", "created_at"),
        {"sqlite_with_rowid": False},
    )

    key_hash: Mapped[str] = mapped_column(folded(64), primary_key=True)
    body_hash: Mapped[str] = mapped_column(folded(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary)


def claim_key(session: Session, key_hash: str) -> bool:
    """Take the key until this transaction ends, or return False at once when another one has it.

    One statement on PostgreSQL (a lock that its connection's end releases too); none on SQLite, where a writer is
    alone: who waited for it finds the answer.
    """
    if session.get_bind().dialect.name == "sqlite":
        return True
    number = int.from_bytes(bytes.fromhex(key_hash[:16]), signed=True)
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(number))))


def find_answer(session: Session, key_hash: str, at: datetime) -> IdempotencyKey | None:
    """Return the kept answer, or nothing; one statement. One that is too old at ``at`` is deleted."""
    found = session.get(IdempotencyKey, key_hash)
    if found is None or found.created_at > at - KEPT_FOR:
        return found
    session.delete(found)
    session.flush()
    return None


def purge_answers(session: Session, before: datetime, limit: int = PURGED_AT_ONCE) -> int:
    """Delete up to ``limit`` answers older than ``before``, the oldest first, and return how many; two statements.

    Uses ``ix_idempotency_keys_created_at``.
    """
    oldest = select(IdempotencyKey.key_hash).where(IdempotencyKey.created_at < before)
    hashes = session.scalars(oldest.order_by(IdempotencyKey.created_at).limit(limit)).all()
    session.connection().execute(delete(IdempotencyKey).where(IdempotencyKey.key_hash.in_(hashes)))
    return len(hashes)


PLANS = (
    NamedQuery("idempotency.find", ("pk_idempotency_keys",), lambda session: session.get(IdempotencyKey, "0")),
    NamedQuery(  # a small batch, as a few thousand rows stand for the millions of a busy day
        "idempotency.purge", ("ix_idempotency_keys_created_at",), lambda session: purge_answers(session, now(), 20)
    ),
)
