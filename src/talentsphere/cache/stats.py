"""What the cache did, counted by policy, layer and event; a process adds its counts to the host's now and then."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

Labels = tuple[str, str, str]
"""(policy, layer, event)."""
Sink = Callable[[Mapping[Labels, float]], None]
FLUSH_S = 1.0
HIT, MISS, BYPASS, SAVED = "hit", "miss", "bypass", "saved_bytes"


class Stats:
    """Counts in memory until ``sink`` takes them, at most a second later while anything is counted."""

    def __init__(self, sink: Sink | None = None) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._counts: Counter[Labels] = Counter()
        self._flushed_at = time.monotonic()

    def count(self, policy: str, layer: str, event: str, amount: int = 1) -> None:
        with self._lock:
            self._counts[policy, layer, event] += amount
        if self._sink is not None and time.monotonic() - self._flushed_at > FLUSH_S:
            self.flush()

    def add(self, counts: Mapping[Labels, int]) -> None:
        """Count what somebody else has counted meanwhile."""
        with self._lock:
            self._counts.update(counts)
        self.flush()

    def flush(self) -> None:
        """Give the counts away."""
        if self._sink is None:
            return
        with self._lock:
            taken, self._counts = self._counts, Counter()
            self._flushed_at = time.monotonic()
        if taken:
            self._sink(taken)

    def of(self, event: str, policy: str | None = None) -> int:
        """Return how often it happened and was not given away: for instances without a sink."""
        with self._lock:
            return sum(n for (of, _, what), n in self._counts.items() if what == event and policy in (None, of))
