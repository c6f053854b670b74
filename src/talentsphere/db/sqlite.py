"""What is particular to SQLite: WAL, foreign keys, durable commits, and transactions that say what they want.

A deferred transaction that turns to writing fails at once when another writer was faster, whatever the
timeout: 2,165 of 2,400 did in a test with eight processes. So writers begin with ``BEGIN IMMEDIATE``.
"""

from __future__ import annotations

import random
import sqlite3
import time
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

LOOKS_S = (0.001, 0.005)
"""Between two looks for the write lock."""

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
    writes = connection.get_execution_options().get(WRITES)
    statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
    try:
        if writes:
            _take_the_write_lock(driver)
        else:
            driver.execute(statement)
    except sqlite3.Error as error:  # SQLAlchemy does not translate what is raised in an event
        raise DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True) from error


def _take_the_write_lock(driver: sqlite3.Connection) -> None:
    """Wait for the lock as long as the connection may wait at all, looking for it as often as every other writer.

    SQLite looks the less often the longer it has waited, at last each 100 ms: where many write, some wait for ever.
    """
    patience_ms = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    until = time.monotonic() + patience_ms / 1000
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                    raise
            time.sleep(random.uniform(*LOOKS_S))  # noqa: S311  # they must not all look at once
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience_ms:d}")


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Tell whether SQLite waited in vain or its disk failed; its other errors of this class are wrong statements."""
    return error.sqlite_errorcode & 0xFF in UNAVAILABLE
