"""What a ``writing()`` block changed: tags, collected where the SQL is and announced right before the COMMIT.

Entities are found when they are flushed. Core, bulk and text statements, and COPY, are not: whoever runs one says
``mark_changed``. What is rolled back announces nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from talentsphere.db.stamps import Written, stamp_of

CHANGES = "talentsphere.changes"
"""The extension of an application that holds its ``Announcer``."""
FOLLOWERS = "talentsphere.followers"
"""The extension of an application that holds what is written beside the rows of a transaction, before its events."""
TAGS = "talentsphere_tags"
ANNOUNCED = "talentsphere_announced"
"""Where a connection keeps what its transaction announced, for those who watch (``db/watching.py``)."""


@dataclass(frozen=True)
class Announcer:
    """Who is to know of changes: ``tags_of`` the entities of a flush, ``announce`` before the COMMIT.

    ``committed`` is told after it: nothing is lost but a statement when it never is.
    """

    tags_of: Callable[[Iterable[Any]], set[str]]
    announce: Callable[[Iterable[str], Written], None]
    committed: Callable[[Written], None] = lambda _written: None


class WritingSession(Session):
    """A session that collects the tags of what it changes."""

    announcer: Announcer | None = None
    followers: tuple[Callable[[Session], None], ...] = ()
    written: Written | None = None
    """What was announced."""


def mark_changed(session: Session, *tags: str) -> None:
    """Say that this transaction changes what depends on ``tags`` (``jobs``, ``job:17``)."""
    session.info.setdefault(TAGS, set()).update(tags)


def write_derived(session: Session) -> None:
    """Let the followers write what they keep of what changed, as the events that were collected tell it."""
    for follow in session.followers if isinstance(session, WritingSession) else ():
        follow(session)


def announce_changes(session: Session) -> None:
    """Announce the tags with the stamp of the transaction: the very last thing before its COMMIT; one statement.

    Whatever else belongs into the transaction must have been flushed: the stamp is above nothing that comes later.
    """
    tags = session.info.get(TAGS)
    if not tags or not isinstance(session, WritingSession) or session.announcer is None:
        return
    session.written = stamp_of(session)
    session.announcer.announce(tags, session.written)
    session.connection().info[ANNOUNCED] = frozenset(tags)


def tell_of_commit(session: WritingSession) -> None:
    """Tell that what ``session`` announced is committed now."""
    if session.announcer is not None and session.written is not None:
        session.announcer.committed(session.written)


@event.listens_for(WritingSession, "after_flush")
def _collect(session: WritingSession, _context: Any) -> None:
    if session.announcer is None:
        return
    changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    tags = session.announcer.tags_of(changed)
    if tags:
        mark_changed(session, *tags)
