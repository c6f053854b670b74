"""The figures as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from talentsphere.api.cache_setup import COUNTED
from talentsphere.telemetry.figures import Figures, Tally
from talentsphere.telemetry.metrics import BOUNDS_S, HELP, REQUESTS, STATEMENTS

CONTENT_TYPE = CONTENT_TYPE_LATEST
EXPORTED_S = BOUNDS_S[::5]
"""Every fifth bound: enough for alerts, and a fifth of the series."""
GAUGES = {
    "process_cpu_percent": "Processor time of the workers",
    "process_memory_bytes": "Resident memory of the workers",
    "pool_in_use": "Database connections in use",
    "pool_limit": "Database connections that may be open",
}


def exposition(figures: Figures) -> bytes:
    """Return the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(figures))
    return generate_latest(registry)


class _Once(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        times = HistogramMetricFamily(REQUESTS, HELP[REQUESTS], labels=("method", "route"))
        statements = CounterMetricFamily(STATEMENTS, HELP[STATEMENTS], labels=("method", "route"))
        for route, tally in sorted(self._figures.routes.items()):
            times.add_metric(route, _cumulated(tally), tally.seconds)
            statements.add_metric(route, tally.statements)
        answers = CounterMetricFamily("talentsphere_answers", "Answers", labels=("method", "route", "status"))
        for labels, number in sorted(self._figures.statuses.items()):
            answers.add_metric(labels, number)
        cache = CounterMetricFamily(COUNTED, "Answers of the cache", labels=("policy", "layer", "event"))
        inconsistent = 0.0
        for (name, pairs), amount in sorted(self._figures.counts.items()):
            if name == COUNTED:
                cache.add_metric([value for _, value in pairs], amount)
                inconsistent += amount * (dict(pairs)["event"] == "inconsistent")
        older = CounterMetricFamily("cache_inconsistent", "Hits that were older than the database", inconsistent)
        yield from (times, statements, answers, cache, older)
        for name, text in GAUGES.items():
            yield GaugeMetricFamily(f"talentsphere_{name}", text, self._figures.of_processes(name))


def _cumulated(tally: Tally) -> list[tuple[str, float]]:
    bounds = [*EXPORTED_S, float("inf")]
    counted = [sum(number for bound, number in tally.times.items() if bound <= upper) for upper in bounds]
    return [
        ("+Inf" if upper == float("inf") else str(upper), number) for upper, number in zip(bounds, counted, strict=True)
    ]
