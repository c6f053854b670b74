"""Counters that every process of the host shares: how often has this key been seen in its window?

A file of fixed slots, mapped as memory. A key belongs to one row of slots, which is changed under a lock on a range of
the file (the kernel lets go of it when its process dies) and a lock of the threads. Every word is written at once and
a slot is made valid last, so what a process leaves that dies at any instruction is a free slot or a whole one.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROWS, SLOTS = 8192, 8
"""65,536 keys at a time; in a full row the key that was seen least makes room."""
SLOT_WORDS, WORD_BYTES = 4, 8
HASH_A, HASH_B, ENDS_MS, COUNT = range(SLOT_WORDS)
ROW_WORDS = SLOTS * SLOT_WORDS
ROW_BYTES = ROW_WORDS * WORD_BYTES
SIZE = ROWS * ROW_BYTES
LONGEST_MS = 24 * 3600 * 1000
"""No window is longer: an end beyond is of a clock that was set back."""


class Seen(NamedTuple):
    """How often a key was seen in its window, and when that ends (seconds of the epoch)."""

    times: int
    ends_at: float


class Counters:
    """The counters in the file ``path``, which is made when it is missing and opened at the first use.

    ``OSError`` when the file cannot be made or has no room on its disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = -1
        self._words: memoryview | None = None

    def add(self, key: str, window_s: float, amount: int = 1, *, now: float | None = None) -> Seen:
        """Count ``key`` and return its state; its window begins when it is seen first."""
        window_ms = int(window_s * 1000)
        with self._locked(key) as (words, row, digest):
            now_ms = _ms(now)  # not before: while one waits another may begin a window that would seem to be to come
            slot = _find(words, row, digest)
            if slot is None:
                slot = _free(words, row, now_ms)
                words[slot + HASH_A], words[slot + HASH_B] = digest
            if not now_ms < words[slot + ENDS_MS] <= now_ms + window_ms:  # over, or the clock was set back
                words[slot + ENDS_MS] = 0
                words[slot + COUNT] = 0
                words[slot + ENDS_MS] = now_ms + window_ms
            words[slot + COUNT] += amount
            return Seen(words[slot + COUNT], words[slot + ENDS_MS] / 1000)

    def find(self, key: str, *, now: float | None = None) -> Seen | None:
        """Return the state of ``key``, or nothing when it was not seen or its window is over."""
        with self._locked(key) as (words, row, digest):
            slot = _find(words, row, digest)
            if slot is None or words[slot + ENDS_MS] <= _ms(now):
                return None
            return Seen(words[slot + COUNT], words[slot + ENDS_MS] / 1000)

    def raise_to(self, key: str, seen: Seen) -> None:
        """Take over what another host knows of a ``key`` that was just counted here, when that is more."""
        with self._locked(key) as (words, row, digest):
            slot = _find(words, row, digest)
            if slot is not None and words[slot + COUNT] < seen.times:
                words[slot + COUNT] = seen.times
                words[slot + ENDS_MS] = _ms(seen.ends_at)

    def forget(self, key: str) -> None:
        """Let the window of ``key`` be over."""
        with self._locked(key) as (words, row, digest):
            slot = _find(words, row, digest)
            if slot is not None:
                words[slot + ENDS_MS] = 0

    def forget_all(self) -> None:
        """Let the window of every key be over."""
        with self._lock:
            words = self._opened()
            fcntl.lockf(self._file, fcntl.LOCK_EX, SIZE)
            try:
                for slot in range(0, ROWS * ROW_WORDS, SLOT_WORDS):
                    words[slot + ENDS_MS] = 0
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, SIZE)

    @contextmanager
    def _locked(self, key: str) -> Iterator[tuple[memoryview, int, tuple[int, int]]]:
        """Give the words, the first word of the row of ``key``, and its hash, while the row is locked."""
        digest = _digest(key)
        row = digest[0] % ROWS
        with self._lock:  # the other lock is the process's, so its threads would all pass
            words = self._opened()
            fcntl.lockf(self._file, fcntl.LOCK_EX, ROW_BYTES, row * ROW_BYTES)
            try:
                yield words, row * ROW_WORDS, digest
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, ROW_BYTES, row * ROW_BYTES)

    def _opened(self) -> memoryview:
        if self._words is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.posix_fallocate(self._file, 0, SIZE)  # a page that found no room on the disk later would be SIGBUS
            self._words = memoryview(mmap.mmap(self._file, SIZE)).cast("Q")
        return self._words


def _find(words: memoryview, row: int, digest: tuple[int, int]) -> int | None:
    for slot in range(row, row + ROW_WORDS, SLOT_WORDS):
        if words[slot + HASH_A] == digest[0] and words[slot + HASH_B] == digest[1]:
            return slot
    return None


def _free(words: memoryview, row: int, now_ms: int) -> int:
    """Return a slot whose window is over, else that of the key which was seen least: its window ends now.

    Whoever floods the file with keys that are seen once cannot push out a key that was seen often.
    """
    slots = range(row, row + ROW_WORDS, SLOT_WORDS)
    over = [slot for slot in slots if not now_ms < words[slot + ENDS_MS] <= now_ms + LONGEST_MS]
    slot = over[0] if over else min(slots, key=lambda slot: (words[slot + COUNT], words[slot + ENDS_MS]))
    words[slot + ENDS_MS] = 0
    return slot


def _digest(key: str) -> tuple[int, int]:
    digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8]), int.from_bytes(digest[8:])


def _ms(now: float | None) -> int:
    return int((time.time() if now is None else now) * 1000)
