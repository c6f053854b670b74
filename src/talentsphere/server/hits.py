"""Answers from the cache, given in the event loop: no thread, no routing, no session.

A target is known only once the house has answered it with a public policy and kept the answer, so its key went through
all of that. Freshness is asked of the words anew for each hit. Whatever is special about a request (credentials,
cookies, ranges, ``Cache-Control``) is for the house.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

from talentsphere.api.cache_setup import POPULAR
from talentsphere.api.caching import EDGE, FOR_THE_EDGE, MEMO, PUBLIC
from talentsphere.api.compression import chosen_encoding
from talentsphere.cache.core import CACHE, Cache
from talentsphere.cache.entry import Damaged, Entry
from talentsphere.cache.memo import Memo
from talentsphere.cache.popular import Popular
from talentsphere.cache.stats import HIT, SAVED, Labels
from talentsphere.cache.words_map import MapWords
from talentsphere.cache.words_redis import RedisWords
from talentsphere.server.answers import Answer, Phrasebook, header_lines
from talentsphere.server.door import Head
from talentsphere.server.far_words import FarWords
from talentsphere.telemetry.metrics import METRICS, Metrics

MOST_ENCODINGS = 256
NOTE_S = 30.0
"""How often a worker notes what it was asked for."""
LONGEST_ENCODING = 200
LARGEST = 256 * 1024
"""A longer body is compressed or inflated by the house, should that be needed."""
TIMING = b'server-timing: cache;desc="hit", db;dur=0.0;desc="0 queries", ser;dur=0.0, total;dur=%.2f\r\n'
TIMINGS = [TIMING % (hundredths / 100) for hundredths in range(100)]
"""By hundredths of a millisecond: formatting a number costs more than most of an answer."""
AGES = [b"age: %d\r\n" % seconds for seconds in range(1801)]


Answered = tuple[str, str, str, int]
"""The policy, the route, the method and the status of hits that are counted together."""


class Near(Protocol):
    """Words that are read without waiting."""

    def is_fresh(self, epoch: int, slots: Sequence[int], horizon: int) -> bool:
        """Tell whether a body of this epoch and horizon is fresh."""


class Hits:
    """What one worker answers from its own memory; called in the loop only."""

    def __init__(
        self,
        cache: Cache,
        memo: Memo,
        metrics: Metrics,
        phrases: Phrasebook,
        popular: Popular,
        near: Near | None,
        far: FarWords | None = None,
        *,
        has_edge: bool = False,
    ) -> None:
        self._cache, self._memo, self._metrics, self._phrases, self._near = cache, memo, metrics, phrases, near
        self._far, self._popular = far, popular
        self._every = [X_CACHE, FOR_THE_EDGE] if has_edge else [X_CACHE]
        self._encodings: dict[bytes, str] = {}
        self._answered: Counter[Answered] = Counter()
        self._saved: Counter[str] = Counter()
        self._seconds = 0.0
        self._asked: Counter[bytes] = Counter()
        self._noted_at = time.monotonic()

    @property
    def is_far(self) -> bool:
        """Tell whether the words must be waited for."""
        return self._far is not None

    def find(self, head: Head, request_id: bytes) -> Answer | None:
        """Return the kept answer to ``head``, or None when the house must give it."""
        if self._near is None:
            return None
        began = time.perf_counter()
        key, entry = self._kept(head)
        if entry is None or not self._near.is_fresh(entry.epoch, entry.slots, entry.horizon):
            return None
        return self._answer(key, entry, head, request_id, began)

    async def find_far(self, head: Head, request_id: bytes) -> Answer | None:
        """Return the same where the words must be waited for."""
        began = time.perf_counter()
        key, entry = self._kept(head)
        if entry is None or self._far is None:
            return None
        look = await self._far.look(entry.slots)
        if look is None or look.epoch != entry.epoch or look.word >= entry.horizon:
            return None
        return self._answer(key, entry, head, request_id, began)

    def _answer(self, key: str, entry: Entry, head: Head, request_id: bytes, began: float) -> Answer | None:
        if self._cache.is_sampled(key):
            return None
        parts = self._parts(entry, head)
        if parts is None:
            return None
        status, lines, body = parts
        took = time.perf_counter() - began
        self._count(entry, head.method, status, took)
        self._asked[head.target] += 1  # at most as many as the memo has
        standing, age = self._phrases.standing(request_id, head.origin), _age_line(time.time() - entry.made_at)
        timing = TIMINGS[int(took * 100_000)] if took < 0.001 else TIMING % (took * 1000)
        return Answer(status, b"".join((standing, lines, age, timing)), body)

    def flush(self) -> None:
        """Give what was counted to the figures of the host."""
        if not self._answered:
            return
        answered, self._answered = self._answered, Counter()
        saved, self._saved = self._saved, Counter()
        mean_s, self._seconds = self._seconds / answered.total(), 0.0
        counts: Counter[Labels] = Counter({(policy, "door", SAVED): number for policy, number in saved.items()})
        for (policy, route, method, status), number in answered.items():
            counts[policy, "door", HIT] += number
            self._metrics.observe_many(route, method, status, mean_s, number)
        self._cache.stats.add(counts)
        if time.monotonic() - self._noted_at > NOTE_S:
            asked, self._asked, self._noted_at = self._asked, Counter(), time.monotonic()
            self._popular.note({target.decode("latin-1"): count for target, count in asked.items()})

    def _kept(self, head: Head) -> tuple[str, Entry | None]:
        """Return the key of what ``head`` asks for, and what is kept under it."""
        if not head.is_plain or head.method not in ("GET", "HEAD") or head.expects_body:
            return "", None
        key = self._memo.get(head.target)
        if key is None:
            return "", None
        entry = self._cache.store.memory.get(key)
        return key, entry if entry is not None and entry.ends_at > time.time() else None

    def _parts(self, entry: Entry, head: Head) -> tuple[int, bytes, bytes] | None:
        if head.known is not None:
            held = _held(head.known, entry.etag)
            if held is not None:
                return 304, self._lines_of_304(entry, held), b""
        chosen = self._encoding_of(head.accepted)
        rendered = entry.rendered.get(chosen) or self._render(entry, chosen)
        return None if rendered is None else (entry.status, *rendered)

    def _render(self, entry: Entry, chosen: str) -> tuple[bytes, bytes] | None:
        """Return lines and body for clients that like ``chosen`` best; None when the house must make them."""
        encoding = entry.encoding_for(chosen)
        if encoding not in entry.bodies and entry.length > LARGEST:
            return None
        try:
            body = entry.body(encoding)
        except Damaged:
            return None
        rendered = _lines(entry, encoding, len(body), self._every), body
        if encoding in entry.bodies:  # a plain one was inflated, and is too long to keep
            entry.rendered[chosen] = rendered
        return rendered

    def _encoding_of(self, accepted: bytes) -> str:
        found = self._encodings.get(accepted)
        if found is None:
            found = chosen_encoding(parse_accept_header(accepted.decode("latin-1"), Accept))
            if len(self._encodings) >= MOST_ENCODINGS:
                self._encodings = {}
            if len(accepted) <= LONGEST_ENCODING:
                self._encodings[accepted] = found
        return found

    def _lines_of_304(self, entry: Entry, held: str) -> bytes:
        own = [(name, value) for name, value in entry.headers if name != "Content-Type"]
        known = [("etag", f'"{held}"'), ("cache-control", PUBLIC), ("vary", "Accept-Encoding")]
        return _rendered([*own, *known, *self._every])

    def _count(self, entry: Entry, method: str, status: int, took: float) -> None:
        self._answered[entry.policy, entry.route, method, status] += 1
        self._saved[entry.policy] += entry.length
        self._seconds += took


X_CACHE = ("x-cache", "HIT")


def hits_of(application: Any, phrases: Phrasebook) -> Hits | None:
    """Return the hits of the worker that serves ``application``; none for an application without a cache."""
    extensions = getattr(application, "extensions", {})
    cache: Cache | None = extensions.get(CACHE)
    if cache is None:
        return None
    near = cache.words if isinstance(cache.words, MapWords) else None
    far = FarWords(cache.words, cache.words.url) if isinstance(cache.words, RedisWords) else None
    counters = extensions[METRICS], phrases, extensions[POPULAR]
    return Hits(cache, extensions[MEMO], *counters, near, far, has_edge=extensions[EDGE])


def _age_line(seconds: float) -> bytes:
    whole = max(0, int(seconds))
    return AGES[whole] if whole < len(AGES) else b"age: %d\r\n" % whole


def _held(known: bytes, etag: str) -> str | None:
    """Return the tag by which the client holds the answer, in whatever encoding, or nothing."""
    tags = parse_etags(known.decode("latin-1"))
    if tags.star_tag:
        return etag
    return next((tag for tag in tags.as_set(include_weak=True) if tag and tag.partition(":")[0] == etag), None)


def _lines(entry: Entry, encoding: str, length: int, every: list[tuple[str, str]]) -> bytes:
    suffix = "" if encoding == "identity" else f":{encoding}"
    own = [("etag", f'"{entry.etag}{suffix}"'), ("cache-control", PUBLIC), ("vary", "Accept-Encoding"), *every]
    encoded = [("content-encoding", encoding)] if suffix else []
    return _rendered([*entry.headers, *own, *encoded, ("content-length", str(length))])


def _rendered(pairs: list[tuple[str, str]]) -> bytes:
    return header_lines([(name.lower().encode(), value.encode("latin-1")) for name, value in pairs])
