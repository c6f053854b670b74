"""Which postings a file has already held, in memory that does not grow with it."""

from __future__ import annotations

import sqlite3

from talentsphere.domains.jobs.importing.identity import Identity


class Seen:
    """The identities of one file, kept in a private temporary database on disk; close it after the file."""

    def __init__(self) -> None:
        self._scratch = sqlite3.connect("", isolation_level=None)
        self._scratch.execute("PRAGMA journal_mode = OFF")
        self._scratch.execute("BEGIN")
        self._scratch.execute(
            "CREATE TABLE seen (source, external_id, content_hash, line, PRIMARY KEY (source, external_id))"
            " WITHOUT ROWID"
        )

    def first_line_of(self, identity: Identity, line: int) -> tuple[int, bool] | None:
        """Remember the identity; return None when it is new, else (its first line, whether the content is the same)."""
        added = self._scratch.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)", (*identity, line))
        if added.rowcount:
            return None
        found = self._scratch.execute(
            "SELECT line, content_hash FROM seen WHERE source = ? AND external_id = ?", identity[:2]
        ).fetchone()
        return found[0], found[1] == identity.content_hash

    def close(self) -> None:
        self._scratch.close()
