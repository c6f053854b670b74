"""Preparing in another process, which may be killed at any moment."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from multiprocessing import active_children
from multiprocessing.process import BaseProcess

import psutil
import pytest
from tests.domains.jobs.importing.files import row

from talentsphere.db.base import now
from talentsphere.domains.jobs.importing.identity import identity_of
from talentsphere.domains.jobs.importing.pool import Batch, prepared
from talentsphere.domains.jobs.importing.prepare import Preparer, Raw
from talentsphere.domains.skills.extraction import Extractor

pytestmark = pytest.mark.once


def batches() -> Iterator[Batch]:
    """Yield eight batches, each long enough that the second is prepared in another process."""
    raws = [Raw(1, row(), identity_of(row(), "board", b""))] * 2_000
    for number in range(8):
        yield Batch(number, raws)


def kill(child: BaseProcess) -> None:
    os.kill(child.pid, signal.SIGKILL)


def kill_while_it_writes(child: BaseProcess) -> None:
    """Kill it when its result has filled the pipe: nobody reads, so it uses no time, and the rest never comes."""
    deadline = time.monotonic() + 30
    while not _rests(psutil.Process(child.pid)):
        assert time.monotonic() < deadline, "it never waited for room"
    kill(child)


def _rests(process: psutil.Process) -> bool:
    before = process.cpu_times()
    time.sleep(0.3)
    return process.cpu_times() == before


@pytest.mark.parametrize("end", [kill, kill_while_it_writes])
def test_a_killed_process_loses_no_batch(end):
    killed, positions = [], []
    for position, results in prepared(batches(), lambda: Preparer(Extractor([]), now()), helper=True):
        positions.append((position, len(results)))
        if position == 2:
            killed += active_children()
            for child in killed:
                end(child)

    assert [child.exitcode for child in killed] == [-signal.SIGKILL]
    assert positions == [(number, 2_000) for number in range(8)]


def test_no_process_is_left_behind_by_a_walk_that_breaks_off():
    for position, _ in prepared(batches(), lambda: Preparer(Extractor([]), now()), helper=True):
        if position == 2:
            break

    assert active_children() == []
