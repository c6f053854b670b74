"""What a route or a value says about its caching: how long at most, on what it depends, for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Scope = Literal["public", "user", "company"]
Kind = Literal["api", "query", "file"]
SHORT = 5
"""``CACHE_PRESET=short`` divides every TTL by this."""
FAR_TTL_S = 60
"""The most while the words are in Redis: how long a host that is cut off may read what another one has changed."""


@dataclass(frozen=True)
class CachePolicy:
    """One policy; ``ttl_s`` is a safety net, as the words decide what is fresh.

    ``tags`` are those that every body of the policy depends on; a view adds its own with ``depends_on``. ``scope`` is
    for whom a body is: everybody, one user, or whoever reaches the same rows. ``every_s``: the body also changes by
    itself, at each multiple of so many seconds of the clock.
    """

    name: str
    ttl_s: int | None = None
    """None: ``CACHE_DEFAULT_EXPIRE``."""
    tags: tuple[str, ...] = ()
    scope: Scope = "public"
    every_s: int | None = None
    kind: Kind = "api"

    @property
    def own_tag(self) -> str:
        """The tag by which everything of the policy is cleared."""
        return f"policy:{self.name}"


@dataclass(frozen=True)
class Lifetimes:
    """How long policies last in this instance."""

    default_s: int = 300
    is_short: bool = False
    overrides: Mapping[str, int] | None = None
    """``CACHE_TTL_<POLICY>`` by the policy's name, in seconds; 0 switches the policy off."""
    most_s: int | None = None

    def ttl_of(self, policy: CachePolicy) -> int:
        """Return the seconds that a body of ``policy`` may be used."""
        own = policy.ttl_s or self.default_s
        ttl_s = (self.overrides or {}).get(policy.name, max(1, own // SHORT) if self.is_short else own)
        return ttl_s if self.most_s is None else min(ttl_s, self.most_s)

    def end_of(self, policy: CachePolicy, at: float) -> float:
        """Return when a body that is made ``at`` this time may be used no longer (seconds of the epoch)."""
        end = at + self.ttl_of(policy)
        if policy.every_s is None:
            return end
        return min(end, at - at % policy.every_s + policy.every_s)
