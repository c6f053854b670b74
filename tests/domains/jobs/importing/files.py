"""Files for the importer, made of what a test shows."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from typing import Any

import orjson

from talentsphere.domains.jobs.importing.posting import Record, Reject
from talentsphere.domains.jobs.importing.readers import records_of
from talentsphere.domains.jobs.importing.run import Options, Source, Summary, Watcher, import_files

ROW: dict[str, Any] = {
    "source": "board",
    "external_id": "1",
    "title": "Data Engineer",
    "company": "Viamo",
    "location": "Toronto, Ontario, Canada",
    "description": "We use Python and SQL.",
}


def row(**fields: Any) -> dict[str, Any]:
    """Return a row that is taken, with what a test changes."""
    return {**ROW, **fields}


def lines(*rows: Any) -> bytes:
    """Return JSON lines; a row in bytes stands as it is."""
    return b"".join((each if isinstance(each, bytes) else orjson.dumps(each)) + b"\n" for each in rows)


def records(content: bytes, **columns: str) -> list[Record]:
    return list(records_of(io.BytesIO(content), columns))


class Rejects(Watcher):
    """Keeps the rejects."""

    def __init__(self) -> None:
        self.all: list[Reject] = []

    def rejected(self, reject: Reject) -> None:
        self.all.append(reject)

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(reject.line, reject.reason) for reject in self.all]


def import_bytes(app: Any, content: bytes, name: str = "board.jsonl", **options: Any) -> tuple[Summary, Rejects]:
    """Import ``content`` in this process and return the counts and the rejects."""
    rejects = Rejects()
    with app.app_context():
        source = Source(name, lambda: io.BytesIO(content))
        return import_files([source], Options(**{"helper": False, **options}), rejects), rejects


def import_rows(app: Any, *rows: Any, **options: Any) -> tuple[Summary, Rejects]:
    return import_bytes(app, lines(*rows), **options)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    """(added, updated, unchanged, rejected)"""
    return summary.added, summary.updated, summary.unchanged, summary.rejected


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def all_counted(summary: Summary) -> bool:
    return summary.read == sum(counts(summary))


def titles(found: Iterable[Record]) -> list[Any]:
    return [record.fields.get("title") for record in found]
