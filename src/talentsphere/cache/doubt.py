"""What the processes of this host could not tell a far table: the highest stamp of such a write, or nothing.

A word in a small mapped file of the host: while it holds a stamp, no process of the host uses a cached body.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
from collections.abc import Callable
from pathlib import Path

SIZE = 4096


class Doubt:
    """The word in the file ``path``, which is made when it is missing and opened at the first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor = -1
        self._word: memoryview | None = None

    def is_clear(self) -> bool:
        return self.read() == 0

    def read(self) -> int:
        """Return the stamp, 0 for none."""
        word = self._word if self._word is not None else self._opened()
        return word[0]

    def raise_to(self, stamp: int) -> None:
        """Note a write that the table was not told of."""
        self._change(lambda found: max(found, stamp))

    def clear(self, told: int) -> None:
        """Note that the table was told of everything up to ``told``."""
        self._change(lambda found: 0 if found <= told else found)

    def _change(self, change: Callable[[int], int]) -> None:
        with self._lock:
            word = self._opened()
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                word[0] = change(word[0])
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _opened(self) -> memoryview:
        if self._word is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.posix_fallocate(self._descriptor, 0, SIZE)
            self._word = memoryview(mmap.mmap(self._descriptor, SIZE)).cast("Q")
        return self._word
