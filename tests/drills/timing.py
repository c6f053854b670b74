"""Samples of how long requests take, and whether two kinds can be told apart by them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from tests.drills.product import Line, instance
from tests.factories import PASSWORD, make_user

from talentsphere.domains.accounts.passwords import MEMORY_KIB

KNOWN, CLOSED, UNKNOWN = "known@example.org", "closed@example.org", "nobody@example.org"


def mann_whitney_p(one: list[float], other: list[float]) -> float:
    """Return the two-sided p of the normal approximation, ties apart: that both samples are of one distribution."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    n, m = len(one), len(other)
    rank_sum = sum(rank for rank, (_, which) in enumerate(ranked, 1) if which == 0)
    u = rank_sum - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def alike(one: list[float], other: list[float]) -> bool:
    """Tell whether medians (seconds) are within 5 ms, or the samples cannot be told apart."""
    return abs(statistics.median(one) - statistics.median(other)) < 0.005 or mann_whitney_p(one, other) > 0.01


def times(found, requests: dict[str, tuple[str, dict]], samples: int) -> dict[str, list[float]]:
    """Return how long each request takes, in seconds; in turn, so that all see the same machine."""
    seen: dict[str, list[float]] = {name: [] for name in requests}
    with found.serving(WORKERS="1") as server:
        line = Line(server.port)
        for number in range(samples):
            for name, (path, body) in requests.items():
                sent = {key: value.format(n=number) if isinstance(value, str) else value for key, value in body.items()}
                began = time.perf_counter()
                answer = line.ask("POST", path, sent)
                seen[name].append(time.perf_counter() - began)
                assert answer.status in (401, 202, 204, 200, 201), answer.body
        line.close()
    return seen


def said(seen: dict[str, list[float]]) -> str:
    first, *others = seen
    lines = [f"{name}: median {statistics.median(taken) * 1000:.2f} ms" for name, taken in seen.items()]
    lines += [f"{first} and {name}: p = {mann_whitney_p(seen[first], seen[name]):.3f}" for name in others]
    return "; ".join(lines)


def failed_login(email: str) -> tuple[str, dict]:
    return "/api/v2/auth/login", {"email": email, "password": "not the one"}


@contextmanager
def people(folder, make_settings) -> Iterator:
    """Give an instance whose people have passwords with the product's own cost."""
    strong = PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1).hash(PASSWORD)
    with instance(folder, make_settings, RATE_LIMIT_ENABLED="false") as found:
        with found.filling():
            make_user(email=KNOWN, password_hash=strong)
            make_user(email=CLOSED, password_hash=strong, is_active=False)
        yield found
