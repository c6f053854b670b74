"""A file of 64-bit words that every process of the host reads as memory: has anything changed since I looked?

Whoever changes a thing writes a new random word into the thing's slot; whoever kept something about it keeps the
words it read *before* it looked, and uses what it kept only while they are the same. Two things may share a slot,
which costs a needless look and never an old answer.
"""

from __future__ import annotations

import mmap
import os
import secrets
import threading
from pathlib import Path
from zlib import crc32

SLOTS = 1 << 16
WORD_BYTES = 8


class Words:
    """The words in the file ``path``, which is made when it is missing and opened at the first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opening = threading.Lock()
        self._words: memoryview | None = None

    def read(self, *things: str) -> tuple[int, ...]:
        """Return the word of each thing (``session:17``)."""
        words = self._opened()
        return tuple([words[crc32(thing.encode()) % SLOTS] for thing in things])

    def renew(self, *things: str) -> None:
        """Give each thing a new word: what any process of the host kept about it is not used again."""
        words = self._opened()
        for thing in things:
            words[crc32(thing.encode()) % SLOTS] = secrets.randbits(64)

    def _opened(self) -> memoryview:
        if self._words is None:
            with self._opening:
                self._words = self._words or _mapped(self._path)
        return self._words


def _mapped(path: Path) -> memoryview:
    """Map the file; starters that make it at the same time make the same one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(descriptor, SLOTS * WORD_BYTES)  # what is there stays
        return memoryview(mmap.mmap(descriptor, SLOTS * WORD_BYTES)).cast("Q")
    finally:
        os.close(descriptor)
