"""Redis as the cache uses it: 100 ms of patience, no retries, and a pause after a failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

if TYPE_CHECKING:
    import redis

TIMEOUT_S = 0.1
PAUSE_S = 1.0
"""For so long nobody of this process asks again after a failure."""
Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class Breaker:
    """Keeps a process from waiting for what does not answer: after a failure, ``PAUSE_S`` of nothing at all.

    Then one asks, and the others wait for what it finds: else each thread would lose its tenth of a second.
    """

    def __init__(self, name: str, failures: tuple[type[Exception], ...]) -> None:
        self._name, self._failures = name, failures
        self._lock = threading.Lock()
        self._open_until = 0.0
        self.failed = 0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def run(self, ask: Callable[[], Result], default: Result) -> Result:
        """Return what ``ask`` returns, or ``default`` at once while the breaker is open and when it fails."""
        if not self._may_ask():
            return default
        try:
            result = ask()
        except self._failures as error:
            self.trip(error)
            return default
        self._open_until = 0.0
        return result

    def _may_ask(self) -> bool:
        if self._open_until == 0.0:
            return True
        with self._lock:
            if self.is_open:
                return False
            self._open_until = time.monotonic() + PAUSE_S
            return True

    def trip(self, error: Exception) -> None:
        """Ask nothing for a while."""
        with self._lock:
            self.failed += 1
            self._open_until = time.monotonic() + PAUSE_S
        log.warning("cache_without_redis", part=self._name, error=type(error).__name__)


def redis_client(url: str, **options: Any) -> redis.Redis:
    """Return a client of the Redis at ``url``; nothing is connected before the first question."""
    import redis  # an instance without Redis does not load its client
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0), **options
    )
