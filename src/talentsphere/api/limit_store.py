"""Where rate limits are counted: on this host always, and in Redis besides when several hosts share it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from limits.storage import Storage

from talentsphere.host.counters import Counters, Seen

if TYPE_CHECKING:
    from limits.storage import RedisStorage

PREFIX = "talentsphere:limits"
TIMEOUT_S = 0.1
PAUSE_S = 1.0
"""For so long Redis is not asked after it failed."""

log = structlog.get_logger(__name__)


class SharedStorage(Storage):
    """A storage of ``limits`` for its fixed windows: the host's counters, which follow Redis while it answers.

    Every hit counts on the host, so a Redis that is gone leaves the limit as it is for this host: the count goes on
    from where it was. Redis that is slow costs a worker ``TIMEOUT_S`` once in ``PAUSE_S``.
    """

    STORAGE_SCHEME = None

    def __init__(self, host: Counters, redis: RedisStorage | None = None) -> None:
        super().__init__()
        self._host, self._redis = host, redis
        self._paused_until = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``key`` and return its count: the highest that the host or Redis knows."""
        here = self._host.add(key, expiry, amount)
        everywhere = self._count_in_redis(key, expiry, amount)
        if everywhere is not None and everywhere.times > here.times:
            self._host.raise_to(key, everywhere)
            return everywhere.times
        return here.times

    def _count_in_redis(self, key: str, expiry: int, amount: int) -> Seen | None:
        if self._redis is None or time.monotonic() < self._paused_until:
            return None
        try:
            count = self._redis.incr(key, expiry, amount)
            return Seen(count, self._redis.get_expiry(key))
        except self._redis.base_exceptions as error:
            self._paused_until = time.monotonic() + PAUSE_S
            log.warning("limits_without_redis", error=type(error).__name__)
            return None

    def get(self, key: str) -> int:
        seen = self._host.find(key)
        return seen.times if seen else 0

    def get_expiry(self, key: str) -> float:
        seen = self._host.find(key)
        return seen.ends_at if seen else time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        """Forget every count of this host; those in Redis end with their windows."""
        self._host.forget_all()
        return None

    def clear(self, key: str) -> None:
        self._host.forget(key)


def redis_counters(url: str) -> RedisStorage:
    """Return the counters in the Redis at ``url``; nothing is connected before the first count."""
    from limits.storage import RedisStorage  # an instance without Redis does not load its client
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    options: dict[str, object] = {"retry": Retry(NoBackoff(), 0)}
    return RedisStorage(url, key_prefix=PREFIX, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, **options)  # type: ignore[arg-type]
