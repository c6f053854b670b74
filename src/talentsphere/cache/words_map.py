"""The words of one host: a file that its processes map as memory, so that looking costs no system call but one.

Whoever dies at any instruction leaves it right: a word is written whole, is only ever raised, and the lock under which
that happens is the kernel's. Readers take none. A file that was replaced or removed has no name any more, which every
look asks the kernel: nobody goes on using it.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

import structlog

from talentsphere.cache.words import BASE, SLOTS, Ask, Look

HEADER = 64
MAGIC, BOOT, INSTANCE, EPOCH, PENDING, HIGHEST, KNOWN = range(7)
FORMAT = int.from_bytes(b"TSWORDS2")
WORD_BYTES = 8
SIZE = (HEADER + SLOTS) * WORD_BYTES
RETIRED = (1 << 64) - 1
TRIES = 5
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

log = structlog.get_logger(__name__)


class _File:
    """One mapped file; it may have lost its name since."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self.is_whole = os.fstat(self.descriptor).st_size == SIZE
        self.words = memoryview(mmap.mmap(self.descriptor, SIZE)).cast("Q") if self.is_whole else memoryview(b"")

    def has_name(self) -> bool:
        return os.fstat(self.descriptor).st_nlink > 0

    def is_of(self, boot: int) -> bool:
        return self.is_whole and self.words[MAGIC] == FORMAT and self.words[BOOT] == boot

    def retire(self) -> None:
        """Let nobody who still has this file use a body again."""
        if self.is_whole:
            self.words[HEADER + BASE] = RETIRED

    @contextmanager
    def locked(self) -> Iterator[memoryview]:
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)  # lockf would see a deadlock where threads of two processes cross
        try:
            yield self.words
        finally:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)


class MapWords:
    """The table in the file ``path``, which is made when it is missing or from before the last boot."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._boot = _number_of(BOOT_ID.read_bytes())
        self._lock = threading.RLock()
        self._file: _File | None = None
        self._trusted: _File | None = None
        """The file that this process knows to be of its database."""

    def look(self, slots: Sequence[int]) -> Look | None:
        file = self._trusted
        if file is None or os.fstat(file.descriptor).st_nlink == 0:
            return None
        words = file.words
        if words[PENDING]:
            return None
        known, highest = words[KNOWN], words[HIGHEST]
        word = words[HEADER + BASE]
        for slot in slots:
            found = words[HEADER + slot]
            word = max(word, found)
        return Look(words[EPOCH], word, highest, known, words[INSTANCE])

    def is_fresh(self, epoch: int, slots: Sequence[int], horizon: int) -> bool:
        """Tell whether a body is fresh: ``look`` for the door, without making anything."""
        file = self._trusted
        if file is None or os.fstat(file.descriptor).st_nlink == 0:
            return False
        words = file.words
        if words[PENDING] or words[EPOCH] != epoch or words[HEADER + BASE] >= horizon:
            return False
        for slot in slots:  # noqa: SIM110  # a generator would cost more than the look
            if words[HEADER + slot] >= horizon:
                return False
        return True

    def raise_to(self, slots: Sequence[int], stamp: int, instance: int) -> None:
        for _ in range(TRIES):
            with self._lock:
                file = self._current()
                with file.locked() as words:
                    if words[INSTANCE] in (0, instance):
                        words[HIGHEST] = max(words[HIGHEST], stamp)
                        for slot in slots:
                            words[HEADER + slot] = max(words[HEADER + slot], stamp)
                        return
                    if file.has_name():
                        self._replace(file)
        raise OSError(f"{self._path} is taken by another database again and again")

    def note_horizon(self, horizon: int, instance: int) -> None:
        file = self._trusted
        if file is None or file.words[INSTANCE] != instance or file.words[KNOWN] >= horizon:
            return
        with self._lock, file.locked() as words:
            words[KNOWN] = max(words[KNOWN], horizon)

    def activate(self, ask: Ask) -> bool:
        for _ in range(TRIES):
            with self._lock:
                file = self._current()  # before asking: a write that comes later finds it
            asked = ask()
            with self._lock, file.locked() as words:
                if not file.has_name():
                    continue
                if words[INSTANCE] not in (0, asked.instance):
                    self._replace(file)
                    continue
                if words[PENDING]:
                    words[INSTANCE] = asked.instance
                    words[HEADER + BASE] = max(words[HEADER + BASE], asked.stamp)
                    words[HIGHEST] = max(words[HIGHEST], asked.stamp)
                    words[PENDING] = 0
                self._trusted = file
                return True
        return False

    def renew(self) -> None:
        with self._lock, self._current().locked() as words:
            words[EPOCH] = _random()

    def _current(self) -> _File:
        """Return the file that has the name now, made when there is none that is of any use."""
        for _ in range(TRIES):
            file = self._file
            if file is not None and file.has_name():
                return file
            if file is not None:
                file.retire()
                self._file = self._trusted = None
            if not self._path.exists():
                _make(self._path, self._boot)
            try:
                found = _File(self._path)
            except FileNotFoundError:
                continue
            if found.is_of(self._boot):
                self._file = found
            else:
                log.info("words_are_of_no_use", reason="an earlier boot, or another format")
                self._replace(found)
        raise OSError(f"{self._path} is replaced again and again")

    def _replace(self, file: _File) -> None:
        """Put a new file in the place of ``file``."""
        file.retire()
        _make(self._path, self._boot, in_place=True)
        self._file = self._trusted = None


def _make(path: Path, boot: int, *, in_place: bool = False) -> None:
    """Make a pending table; without ``in_place`` the first of several makers wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, SIZE)  # a page that found no room on the disk later would be SIGBUS
        header = [0] * HEADER
        header[MAGIC], header[BOOT], header[EPOCH], header[PENDING] = FORMAT, boot, _random(), 1
        os.pwrite(descriptor, b"".join(word.to_bytes(WORD_BYTES, sys.byteorder) for word in header), 0)
        if in_place:
            draft.rename(path)
            return
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    finally:
        os.close(descriptor)


def _number_of(text: bytes) -> int:
    return int.from_bytes(blake2b(text, digest_size=WORD_BYTES).digest())


def _random() -> int:
    return secrets.randbits(63) + 1
