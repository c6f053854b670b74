"""Preparing long files beside the process that writes: batches in order, bounded memory, nothing for a short file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple

from talentsphere.domains.jobs.importing.prepare import Failed, Preparer, Raw
from talentsphere.domains.jobs.importing.store import Ready

ROWS_BEFORE = 2_000
"""Rows that are prepared in this process first: starting another costs about a second."""
SPAWN = get_context("spawn")


class Batch(NamedTuple):
    """Rows to prepare; ``position`` is where the file was read up to."""

    position: int
    rows: list[Raw]


Results = list[Ready | Failed]


def is_helper_of_use() -> bool:
    """Tell whether a process beside this one has a core of its own."""
    return len(os.sched_getaffinity(0)) > 1


def prepared(
    batches: Iterator[Batch], preparer: Callable[[], Preparer], *, helper: bool
) -> Iterator[tuple[int, Results]]:
    """Yield each batch's position and results, in order; ``preparer`` is asked for when there are rows.

    With a ``helper`` another process prepares the next batch of a long file while the caller stores this.
    """
    rows = 0
    for batch in batches:
        if helper and rows >= ROWS_BEFORE:
            yield from _one_ahead(batch, batches, preparer())
            return
        rows += len(batch.rows)
        yield batch.position, preparer()(batch.rows) if batch.rows else []


def _one_ahead(first: Batch, others: Iterable[Batch], preparer: Preparer) -> Iterator[tuple[int, Results]]:
    helper = _Helper(preparer)
    try:
        helper.begin(first.rows)
        under_way = first
        for batch in others:
            results = helper.end()
            helper.begin(batch.rows)
            yield under_way.position, results
            under_way = batch
        yield under_way.position, helper.end()
    finally:
        helper.close()


class _Helper:
    """Another process that prepares one batch at a time. After its death this process does it: only slower.

    No ``ProcessPoolExecutor``: it waits for ever for the rest of a result whose sender was killed while it wrote.
    Here nobody but the child holds the child's end, so its death ends what this process waits for; and it is sent to
    only while it waits to receive, so neither ever waits for the other to make room.
    """

    def __init__(self, preparer: Preparer) -> None:
        self._preparer = preparer
        self._rows: list[Raw] = []
        self._connection, childs_end = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_prepare_until_closed, args=(childs_end,), daemon=True)
        self._process.start()
        childs_end.close()
        self._is_lost = False
        self._send(preparer)

    def begin(self, rows: list[Raw]) -> None:
        self._rows = rows
        self._send(rows)

    def end(self) -> Results:
        """Return the results of the rows that were begun last."""
        if not self._is_lost:
            try:
                results: Results = self._connection.recv()
                return results
            except (EOFError, OSError):
                self._is_lost = True
        return self._preparer(self._rows)

    def close(self) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.join()

    def _send(self, what: Preparer | list[Raw]) -> None:
        if not self._is_lost:
            try:
                self._connection.send(what)
            except OSError:
                self._is_lost = True


def _prepare_until_closed(connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the caller's to answer
    with suppress(EOFError, OSError):
        preparer: Preparer = connection.recv()
        while True:
            connection.send(preparer(connection.recv()))
