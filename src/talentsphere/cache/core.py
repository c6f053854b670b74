"""The cache: finds a body that is as fresh as the database, or has it computed once and keeps it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from talentsphere.cache.dependencies import collecting, current_dependencies
from talentsphere.cache.entry import LARGEST, SMALLEST, Entry, compressed
from talentsphere.cache.flight import Flights
from talentsphere.cache.policy import CachePolicy, Lifetimes
from talentsphere.cache.stats import HIT, MISS, SAVED, Stats
from talentsphere.cache.store import Store
from talentsphere.cache.words import Asked, Look, WordTable, slots_of

CACHE = "talentsphere.cache"
SAMPLE_EVERY = 1000
"""One hit of so many is compared with the database."""
INCONSISTENT = "inconsistent"
ACTIVATION_S = 0.5
"""For so long a thread waits for another that activates the table: what it computes without one is kept nowhere."""

KEY = "key:"
"""Begins the tag that one body has for itself, so that it can be cleared in every layer and worker at once."""

Found = tuple[Entry, str | None]
"""An entry, and the layer that it is from: None when it was computed just now."""

log = structlog.get_logger(__name__)


def own_tag_of(key: str) -> str:
    """Return the tag of what is kept under ``key``, and of nothing else."""
    return KEY + key


class Source(Protocol):
    """The database, as the cache must ask it."""

    def horizon(self) -> Asked:
        """Return a horizon of whatever is read from now on."""

    def latest(self) -> Asked:
        """Return a stamp that no write in flight is above."""


@dataclass(frozen=True)
class Draft:
    """An answer as it was computed."""

    status: int
    headers: tuple[tuple[str, str], ...]
    etag: str
    body: bytes
    is_kept: bool = True
    """False: it is given to who asked, and to nobody else."""


class Cache:
    """All that one process needs; safe for its threads. ``switches`` are the kinds of policies that are on."""

    def __init__(
        self,
        words: WordTable,
        store: Store,
        flights: Flights,
        stats: Stats,
        source: Source,
        lifetimes: Lifetimes,
        switches: frozenset[str],
        build: str = "",
    ) -> None:
        self.words, self.store, self.stats, self.build = words, store, stats, build
        self._flights, self._source, self._lifetimes, self._switches = flights, source, lifetimes, switches
        self._activating = threading.Lock()
        self.sample_every = SAMPLE_EVERY
        self._hits = 0
        self._sampled: set[str] = set()

    def is_on(self, policy: CachePolicy) -> bool:
        return policy.kind in self._switches and self._lifetimes.ttl_of(policy) > 0

    def find(self, key: str) -> Found | None:
        """Return a fresh entry and the layer that had it, or nothing."""
        found = self._fresh(self.store.memory.get(key))
        if found is not None:
            return found, "memory"
        found = self._fresh(self.store.fetch(key), self.look)  # of another process: this one may be new to the table
        if found is None:
            return None
        self.store.memory.put(key, found)
        return found, "shared"

    def get_or_make(self, key: str, policy: CachePolicy, route: str, compute: Callable[[], Draft]) -> Found:
        """Return a fresh entry, or have it computed and kept."""
        found: Found | None = self.find(key)
        if found is None and self.words.look(()) is None and self.look() is not None:
            found = self.find(key)  # a process that has just begun did not know the table yet
        if found is None:
            found = self._flights.run(
                key, lambda: self.find(key), lambda: (self._made(key, policy, route, compute), None)
            )
        entry, layer = found
        if layer is not None and (key in self._sampled or self.is_sampled(key)):
            self._compare(key, entry, compute)
        self.stats.count(policy.name, layer or "none", MISS if layer is None else HIT)
        if layer is not None:
            self.stats.count(policy.name, layer, SAVED, entry.length)
        dependencies = current_dependencies()
        if dependencies is not None:
            dependencies.include(entry.slots, entry.horizon)
        return entry, layer

    def entry_of(self, policy: CachePolicy, route: str, draft: Draft) -> Entry:
        """Return ``draft`` as an entry that is not kept."""
        return self._entry(policy, route, draft, time.time(), 0, 0, ())

    def clear(self) -> None:
        """Let everything be computed anew; no key is looked for. A part: ``mark_changed`` its tags in a write."""
        self.words.renew()
        self.store.memory.clear()

    def is_sampled(self, key: str | None) -> bool:
        """Tell whether this hit is one of those that are compared with the database, and note its key if so."""
        self._hits += 1
        if key is None or not self.sample_every or self._hits % self.sample_every:
            return False
        self._sampled.add(key)
        return True

    def _compare(self, key: str, entry: Entry, compute: Callable[[], Draft]) -> None:
        """Compute again what was kept, and count when it differs though nothing was written."""
        self._sampled.discard(key)
        draft = compute()
        self.stats.count(entry.policy, "sample", "compared")
        if self._fresh(entry) is not None and (draft.etag, len(draft.body)) != (entry.etag, entry.length):
            self.stats.count(entry.policy, "sample", INCONSISTENT)
            log.error("cache_inconsistent", policy=entry.policy, route=entry.route, key=key)
            self.store.drop(key)

    def look(self, slots: tuple[int, ...] = ()) -> Look | None:
        """Return the state of the words, activating a table that is new."""
        found = self.words.look(slots)
        if found is None and self._activate():
            found = self.words.look(slots)
        return found

    def _fresh(
        self, entry: Entry | None, looking: Callable[[tuple[int, ...]], Look | None] | None = None
    ) -> Entry | None:
        if entry is None or entry.ends_at <= time.time():
            return None
        look = (looking or self.words.look)(entry.slots)
        if look is None or look.epoch != entry.epoch or look.word >= entry.horizon:
            return None
        return entry

    def _made(self, key: str, policy: CachePolicy, route: str, compute: Callable[[], Draft]) -> Entry:
        """Compute, and keep what is computed with the horizon that was taken before."""
        at = time.time()  # a body of a minute or a day ends with it, even when it was finished in the next
        look = self.look()
        horizon = self._horizon_now(look) if look is not None else None
        with collecting() as found:
            draft = compute()
        lowest = horizon if horizon is None or found.horizon is None else min(horizon, found.horizon)
        tags = (*policy.tags, policy.own_tag, own_tag_of(key), *found.tags)
        slots = tuple(sorted({*slots_of(tags), *found.slots}))
        entry = self._entry(policy, route, draft, at, look.epoch if look is not None else 0, lowest or 0, slots)
        if look is not None and lowest and draft.is_kept and len(draft.body) <= LARGEST:
            self.store.keep(key, entry)
        return entry

    def _horizon_now(self, look: Look) -> int | None:
        """Return a horizon: one that is known already while nothing was written since, else the database's.

        An earlier horizon is right too; it is of use while it is above every word that was ever raised. Whoever writes
        alone notes the one after its COMMIT, so that the next reader finds it.
        """
        if look.highest < look.known:
            return look.known
        asked = self._source.horizon()
        if asked.instance != look.instance:
            self.words.renew()  # another database stands under the same address, or this one was started again
            self._activate()
            return None
        self.words.note_horizon(*asked)
        return asked.stamp

    def _entry(
        self, policy: CachePolicy, route: str, draft: Draft, at: float, epoch: int, horizon: int, slots: tuple[int, ...]
    ) -> Entry:
        length = len(draft.body)
        bodies = {"gzip": compressed(draft.body, "gzip")} if length >= SMALLEST else {"identity": draft.body}
        end = self._lifetimes.end_of(policy, at)
        return Entry(
            policy.name, route, draft.status, draft.headers, draft.etag, length, epoch, horizon, slots, at, end, bodies
        )

    def _activate(self) -> bool:
        if not self._activating.acquire(timeout=ACTIVATION_S):
            return False
        try:
            if self.words.look(()) is not None:  # another thread did it meanwhile
                return True
            return self.words.activate(self._source.latest)
        except Exception as error:  # a database or a disk that refuses makes the cache a miss, not the request an error
            log.warning("words_not_activated", error=type(error).__name__)
            return False
        finally:
            self._activating.release()
