"""At most so many at a time on this host, whatever the number of processes; who dies gives back what they held."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.004
"""How often the one thread of a process that is next looks for a free slot."""


class Busy(Exception):
    """No slot was free in time, or too many were waiting already."""


class HostSemaphore:
    """``slots`` for all processes that name the same ``folder``; ``waiting`` is how many threads of this one may wait.

    A slot is a file and a lock of an open file on it (flock), which the kernel gives back when the file is closed,
    by whatever end. Within a process threads wait for each other in memory, so that only one asks the kernel.
    """

    def __init__(self, folder: Path, name: str, *, slots: int, waiting: int, patience_s: float) -> None:
        self._files = [folder / f"{name}-{number}.lock" for number in range(slots)]
        self._patience_s = patience_s
        self._room = threading.BoundedSemaphore(slots + waiting)
        self._next = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold a slot for the block; raise ``Busy`` when none is free within the patience."""
        if not self._room.acquire(blocking=False):
            raise Busy
        try:
            descriptor = self._acquired(time.monotonic() + self._patience_s)
            try:
                yield
            finally:
                os.close(descriptor)
        finally:
            self._room.release()

    def _acquired(self, until_s: float) -> int:
        if not self._next.acquire(timeout=max(0.0, until_s - time.monotonic())):
            raise Busy
        try:
            return self._polled(until_s)
        finally:
            self._next.release()

    def _polled(self, until_s: float) -> int:
        while (descriptor := self._free_slot()) is None:
            if time.monotonic() >= until_s:
                raise Busy
            time.sleep(POLL_S)
        return descriptor

    def _free_slot(self) -> int | None:
        """Return the descriptor of a slot that is now ours, or nothing."""
        for path in self._files:
            descriptor = _opened(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            else:
                return descriptor
        return None


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)
