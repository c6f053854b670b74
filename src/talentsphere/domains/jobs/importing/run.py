"""Importing whole files: what is unchanged is skipped early, the rest is written in batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import BinaryIO, NamedTuple

from sqlalchemy.exc import DBAPIError

from talentsphere.db.base import now
from talentsphere.db.conflicts import is_conflict
from talentsphere.db.session import is_unavailable, reading, writing
from talentsphere.domains.jobs.importing.companies import Companies
from talentsphere.domains.jobs.importing.identity import identity_of, source_of_file
from talentsphere.domains.jobs.importing.pool import Batch, is_helper_of_use, prepared
from talentsphere.domains.jobs.importing.posting import Record, Refused, Reject
from talentsphere.domains.jobs.importing.prepare import Failed, Preparer, Raw
from talentsphere.domains.jobs.importing.readers import records_of
from talentsphere.domains.jobs.importing.seen import Seen
from talentsphere.domains.jobs.importing.store import Ready, Stored, known_hashes, store
from talentsphere.domains.skills.queries import dictionary_version
from talentsphere.domains.skills.store import load_extractor

BATCH = 500
BATCH_BYTES = 2 * 1024 * 1024
TRIES = 4
"""Of a batch that another writer is in the way of."""


class Source(NamedTuple):
    """A file to import; ``open`` gives its bytes, ``size`` (0 when unknown) is for the progress bar."""

    name: str
    open: Callable[[], BinaryIO]
    size: int = 0


@dataclass(frozen=True)
class Options:
    """How to import. ``source`` goes before what rows and file names say; ``columns`` is ``mapping_of``."""

    source: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    dry_run: bool = False
    helper: bool = field(default_factory=is_helper_of_use)
    """Whether another process prepares the rows of long files."""


@dataclass
class Summary:
    """What became of the rows: each that was read is in exactly one of the four other counts."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    seconds: float = 0.0
    unreadable: int = 0
    """Of the rejected: files that could not be opened, and rows that no field could be read of."""

    def as_dict(self) -> dict[str, float]:
        return {name: count for name, count in asdict(self).items() if name != "unreadable"}

    @property
    def readable(self) -> int:
        return self.read - self.unreadable


class Watcher:
    """Is told what happens; the command line draws and writes with it."""

    def began(self, source: Source) -> None:
        """A file is opened."""

    def advanced(self, position: int, summary: Summary) -> None:
        """A batch is done; ``position`` is in bytes of the file as it is stored."""

    def rejected(self, reject: Reject) -> None:
        """A row was not taken."""


def import_files(sources: Iterable[Source], options: Options, watcher: Watcher | None = None) -> Summary:
    """Import every file and return the counts; only a database that is gone stops the run.

    Needs an application context. Each batch is a transaction, so an interrupted run can simply be repeated.
    """
    begun = time.perf_counter()
    importer = _Importer(options, watcher or Watcher())
    for source in sources:
        importer.take(source)
    importer.summary.seconds = round(time.perf_counter() - begun, 3)
    return importer.summary


