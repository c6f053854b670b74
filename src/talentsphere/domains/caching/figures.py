"""What the cache did, of all processes of this host."""

from __future__ import annotations

from collections import Counter
from typing import Any

from talentsphere.api.cache_setup import COUNTED
from talentsphere.cache.core import Cache
from talentsphere.telemetry.figures import Figures

LAYERS = ("door", "memory", "shared")


def cache_figures(cache: Cache, figures: Figures) -> dict[str, Any]:
    """Return the counts by policy and by layer, and how this process's memory is."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for (name, labels), amount in figures.counts.items():
        if name == COUNTED:
            known = dict(labels)
            counted[known["policy"], known["layer"], known["event"]] += round(amount)
    policies = sorted({policy for policy, _, _ in counted})
    look, memory, backend = cache.words.look(()), cache.store.memory, cache.store.backend
    return {
        **_totals(counted),
        "inconsistent": _sum(counted, event="inconsistent"),
        "compared": _sum(counted, event="compared"),
        "damaged": _sum(counted, event="damaged"),
        "policies": {policy: _totals(counted, policy) for policy in policies},
        "layers": {layer: {"hits": _sum(counted, layer=layer, event="hit")} for layer in LAYERS},
        "memory": {
            "entries": len(memory), "bytes": memory.used, "limit_bytes": memory.budget, "evicted": memory.evicted,
        },
        "store": backend.name if backend is not None else "memory",
        "words": "in use" if look is not None else "pending",
    }  # fmt: skip


def _totals(counted: Counter[tuple[str, str, str]], policy: str | None = None) -> dict[str, Any]:
    hits, misses = _sum(counted, policy, event="hit"), _sum(counted, policy, event="miss")
    return {
        "hits": hits,
        "misses": misses,
        "bypassed": _sum(counted, policy, event="bypass"),
        "hit_rate": round(hits / (hits + misses), 4) if hits + misses else 0.0,
        "saved_bytes": _sum(counted, policy, event="saved_bytes"),
    }


def _sum(
    counted: Counter[tuple[str, str, str]], policy: str | None = None, layer: str | None = None, event: str = ""
) -> int:
    return sum(
        number
        for (of, where, what), number in counted.items()
        if what == event and policy in (None, of) and layer in (None, where)
    )
