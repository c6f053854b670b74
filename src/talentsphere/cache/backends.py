"""Where bodies live that processes share: a backend of Flask-Caching, given bytes and giving bytes."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any, Protocol

from flask_caching.backends import FileSystemCache, RedisCache

from talentsphere.cache.breaker import Breaker, redis_client

PREFIX = "talentsphere:cache:body:"
MOST_FILES = 20_000


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
    """Bodies in files below ``folder``, which belongs to nobody else."""

    name = "filesystem"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: _FileBytes | None = None

    def get(self, key: str) -> bytes | None:
        found: Any = self._files().get(key)
        return found if isinstance(found, bytes) else None

    def put(self, key: str, data: bytes, ttl_s: int) -> None:
        self._files().set(key, data, timeout=max(1, ttl_s))

    def drop(self, key: str) -> None:
        self._files().delete(key)

    def _files(self) -> _FileBytes:
        if self._opened is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._opened = _FileBytes(str(self._folder), threshold=MOST_FILES)
        return self._opened


class WarmedBodies(FileBodies):
    """What was warmed, in files, for workers that share nothing else: all read it, and only warming writes."""

    name = "memory"

    def put(self, key: str, data: bytes, ttl_s: int) -> None:
        """Keep nothing: it is in the memory of who computed it."""

    def offer(self, key: str, data: bytes, ttl_s: int) -> None:
        """Store for all."""
        super().put(key, data, ttl_s)
