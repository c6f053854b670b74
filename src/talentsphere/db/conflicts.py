"""Telling a transaction that lost to another writer, and can simply be repeated, from one that is wrong."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError

_CONFLICTS = {
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # lock timeout
    "23505",  # unique violation: another writer may have added the same row meanwhile
}
_FOREIGN_KEY = "23503"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_conflict(error: DBAPIError) -> bool:
    """Tell whether repeating the transaction is worth it.

    A unique violation counts on PostgreSQL: a row that was looked for in vain may be there by then. On SQLite, where
    a writer is alone, it is certain.
    """
    if isinstance(error.orig, sqlite3.OperationalError):
        return error.orig.sqlite_errorcode & 0xFF in _BUSY
    return getattr(error.orig, "pgcode", None) in _CONFLICTS


def is_lost_reference(error: BaseException) -> bool:
    """Tell whether what a new row refers to was deleted after it was looked for, by a writer who was quicker."""
    if not isinstance(error, IntegrityError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY or getattr(error.orig, "pgcode", None) == _FOREIGN_KEY
