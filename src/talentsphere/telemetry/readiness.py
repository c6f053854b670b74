"""Can this process serve? Asked of the database and Redis in the background, never in a request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

import structlog

Status = Literal["ok", "degraded", "unavailable"]
Probe = Callable[[], None]
"""Raises when the part it asks does not answer."""

Parts = tuple[bool, bool | None]
"""Whether what is needed and what is wished answers; None: nothing is wished."""

PERIOD_S = 0.25
"""Between the end of one probe and the begin of the next."""
FORGET_S = 1.0
"""An older answer does not count."""
PATIENCE_S = 2.0
"""A question waits for a probe that is late, on a busy machine, until that probe is so old."""

log = structlog.get_logger(__name__)


class Readiness:
    """The last word of a background thread, which starts with the first question of a process.

    ``needed`` must answer, or the instance is unavailable; without ``wished`` it is degraded. A probe that hangs
    makes its answer old, and an old answer counts as unavailable.
    """

    def __init__(self, needed: Probe, wished: Probe | None) -> None:
        self._needed, self._wished = needed, wished
        self._answered = threading.Condition()
        self._thread: threading.Thread | None = None
        self._status: Status | None = None
        self._answered_at = self._due_at = 0.0
        self._parts: Parts = (False, None)

    def status(self) -> Status:
        """Return the last status, which is at most ``FORGET_S`` old.

        Waits, at most ``PATIENCE_S``, only for the first answer of a process and for one that is late; while the
        instance is unavailable, and as soon as the probe hangs for longer, it returns at once.
        """
        with self._answered:
            self._start()
            if self._status != "unavailable":
                self._answered.wait_for(self._is_fresh, self._due_at + PATIENCE_S - time.monotonic())
            return self._status if self._status and self._is_fresh() else "unavailable"

    def parts(self) -> Parts:
        """Return which parts answered the probe that ``status()`` tells of."""
        is_up = self.status() != "unavailable"
        return self._parts if is_up else (False, None if self._wished is None else self._parts[1])

    def _is_fresh(self) -> bool:
        return self._status is not None and time.monotonic() - self._answered_at <= FORGET_S

    def _start(self) -> None:
        if self._thread is None:
            self._due_at = time.monotonic()
            self._thread = threading.Thread(target=self._run, name="readiness", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            self._answer(self._probe())
            time.sleep(PERIOD_S)

    def _answer(self, status: Status) -> None:
        with self._answered:
            if status != self._status:
                log.info("readiness", status=status)
            self._status, self._answered_at = status, time.monotonic()
            self._due_at = self._answered_at + PERIOD_S
            self._answered.notify_all()

    def _probe(self) -> Status:
        is_up = _answers(self._needed)
        has_wished = None if self._wished is None else _answers(self._wished)
        self._parts = (is_up, has_wished)
        if not is_up:
            return "unavailable"
        return "degraded" if has_wished is False else "ok"


def redis_probe(url: str) -> Probe:
    """Return a probe of the Redis at ``url``: 100 ms and no retries."""
    import redis  # an instance without Redis does not load it
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis.Redis.from_url(url, socket_timeout=0.1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0))

    def ping() -> None:
        client.ping()

    return ping


def _answers(probe: Probe) -> bool:
    try:
        probe()
    except Exception:  # whatever a driver raises means that it does not answer
        return False
    return True
