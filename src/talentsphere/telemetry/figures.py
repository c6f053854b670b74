"""What the processes of the host counted, summed: read from the files that ``metrics`` writes."""

from __future__ import annotations

import json
import math
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from prometheus_client.mmap_dict import MmapedDict

from talentsphere.telemetry.metrics import BOUNDS_S, STATEMENTS

FIGURES = "talentsphere.figures"
FORGET_S = 10.0
"""A process that has not said for so long how it is does not count as one."""


@dataclass
class Tally:
    """What answers cost: how many there were by bound of their time (seconds), how long they took together."""

    times: Counter[float] = field(default_factory=Counter)
    seconds: float = 0.0
    statements: float = 0.0
    errors: int = 0

    @property
    def requests(self) -> int:
        return self.times.total()

    def add(self, other: Tally) -> None:
        self.times.update(other.times)
        self.seconds += other.seconds
        self.statements += other.statements
        self.errors += other.errors

    def percentile_s(self, share: float) -> float:
        """Return the time that ``share`` of the answers took at most, in seconds; 0 when there are none."""
        wanted, below = share * self.times.total(), 0.0
        for bound in sorted(self.times):
            here = self.times[bound]
            if here and below + here >= wanted:
                return _between(bound, (wanted - below) / here)
            below += here
        return 0.0


@dataclass
class Figures:
    """Tallies by (method, route template), and what each living process said last."""

    routes: dict[tuple[str, str], Tally] = field(default_factory=dict)
    statuses: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Answers by (method, route, class of status)."""
    counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=Counter)
    """Every other counter by its name and labels."""
    processes: list[dict[str, float]] = field(default_factory=list)

    def tally(self, route: tuple[str, str]) -> Tally:
        """Return the tally of a route, made when it is new."""
        found = self.routes.get(route)
        if found is None:
            found = self.routes[route] = Tally()
        return found

    @property
    def all(self) -> Tally:
        total = Tally()
        for tally in self.routes.values():
            total.add(tally)
        return total

    def of_processes(self, name: str) -> float:
        """Return the sum of what the living processes said."""
        return sum(process.get(name, 0.0) for process in self.processes)


class FiguresReader:
    """Reads the files once for all who ask meanwhile: an answer was begun to be read after it was asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reading = threading.Lock()
        self._last: tuple[float, Figures] = (-math.inf, Figures())

    def read(self) -> Figures:
        asked_at = time.monotonic()
        with self._reading:
            if self._last[0] < asked_at:
                self._last = (time.monotonic(), read_figures(self._folder))
            return self._last[1]


def read_figures(folder: Path) -> Figures:
    """Return what all processes counted that have files in ``folder``."""
    figures = Figures()
    for path in folder.glob("histogram_*.db"):
        _add_times(figures, _values(path))
    for path in folder.glob("counter_*.db"):
        _add_statements(figures, _values(path))
    for path in folder.glob("gauge_liveall_*.db"):
        said = {sample.name: value for sample, value in _values(path)}
        if time.time() - said.get("sampled_at", 0.0) < FORGET_S:
            figures.processes.append(said)
    return figures


class _Sample(NamedTuple):
    """The meaning of a key: ``bound`` is that of a count of answers."""

    name: str
    route: tuple[str, str]
    status: str
    bound: float | None
    labels: tuple[tuple[str, str], ...] = ()


_samples: dict[str, _Sample] = {}
"""Keys of the files, parsed once: there are as many as routes and bounds."""


def _parsed(key: str) -> _Sample:
    _, name, labels, _ = json.loads(key)
    bound = float(labels["le"]) if "le" in labels else None
    return _Sample(
        name,
        (labels.get("method", ""), labels.get("route", "")),
        labels.get("status", ""),
        bound,
        tuple(labels.items()),
    )


def _values(path: Path) -> Iterator[tuple[_Sample, float]]:
    """Give each value of a file; one that a process makes larger or removes meanwhile is read as far as it goes."""
    read: Callable[[str], Iterable[tuple[str, float, float, int]]] = MmapedDict.read_all_values_from_file
    try:
        for key, value, _, _ in read(str(path)):
            sample = _samples.get(key)
            if sample is None:
                sample = _samples[key] = _parsed(key)
            yield sample, value
    except (FileNotFoundError, RuntimeError):
        return


def _add_times(figures: Figures, values: Iterable[tuple[_Sample, float]]) -> None:
    for sample, value in values:
        tally = figures.tally(sample.route)
        if sample.bound is None:
            tally.seconds += value
            continue
        number = round(value)
        tally.times[sample.bound] += number
        figures.statuses[(*sample.route, sample.status)] += number
        if sample.status == "5xx":
            tally.errors += number


def _add_statements(figures: Figures, values: Iterable[tuple[_Sample, float]]) -> None:
    for sample, value in values:
        if sample.name == f"{STATEMENTS}_total":
            figures.tally(sample.route).statements += value
        else:
            figures.counts[sample.name.removesuffix("_total"), sample.labels] += value  # type: ignore[assignment]


def _between(bound: float, share: float) -> float:
    """Return the time at ``share`` of the way to ``bound`` from the one below it; the bounds are a geometric row."""
    if math.isinf(bound):
        return BOUNDS_S[-1]
    index = bisect_left(BOUNDS_S, bound)
    below = BOUNDS_S[index - 1] if index else bound / 1.2
    return float(below * (bound / below) ** share)
