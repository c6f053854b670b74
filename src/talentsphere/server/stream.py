"""A response on its way from a thread to a reader who may be slower than it."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path

IN_MEMORY = 256 * 1024
ON_DISK = 64 * 1024 * 1024
PIECE = 64 * 1024
PATIENCE_S = 30.0


class ClientGoneError(Exception):
    """Nobody reads the response any more; the application's iterable is closed."""


class Waiters:
    """Bounds how many threads may wait for slow readers at the same time."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(max(1, most))

    def wait(self, room: threading.Condition) -> bool:
        """Wait for ``room``; False at once when too many wait already, or after ``PATIENCE_S``."""
        if not self._free.acquire(blocking=False):
            return False
        try:
            return room.wait(PATIENCE_S)
        finally:
            self._free.release()


class Stream:
    """Chunks in order: 256 kB in memory, then a temporary file of up to 64 MB, then the thread waits.

    The thread calls ``push``, then ``end`` or ``fail``; the loop iterates, and calls ``leave`` or ``stop``.
    """

    def __init__(self, post: Callable[[Callable[[], None]], None], waiters: Waiters) -> None:
        self._post = post
        self._waiters = waiters
        self._ready = asyncio.Event()
        self._room = threading.Condition()
        self._chunks: deque[bytes] = deque()
        self._memory_bytes = 0
        self._file: int | None = None
        self._written = self._read = 0
        self._ended = False
        self.failed = False
        self.left = False
        self._stopped = False

    # Called by the thread

    def push(self, chunk: bytes) -> None:
        """Hand over ``chunk``; ``ClientGoneError`` when nobody will read it."""
        with self._room:
            if self.left or self._stopped:
                raise ClientGoneError
            if self._file is None and (not self._chunks or self._memory_bytes + len(chunk) <= IN_MEMORY):
                self._chunks.append(chunk)
                self._memory_bytes += len(chunk)
            else:
                self._spill(chunk)
        self._post(self._ready.set)

    def _spill(self, chunk: bytes) -> None:
        while self._written - self._read + len(chunk) > ON_DISK and self._written > self._read:
            before = self._read
            if not self._waiters.wait(self._room) and self._read == before:
                self.failed = True
            if self.left or self.failed or self._stopped:
                raise ClientGoneError
        if self._file is None:
            self._file = _open_nameless()
            self._written = self._read = 0
        view = memoryview(chunk)
        while view:
            count = os.pwrite(self._file, view, self._written)
            self._written += count
            view = view[count:]

    def end(self) -> None:
        """Say that all chunks were pushed."""
        self._ended = True
        self._post(self._ready.set)

    def fail(self) -> None:
        """Say that the rest will never come."""
        self.failed = True
        self.end()

    # Called by the loop

    def leave(self) -> None:
        """Forget the reader: it is gone."""
        with self._room:
            self.left = True
            self._close()
            self._room.notify_all()
        self._ready.set()

    def stop(self) -> None:
        """End the response here, complete for its reader: event streams end so when the worker leaves."""
        with self._room:
            self._stopped = self._ended = True
        self._ready.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self.left:
            chunk = self._take()
            if chunk:
                yield chunk
            elif self._ended:
                break
            else:
                await self._ready.wait()
                self._ready.clear()
        with self._room:
            self._close()

    def _take(self) -> bytes:
        with self._room:
            if self._chunks:
                chunk = self._chunks.popleft()
                self._memory_bytes -= len(chunk)
                return chunk
            if self._file is None:
                return b""
            chunk = os.pread(self._file, PIECE, self._read)
            self._read += len(chunk)
            if self._read == self._written:
                self._close()
            self._room.notify_all()
            return chunk

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._written = self._read = 0


def _open_nameless() -> int:
    descriptor, name = tempfile.mkstemp(prefix="talentsphere-stream-")
    Path(name).unlink()
    return descriptor
