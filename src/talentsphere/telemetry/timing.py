"""What one request costs: its database statements and where its time goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Timing:
    """The running account of one request; times in seconds."""

    request_id: str = ""
    started: float = field(default_factory=time.perf_counter)
    statements: int = 0
    db_s: float = 0.0
    serialize_s: float = 0.0
    cache: str = ""
    """What the cache said: hit, miss, bypass; nothing for what is not cached."""

    def elapsed_s(self) -> float:
        return time.perf_counter() - self.started

    def server_timing(self) -> str:
        """Return the ``Server-Timing`` header; its durations are milliseconds."""
        total_s = self.elapsed_s()
        plural = "query" if self.statements == 1 else "queries"
        cache = f'cache;desc="{self.cache}", ' if self.cache else ""
        return cache + (
            f'db;dur={self.db_s * 1000:.1f};desc="{self.statements} {plural}", '
            f"ser;dur={self.serialize_s * 1000:.1f}, total;dur={total_s * 1000:.1f}"
        )


_current: ContextVar[Timing | None] = ContextVar("timing", default=None)


def start_timing(request_id: str) -> Timing:
    """Open the account of a request in this context."""
    timing = Timing(request_id)
    _current.set(timing)
    return timing


def current_timing() -> Timing | None:
    """Return the account of this context's request, if one is open."""
    return _current.get()


@contextmanager
def serializing() -> Iterator[None]:
    """Count the block as serialisation."""
    began = time.perf_counter()
    try:
        yield
    finally:
        timing = _current.get()
        if timing is not None:
            timing.serialize_s += time.perf_counter() - began
