"""The tables of the change feed, and how a write appends to it: ids and what happened to them, in its own transaction.

``add_event`` only collects. ``write_events`` stores all that a transaction collected, in one statement right before
its COMMIT (``session.py``), so that a write and its events are there together or not at all.

**Numbers** ascend in an order that readers can rely on: once a reader was given a number, no smaller one appears.
On SQLite a writer is alone, so a counter will do. On PostgreSQL a sequence will not: of two writers the one with the
later number may commit first. There a number is ``base + (transaction id << 18) + place in the transaction``, and a
reader takes only what is below ``feed_horizon``: the transactions that were decided, every one of them, when its
snapshot was taken. No writer waits for another. ``docs/adr/0005-numbers-of-the-change-feed.md`` has the reasons.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, func, insert, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from talentsphere.db.base import Base, now
from talentsphere.db.stamps import FIRST_UNDECIDED, NEXT_ID
from talentsphere.db.types import UtcDateTime

UPSERT, DELETE = "upsert", "delete"
TOMBSTONES = ("deleted", "left")
"""What happened to an object that is gone: for everybody, or (``left``) for the company that the event names."""
PLACE_BITS = 18
MOST = 1 << PLACE_BITS
"""Events of one transaction."""
THE_ROW = 1
_COLLECTED = "talentsphere.events"


class Event(Base):
    """One object that one transaction changed. Nothing of it stands here: who wants it reads it by its id."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint(f"op IN {(UPSERT, DELETE)}", "op"),
        # domains/changes: the feed of one company
        Index("ix_events_company", "company_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    object: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(60))
    """``object.verb`` in the past: ``job.closed``."""
    op: Mapped[str] = mapped_column(String(6))
    company_id: Mapped[int | None]
    """Whose it is; null for what belongs to no company, which only readers of the whole feed see."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FeedState(Base):
    """What is true of the whole feed: one row at most, and zeros while there is none."""

    __tablename__ = "feed_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    base: Mapped[int] = mapped_column(BigInteger, default=0)
    """What is added to numbers made of transaction ids."""
    era: Mapped[int] = mapped_column(default=0)
    """Another one when the numbers had to be lifted; positions of another era hold no longer."""
    pruned: Mapped[int] = mapped_column(BigInteger, default=0)
    """The highest number that was removed."""


class FeedConsumer(Base):
    """A reader within the product, and the last number that it has dealt with."""

    __tablename__ = "feed_consumers"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class feed_horizon(GenericFunction[int]):  # read as an SQL function
    """``feed_horizon()``: every event below it is decided and visible to the statement that asks."""

    type = BigInteger()
    inherit_cache = True


class feed_end(GenericFunction[int]):  # read as an SQL function
    """``feed_end()``: no event that was ever shown has a number from here on."""

    type = BigInteger()
    inherit_cache = True


@compiles(feed_end, "sqlite")
@compiles(feed_horizon, "sqlite")
def _end_sqlite(_element: Any, _compiler: SQLCompiler, **_kwargs: Any) -> str:
    return "((SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events') + 1)"


_BASE = "(SELECT coalesce(max(base), 0) FROM feed_state)"


@compiles(feed_horizon, "postgresql")
def _horizon_postgresql(_element: Any, _compiler: SQLCompiler, **_kwargs: Any) -> str:
    return f"({_BASE} + ({FIRST_UNDECIDED} << {PLACE_BITS}))"


@compiles(feed_end, "postgresql")
def _end_postgresql(_element: Any, _compiler: SQLCompiler, **_kwargs: Any) -> str:
    return f"({_BASE} + ({NEXT_ID} << {PLACE_BITS}))"


_OWN = f"{_BASE} + (CAST(CAST(pg_current_xact_id() AS text) AS bigint) << {PLACE_BITS})"
"""The first number of the transaction that asks."""
_INSERT = text(f"""
    INSERT INTO events (seq, object, object_id, type, op, company_id, at)
    SELECT {_OWN} + place - 1, object, object_id, type, op, company_id, :at
    FROM unnest(CAST(:objects AS text[]), CAST(:ids AS bigint[]), CAST(:types AS text[]), CAST(:ops AS text[]),
                CAST(:companies AS integer[]))
    WITH ORDINALITY AS given (object, object_id, type, op, company_id, place)
""")  # noqa: S608  # nosec B608


class _Change(NamedTuple):
    object: str
    object_id: int
    type: str
    op: str
    company_id: int | None


def add_event(session: Session, type_: str, object_id: int, *, company_id: int | None = None) -> None:
    """Append to the feed, when this transaction commits, that ``type_`` (``job.closed``) happened to this object.

    Of several changes of one object in one transaction the last remains. No statement by itself; all events of a
    transaction are one, at its end.
    """
    object_, _, verb = type_.partition(".")
    change = _Change(object_, object_id, type_, DELETE if verb in TOMBSTONES else UPSERT, company_id)
    collected: dict[Any, _Change] = session.info.setdefault(_COLLECTED, {})
    key = (object_, object_id, company_id)
    collected.pop(key, None)  # the last one also stands last
    collected[key] = change


def changed_objects(session: Session, object_: str) -> dict[int, str]:
    """Return what happened to each object of a kind in this transaction so far: the verb (``closed``) by its id."""
    collected: dict[Any, _Change] = session.info.get(_COLLECTED, {})
    return {each.object_id: each.type.partition(".")[2] for each in collected.values() if each.object == object_}


def forget_events(session: Session) -> None:
    """Drop what was collected: it was rolled back."""
    session.info.pop(_COLLECTED, None)


def write_events(session: Session) -> None:
    """Store what was collected; one statement, none when nothing was. Nothing may be written after it.

    Raises ``ValueError`` for more than ``MOST``: such a write must be done in several transactions.
    """
    changes = list(session.info.pop(_COLLECTED, {}).values())
    if not changes:
        return
    if len(changes) > MOST:
        raise ValueError(f"one transaction changed {len(changes)} objects; the feed takes {MOST}")
    connection, at = session.connection(), now()
    if connection.dialect.name == "sqlite":
        connection.execute(insert(Event.__table__), [{**change._asdict(), "at": at} for change in changes])  # type: ignore[arg-type]
        return
    names = ("objects", "ids", "types", "ops", "companies")
    columns = dict(zip(names, map(list, zip(*changes, strict=True)), strict=True))
    connection.execute(_INSERT, {**columns, "at": at})


def lift_numbers(session: Session) -> bool:
    """Make the next number higher than all that were given, and tell whether that was needed; one to four statements.

    It is after the database was restored into a PostgreSQL server whose transaction ids are lower. Writers wait for
    the lock, and read the new base after it: a statement takes its snapshot once it has its locks.
    """
    if session.get_bind().dialect.name == "sqlite":
        return False
    session.execute(text("LOCK TABLE events IN SHARE MODE"))
    given = [func.max(Event.seq), func.max(FeedConsumer.seq), func.max(FeedState.pruned)]
    highest = max(session.scalar(select(func.coalesce(each, 0))) or 0 for each in given)
    first: int = session.scalar(text(f"SELECT {_OWN}")) or 0  # nosec B608
    if highest < first:
        return False
    state = session.get(FeedState, THE_ROW) or FeedState(id=THE_ROW, base=0, pruned=0)
    state.base += highest + 1 - first
    state.era = secrets.randbelow(2**31 - 1) + 1
    session.add(state)
    return True
