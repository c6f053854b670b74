"""What requests cost: counted in files that all processes of the host share, and that outlive each of them.

The files are those of prometheus-client's multiprocess mode, written without its metric objects, which cost several
times as much a request. A process takes the files of a slot (``host/slots.py``) and counts on in them, so figures
survive recycling and there are never more files than there were processes at a time.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path

import structlog
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.utils import floatToGoString

from talentsphere.host.slots import Slot, free_slots

METRICS = "talentsphere.metrics"
FOLDER = "run/metrics"
"""Below ``TALENTSPHERE_HOME``."""
REQUESTS, STATEMENTS = "talentsphere_request_seconds", "talentsphere_statements"
HELP = {REQUESTS: "Time to answer", STATEMENTS: "Database statements"}
BOUNDS_S = tuple(float(f"{0.0001 * 1.2**step:.3g}") for step in range(74))
"""0.1 ms to 60 s, each a fifth above the one before: a percentile read from them is within a tenth."""
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
UNCOUNTED = ("/health", "/metrics", "/performance", "/api/performance", "/api/cache", "/api/v1/health")
"""Addresses of monitors, which do not count what they themselves ask."""
UNCOUNTED_REQUEST = "talentsphere.uncounted"
"""In the environ of a request that the product makes of itself, to warm its cache."""
UNKNOWN = "(unknown)"
PREALLOCATED_BYTES = {"histogram": 1 << 20, "counter": 1 << 17, "gauge_liveall": 1 << 14}
"""A page that found no room on the disk later would end the process (SIGBUS)."""

log = structlog.get_logger(__name__)


class Metrics:
    """The figures that this process counts; its files are opened at the first request. Thread-safe, never raises."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests = 0
        self._lock = threading.Lock()
        self._series: dict[tuple[str | None, str, int], _Series | None] = {}
        self._slot: Slot | None = None
        self._files: dict[str, MmapedDict] = {}
        self._is_broken = False

    def observe(self, route: str | None, method: str, status: int, seconds: float, statements: int) -> None:
        """Count one answer of ``route`` (its template), unless a monitor asked for it."""
        key = (route, method, status // 100)
        try:
            series = self._series[key]
        except KeyError:
            series = self._new_series(*key)
        if series is not None:
            with self._lock:
                self.requests += 1
                series.observe(seconds, statements)

    def observe_many(self, route: str, method: str, status: int, seconds: float, times: int) -> None:
        """Count ``times`` answers of ``route`` that cost no statement and ``seconds`` each."""
        key = (route, method, status // 100)
        series = self._series[key] if key in self._series else self._new_series(*key)
        if series is not None:
            with self._lock:
                self.requests += times
                series.observe(seconds, 0, times)

    def add(self, name: str, labels: Mapping[str, str], amount: float) -> None:
        """Count ``amount`` more of the counter ``name`` with these labels."""
        with self._lock:
            file = self._file("counter")
            if file is not None:
                key = mmap_key(name, f"{name}_total", list(labels), list(labels.values()), HELP.get(name, name))
                file.write_value(key, file.read_value(key)[0] + amount, 0.0)

    def publish(self, gauges: Mapping[str, float]) -> None:
        """Say how this process is; it is forgotten when the process ends."""
        with self._lock:
            file = self._file("gauge_liveall")
            if file is not None:
                for name, value in gauges.items():
                    file.write_value(mmap_key(name, name, [], [], ""), value, 0.0)

    def _new_series(self, route: str | None, method: str, kind: int) -> _Series | None:
        with self._lock:
            if route is not None and route.startswith(UNCOUNTED):
                series = None
            else:
                labels = {"route": route or UNKNOWN, "method": method if method in METHODS else "OTHER"}
                times, statements = self._file("histogram"), self._file("counter")
                series = None
                if times is not None and statements is not None:
                    series = _Series(times, statements, {**labels, "status": f"{kind}xx"})
            if method in METHODS:  # what a client makes up must not fill the memory
                self._series[route, method, kind] = series
            return series

    def _file(self, kind: str) -> MmapedDict | None:
        if kind not in self._files and not self._is_broken:
            try:
                self._slot = self._slot or Slot(self.folder)
                path = self.folder / f"{kind}_{self._slot.number}.db"
                _preallocate(path, PREALLOCATED_BYTES[kind])
                self._files[kind] = MmapedDict(str(path))
            except OSError as error:
                self._is_broken = True
                log.error("metrics_cannot_be_kept", error=str(error))
        return self._files.get(kind)


class _Series:
    """The answers of one route, method and class of status."""

    def __init__(self, times: MmapedDict, statements: MmapedDict, labels: Mapping[str, str]) -> None:
        self._times, self._statements = times, statements
        names, values = [*labels, "le"], list(labels.values())
        bounds = [*map(floatToGoString, BOUNDS_S), "+Inf"]
        self._buckets = [
            mmap_key(REQUESTS, f"{REQUESTS}_bucket", names, [*values, bound], HELP[REQUESTS]) for bound in bounds
        ]
        self._sum = mmap_key(REQUESTS, f"{REQUESTS}_sum", list(labels), values, HELP[REQUESTS])
        self._total = mmap_key(STATEMENTS, f"{STATEMENTS}_total", list(labels), values, HELP[STATEMENTS])

    def observe(self, seconds: float, statements: int, times: int = 1) -> None:
        bucket = self._buckets[bisect_left(BOUNDS_S, seconds)]
        self._times.write_value(bucket, self._times.read_value(bucket)[0] + times, 0.0)
        self._times.write_value(self._sum, self._times.read_value(self._sum)[0] + seconds * times, 0.0)
        if statements:
            self._statements.write_value(self._total, self._statements.read_value(self._total)[0] + statements, 0.0)


def begin_anew(folder: Path) -> None:
    """Forget what processes counted that are gone; those that still run keep theirs."""
    with free_slots(folder) as numbers:
        for number in numbers:
            for kind in PREALLOCATED_BYTES:
                (folder / f"{kind}_{number}.db").unlink(missing_ok=True)


def forget_the_dead(folder: Path) -> None:
    """Forget how processes were that are gone; what they counted stays."""
    with free_slots(folder) as numbers:
        for number in numbers:
            (folder / f"gauge_liveall_{number}.db").unlink(missing_ok=True)


def _preallocate(path: Path, size: int) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    finally:
        os.close(descriptor)
