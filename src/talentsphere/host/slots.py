"""A small number for each process of the host: no two that live have the same, and the next one takes it over.

The number is a lock on a file, which the kernel releases however the process dies.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


class Slot:
    """The lowest free number of ``folder``, held until the process ends or closes it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in count():
            descriptor = _locked(_path(folder, number))
            if descriptor is not None:
                self.number, self._descriptor = number, descriptor
                return

    def close(self) -> None:
        os.close(self._descriptor)


@contextmanager
def free_slots(folder: Path) -> Iterator[list[int]]:
    """Give the numbers that were taken once and are free now; nobody takes one of them inside the block."""
    held = {}
    try:
        for path in folder.glob("slot-*"):
            descriptor = _locked(path)
            if descriptor is not None:
                held[int(path.name.partition("-")[2])] = descriptor
        yield sorted(held)
    finally:
        for descriptor in held.values():
            os.close(descriptor)


def _path(folder: Path, number: int) -> Path:
    return folder / f"slot-{number}"


def _locked(path: Path) -> int | None:
    """Lock the file and return its descriptor, or nothing when another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