class _Importer:
    def __init__(self, options: Options, watcher: Watcher) -> None:
        self.summary = Summary()
        self._options = options
        self._watcher = watcher
        self._companies = Companies()
        with reading() as session:
            self._salt = (dictionary_version(session) or "").encode()[:64]

    @cached_property
    def _preparer(self) -> Preparer:
        """Made when the first row has changed: the dictionary takes half a second to load."""
        with reading() as session:
            extractor, _ = load_extractor(session)
        return Preparer(extractor, now())

    def take(self, source: Source) -> None:
        self._watcher.began(source)
        try:
            file = source.open()
        except OSError as error:
            self.summary.read += 1
            self.summary.unreadable += 1
            self._reject(source, 0, f"cannot be opened: {error.strerror or error}")
            return
        with file, closing(Seen()) as seen:
            batches = self._batches(source, file, seen)
            for position, results in prepared(batches, lambda: self._preparer, helper=self._options.helper):
                self._store(source, self._taken(source, results))
                self._watcher.advanced(position, self.summary)

    def _batches(self, source: Source, file: BinaryIO, seen: Seen) -> Iterator[Batch]:
        for records in _batched(records_of(file, self._options.columns, self._options.form)):
            self.summary.read += len(records)
            rows = self._changed(list(self._identified(source, records, seen)))
            yield Batch(_position(file), rows)

    def _taken(self, source: Source, results: Iterable[Ready | Failed]) -> list[Ready]:
        taken = []
        for result in results:
            if isinstance(result, Failed):
                self._reject(source, *result)
            else:
                taken.append(result)
        return taken

    def _identified(self, source: Source, batch: Iterable[Record], seen: Seen) -> Iterator[Raw]:
        """Yield the rows that can be told apart and stand in the file for the first time."""
        fallback = source_of_file(source.name)
        for record in batch:
            try:
                raw = self._raw(record, fallback)
                earlier = seen.first_line_of(raw.identity, record.line)
                if earlier is None:
                    yield raw
                elif earlier[1]:
                    self.summary.unchanged += 1
                else:
                    self._reject(
                        source, record.line, f"the same external_id stands on line {earlier[0]} with other content"
                    )
            except Refused as refusal:
                self._reject(source, record.line, str(refusal))

    def _raw(self, record: Record, fallback: str) -> Raw:
        if record.refused is not None:
            self.summary.unreadable += 1
            raise Refused(record.refused)
        fields = {**record.fields, "source": self._options.source} if self._options.source else record.fields
        return Raw(record.line, fields, identity_of(fields, fallback, self._salt))

    def _changed(self, rows: Sequence[Raw]) -> list[Raw]:
        with reading() as session:
            known = known_hashes(session, [row.identity[:2] for row in rows])
        changed = [row for row in rows if known.get(row.identity[:2]) != row.identity.content_hash]
        self.summary.unchanged += len(rows) - len(changed)
        return changed

    def _store(self, source: Source, ready: Sequence[Ready]) -> None:
        """Write in one transaction; when the database refuses the batch, halve it until the row is found."""
        if not ready:
            return
        try:
            stored = _counted(ready) if self._options.dry_run else self._written(ready)
        except DBAPIError as error:
            self._companies.forget()
            if is_unavailable(error):
                raise
            self._store_halves(source, ready, error)
            return
        self.summary.added += stored.added
        self.summary.updated += stored.updated

    def _written(self, ready: Sequence[Ready]) -> Stored:
        """Write in one transaction, and again when another writer was in the way."""
        for _ in range(TRIES - 1):
            try:
                return self._written_once(ready)
            except DBAPIError as error:
                self._companies.forget()
                if not is_conflict(error):
                    raise
        return self._written_once(ready)

    def _written_once(self, ready: Sequence[Ready]) -> Stored:
        with writing() as session:
            return store(session, ready, self._companies, now())

    def _store_halves(self, source: Source, ready: Sequence[Ready], error: DBAPIError) -> None:
        if len(ready) == 1:
            self._reject(source, ready[0].line, f"the database refused it: {type(error.orig).__name__}")
            return
        half = len(ready) // 2
        self._store(source, ready[:half])
        self._store(source, ready[half:])

    def _reject(self, source: Source, line: int, reason: str) -> None:
        self.summary.rejected += 1
        self._watcher.rejected(Reject(source.name, line, reason))


def _counted(ready: Sequence[Ready]) -> Stored:
    with reading() as session:
        known = known_hashes(session, [each.key for each in ready])
    return Stored(len(ready) - len(known), len(known))


def _batched(records: Iterator[Record]) -> Iterator[list[Record]]:
    batch, size = list[Record](), 0
    for record in records:
        batch.append(record)
        size += record.size
        if len(batch) == BATCH or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _position(file: BinaryIO) -> int:
    try:
        return file.tell()
    except (OSError, ValueError):
        return 0
