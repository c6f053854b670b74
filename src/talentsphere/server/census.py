"""How many connections each worker of the host has, in memory that all of them share."""

from __future__ import annotations

import mmap

SLOTS = 256
SLACK = 2


class Census:
    """One number for each living worker; made in the master, so that forks share it. No lock: a guess is enough."""

    def __init__(self) -> None:
        self._counts = memoryview(mmap.mmap(-1, SLOTS * 4)).cast("I")

    def report(self, worker: int, connections: int) -> None:
        """Note what ``worker`` (gunicorn's age of it) has; zero is no worker, so one is added."""
        self._counts[worker % SLOTS] = connections + 1

    def forget(self, worker: int) -> None:
        """Leave ``worker`` out: it drains, or is gone."""
        self._counts[worker % SLOTS] = 0

    def is_crowded(self, worker: int) -> bool:
        """Tell whether ``worker`` has clearly more connections than the mean of all."""
        counts = [count for count in self._counts if count]
        return (self._counts[worker % SLOTS] - SLACK) * len(counts) > sum(counts)


CENSUS = Census()
