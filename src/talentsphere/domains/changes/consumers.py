"""Readers of the feed within the product (search, webhooks, roll-ups), each with the position that it keeps.

``read_changes``, the effect and ``keep_position`` belong into one ``writing()`` block: then each event has its effect
once, whatever crashes in between. Keep that block short, as it holds back the feed like any other that writes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.dialect import insert_unless_there, put_row
from talentsphere.db.events import FeedConsumer, FeedState
from talentsphere.domains.changes.queries import Page, Position, read_page


def read_changes(session: Session, name: str, limit: int) -> Page:
    """Return up to ``limit`` events that the consumer ``name`` has not dealt with; three statements, five at first.

    A new consumer begins with the first event that is there. Nobody else reads in this name until the transaction
    ends. Raises ``FeedTruncated`` for a consumer that slept too long: it must rebuild what it made, and go on from
    the ``latest_position`` that it asked for before.
    """
    seq = session.scalar(_locked(name))
    if seq is None:
        insert_unless_there(session, FeedConsumer, {"name": name, "seq": 0, "moved_at": now()})
        seq = session.scalar(_locked(name)) or 0
    era = session.scalar(select(FeedState.era)) or 0  # a position in the database is lifted with its numbers
    return read_page(session, Position(era, seq) if seq else None, limit)


def keep_position(session: Session, name: str, position: Position) -> None:
    """Note that the consumer has dealt with everything up to ``position``; one statement."""
    put_row(session, FeedConsumer, {"name": name, "seq": position.seq, "moved_at": now()})


def _locked(name: str) -> Select[Any]:
    return select(FeedConsumer.seq).where(FeedConsumer.name == name).with_for_update()
