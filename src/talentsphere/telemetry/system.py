"""How the process and its machine are, asked in the background: a question of psutil never holds a request up."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import structlog

from talentsphere.telemetry.metrics import Metrics

SAMPLER = "talentsphere.sampler"
STARTED_AT = "talentsphere.started_at"
"""When the application was loaded: before the workers were forked (seconds of the epoch)."""
PERIOD_S = 2.0
RATE_OVER = 15
"""Samples over which requests a second are counted: half a minute."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Machine:
    """The host at one moment. Memory and disk (of the folder that the instance writes to) in bytes."""

    cpu_percent: float
    cores: int
    memory_total: int
    memory_available: int
    disk_total: int
    disk_free: int


class Sampler:
    """A thread of this process that samples; it starts with ``start()``, only ever after the fork."""

    def __init__(self, metrics: Metrics, home: Path, pool: Callable[[], Mapping[str, float]]) -> None:
        self._metrics, self._home, self._pool = metrics, home, pool
        self._sampled = threading.Condition()
        self._thread: threading.Thread | None = None
        self._machine: Machine | None = None
        self._seen: list[tuple[float, int]] = []

    def start(self) -> None:
        with self._sampled:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
                self._thread.start()

    def machine(self) -> Machine | None:
        """Return the last sample, at most a few seconds old; waits a moment for the first one of a process."""
        self.start()
        with self._sampled:
            self._sampled.wait_for(lambda: self._machine is not None, 1.0)
            return self._machine

    def _run(self) -> None:
        process = psutil.Process()
        process.cpu_percent()  # the first answer of each means nothing
        psutil.cpu_percent()
        time.sleep(0.1)
        while True:
            try:
                self._sample(process)
            except Exception:  # a sample that fails must not end all that follow
                log.exception("sample_failed")
            time.sleep(PERIOD_S)

    def _sample(self, process: psutil.Process) -> None:
        memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(self._home))
        machine = Machine(
            psutil.cpu_percent(), len(os.sched_getaffinity(0)), memory.total, memory.available, disk.total, disk.free
        )
        with self._sampled:
            self._machine = machine
            self._sampled.notify_all()
        self._metrics.publish({
            "process_cpu_percent": process.cpu_percent(),
            "process_memory_bytes": process.memory_info().rss,
            "requests_per_s": self._rate(),
            "sampled_at": time.time(),
            **self._pool(),
        })  # fmt: skip

    def _rate(self) -> float:
        self._seen = [*self._seen[-RATE_OVER:], (time.monotonic(), self._metrics.requests)]
        (began, before), (now, after) = self._seen[0], self._seen[-1]
        return (after - before) / (now - began) if now > began else 0.0
