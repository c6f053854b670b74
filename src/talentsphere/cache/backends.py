"""Where bodies live that processes share: a backend of Flask-Caching, given bytes and giving bytes."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO, Any, Protocol

from flask_caching.backends import FileSystemCache, RedisCache

from talentsphere.cache.breaker import Breaker, redis_client

PREFIX = "talentsphere:cache:body:"
MOST_BYTES = 256 * 1024 * 1024
"""Of files, after a sweep; three quarters of it are left when there were more."""
OLDEST_S = 86_400
"""No policy keeps anything for longer."""
SWEEP_EVERY = 1_000
"""Files that a process wrote."""


class Backend(Protocol):
    """A store of bytes that may lose everything at any moment. It raises nothing."""

    name: str

    def get(self, key: str) -> bytes | None:
        """Return what is stored, or nothing."""

    def put(self, key: str, data: bytes, ttl_s: int) -> None:
        """Store for ``ttl_s`` seconds at most."""

    def drop(self, key: str) -> None:
        """Forget one key."""


class _Bytes:
    """A serializer of cachelib that lets nothing but bytes, and its own counts of files, pass."""

    def dumps(self, value: Any) -> bytes:
        return value if isinstance(value, bytes) else b"%d" % value

    def loads(self, value: bytes | None) -> bytes | None:
        return value if isinstance(value, bytes) else None

    def dump(self, value: Any, file: IO[bytes]) -> None:
        file.write(self.dumps(value))

    def load(self, file: IO[bytes]) -> Any:
        data = file.read()
        return int(data) if data.isdigit() else data


class _RedisBytes(RedisCache):
    serializer: Any = _Bytes()


class _FileBytes(FileSystemCache):
    serializer: Any = _Bytes()


class RedisBodies:
    """Bodies in Redis, evicted by its own policy (``redis.conf``)."""

    name = "redis"

    def __init__(self, url: str) -> None:
        import redis

        self.client = redis_client(url, max_connections=64)
        self.breaker = Breaker("bodies", (redis.RedisError, OSError))
        self._bodies = _RedisBytes(host=self.client, key_prefix=PREFIX)

    def get(self, key: str) -> bytes | None:
        found: bytes | None = self.breaker.run(lambda: self._bodies.get(key), None)
        return found

    def put(self, key: str, data: bytes, ttl_s: int) -> None:
        self.breaker.run(lambda: self._bodies.set(key, data, timeout=max(1, ttl_s)), None)

    def drop(self, key: str) -> None:
        self.breaker.run(lambda: self._bodies.delete(key), None)


class FileBodies:
    """Bodies in files below ``folder``, which belongs to nobody else; bounded by ``most`` bytes at each sweep."""

    name = "filesystem"

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        self._folder, self._most = folder, most
        self._opened: _FileBytes | None = None
        self._written = 0

    def get(self, key: str) -> bytes | None:
        found: Any = self._files().get(key)
        return found if isinstance(found, bytes) else None

    def put(self, key: str, data: bytes, ttl_s: int) -> None:
        self._files().set(key, data, timeout=max(1, ttl_s))
        self._written += 1
        if self._written % SWEEP_EVERY == 0:
            self.sweep()

    def sweep(self) -> int:
        """Remove what is too old, and the oldest of what is too much; return the number of files removed."""
        with os.scandir(self._folder) as listed:
            found = sorted((status.st_mtime, status.st_size, path) for path, status in map(_status, listed) if status)
        total = sum(size for _, size, _ in found)
        least_time, bound = time.time() - OLDEST_S, self._most if total <= self._most else self._most * 3 // 4
        removed = 0
        for changed_at, size, path in found:
            if changed_at >= least_time and total <= bound:
                break
            Path(path).unlink(missing_ok=True)
            total -= size
            removed += 1
        return removed

    def drop(self, key: str) -> None:
        self._files().delete(key)

    def _files(self) -> _FileBytes:
        if self._opened is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._opened = _FileBytes(str(self._folder), threshold=0)  # it would count them at each write
        return self._opened


def _status(entry: os.DirEntry[str]) -> tuple[str, os.stat_result | None]:
    try:
        return entry.path, entry.stat()
    except FileNotFoundError:  # another process removed or renamed it just now
        return entry.path, None
