"""Looking after the search index: filling it beside the traffic, and merging what writers left in pieces."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.rows import Reader
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.search.documents import INDEX
from talentsphere.domains.jobs.search.store import index_jobs
from talentsphere.tasks.queue import add_task

MERGE = "search.merge"
BATCH = 200
"""Postings of one transaction: other writers of SQLite wait for some 100 ms."""
MANY = 64
"""Segments of FTS5 that are worth merging before the clock says so; at a thousand a writer would have to do it."""
PAGES = 200
"""Of FTS5, merged in one transaction."""


def count_jobs(session: Session) -> int:
    """Return how many postings a reindex looks at; one statement."""
    return session.scalar(select(func.count()).select_from(Job)) or 0


def reindex(session: Session, after: int, *, everything: bool = False, limit: int = BATCH) -> tuple[int, int, int]:
    """Index up to ``limit`` postings behind id ``after``: those without a document of today's tokenizer, or all.

    Returns how many were looked at, how many documents were written, and the id to go on behind. The session must be
    ``writing()``: who writes one of these postings waits, and indexes it again. At most four statements.
    """
    ids = session.scalars(select(Job.id).where(Job.id > after).order_by(Job.id).limit(limit)).all()
    written = index_jobs(session, ids, stale_only=not everything, lock=True)
    return len(ids), written, ids[-1] if ids else after


def count_pieces(session: Reader) -> int:
    """Return the segments of FTS5, as its own record tells; 0 on PostgreSQL. One statement, of one row."""
    bind: Any = session.get_bind() if hasattr(session, "get_bind") else session
    if bind.dialect.name != "sqlite":
        return 0
    record = session.scalar(text(f"SELECT block FROM {INDEX.fts}_data WHERE id = 10"))  # noqa: S608  # nosec B608
    return _varints(record[4:], 2)[1] if record else 0


def merge_due(session: Reader) -> datetime | None:
    """Return now when there are ``MANY`` segments; one statement."""
    return now() if count_pieces(session) >= MANY else None


def _varints(data: bytes, count: int) -> list[int]:
    """Return the first numbers of a record of FTS5: seven bits a byte, the highest first."""
    found, number = list[int](), 0
    for byte in data:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            found.append(number)
            number = 0
        if len(found) == count:
            break
    return found


def merge(session: Session, _args: dict[str, Any]) -> dict[str, int]:
    """Merge some of what writers left in pieces; when there was as much as that, a task of its own does the next.

    SQLite: segments of FTS5, which it would else merge within somebody's write, for a second at 100,000 postings.
    PostgreSQL: the pending list of the GIN index.
    """
    if session.get_bind().dialect.name == "postgresql":
        cleaned = session.scalar(text("SELECT gin_clean_pending_list(CAST(:index AS regclass))"), {"index": INDEX.gin})
        return {"merged": cleaned or 0}
    before = session.scalar(text("SELECT total_changes()")) or 0
    session.execute(text(f"INSERT INTO {INDEX.fts} ({INDEX.fts}, rank) VALUES ('merge', {PAGES})"))  # noqa: S608  # nosec B608
    merged = (session.scalar(text("SELECT total_changes()")) or 0) - before
    if merged >= 2:  # FTS5's own sign that there is more to do
        add_task(session, MERGE)
    return {"merged": merged}
