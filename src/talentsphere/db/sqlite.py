"""What is particular to SQLite: WAL, foreign keys, durable commits, and transactions that say what they want.

A deferred transaction that turns to writing fails at once when another writer was faster, whatever the
timeout: 2,165 of 2,400 did in a test with eight processes. So writers begin with ``BEGIN IMMEDIATE``.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

WRITES = "talentsphere_writes"
"""The execution option of an engine whose transactions write."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # an acknowledged write survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -8192",  # KiB
    "PRAGMA temp_store = MEMORY",
)

UNAVAILABLE = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
}  # fmt: skip


def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    """Prepare a new connection; the driver's own transaction control is switched off."""
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


def on_begin(connection: Connection) -> None:
    """Begin as a reader or, on the writing engine, with the write lock taken; raises what a statement would raise."""
    driver: Any = connection.connection.driver_connection
    statement = "BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN"
    try:
        driver.execute(statement)
    except sqlite3.Error as error:  # SQLAlchemy does not translate what is raised in an event
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True) from error


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Tell whether SQLite waited in vain or its disk failed; its other errors of this class are wrong statements."""
    return error.sqlite_errorcode & 0xFF in UNAVAILABLE
