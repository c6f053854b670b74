"""Joins the cache of one process: its words, its store, the database it asks, and where it is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

from flask import Flask

from talentsphere.api.caching import EDGE, MEMO
from talentsphere.cache.backends import Backend, FileBodies, RedisBodies
from talentsphere.cache.codec import Codec
from talentsphere.cache.core import CACHE, Cache
from talentsphere.cache.doubt import Doubt
from talentsphere.cache.flight import Flights, HostLease, Lease, NoLease, RedisLease
from talentsphere.cache.memo import Memo
from talentsphere.cache.policy import FAR_TTL_S, Lifetimes
from talentsphere.cache.popular import Popular
from talentsphere.cache.stats import Labels, Stats
from talentsphere.cache.store import Memory, Store
from talentsphere.cache.tags import tags_of
from talentsphere.cache.words import Asked, WordTable, slots_of
from talentsphere.cache.words_map import MapWords
from talentsphere.cache.words_redis import RedisWords
from talentsphere.db.changes import CHANGES, Announcer
from talentsphere.db.session import engines_of
from talentsphere.db.stamps import Written, horizon_of, latest_stamp
from talentsphere.settings import Settings
from talentsphere.telemetry.metrics import METRICS, Metrics

FOLDER = "run/cache"
"""Below ``TALENTSPHERE_HOME``: words, doubts and leases."""
BODIES = "cache/bodies"
"""Below ``TALENTSPHERE_HOME``: answers, private ones too; like the database nobody else may read them."""
POPULAR = "talentsphere.popular"
COUNTED = "talentsphere_cache"


class Database:
    """The application's database, as the cache asks it."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def horizon(self) -> Asked:
        with engines_of(self._app).read.connect() as connection:
            return Asked(*horizon_of(connection))

    def latest(self) -> Asked:
        with engines_of(self._app).write.begin() as connection:
            return Asked(*latest_stamp(connection))


def init_cache(app: Flask, settings: Settings) -> None:
    """Give this process its cache; nothing is connected and no file is opened before the first use."""
    folder = settings.home / FOLDER
    words = _words(settings, folder)
    backend, lease = _shared(settings, folder)
    stats = Stats(lambda counts: _add(app.extensions[METRICS], counts))
    codec = Codec(settings.secret_key.value().encode())
    store = Store(Memory(settings.cache_memory_mb * 1024 * 1024), backend, codec, stats)
    lifetimes = Lifetimes(
        default_s=settings.cache_default_expire,
        is_short=settings.cache_preset == "short",
        overrides=settings.cache_ttls,
        most_s=FAR_TTL_S if isinstance(words, RedisWords) else None,
    )
    switches = _switches(settings)
    cache = Cache(words, store, Flights(lease), stats, Database(app), lifetimes, switches, build_of_this_code())
    app.extensions[CACHE] = cache
    app.extensions[EDGE] = settings.edge_cache
    app.extensions[MEMO] = Memo()
    app.extensions[POPULAR] = Popular(folder / "popular.json")
    app.extensions[CHANGES] = _announcer_to(words)


def _announcer_to(words: WordTable) -> Announcer:
    def announce(tags: Iterable[str], written: Written) -> None:
        words.raise_to(slots_of(tags), written.stamp, written.instance)

    def committed(written: Written) -> None:
        words.note_horizon(written.after, written.instance)

    return Announcer(tags_of, announce, committed)


def _words(settings: Settings, folder: Path) -> WordTable:
    if settings.cache_type == "redis" and settings.redis_url is not None:
        return RedisWords(settings.redis_url.value(), Doubt(folder / "doubt"))
    return MapWords(folder / "words")


def _shared(settings: Settings, folder: Path) -> tuple[Backend | None, Lease]:
    """Return the layer that processes share, and how one of them computes for all."""
    if settings.cache_type == "redis" and settings.redis_url is not None:
        bodies = RedisBodies(settings.redis_url.value())
        return bodies, RedisLease(bodies.client, bodies.breaker)
    if settings.cache_type == "filesystem":
        return FileBodies(settings.home / BODIES), HostLease(folder)
    return None, NoLease()


def _switches(settings: Settings) -> frozenset[str]:
    kinds = {
        "api": settings.enable_api_caching,
        "query": settings.enable_query_caching,
        "file": settings.enable_file_caching,
    }
    return frozenset(kind for kind, is_on in kinds.items() if is_on and settings.cache_enabled)


def _add(metrics: Metrics, counts: Mapping[Labels, float]) -> None:
    for (policy, layer, event), amount in counts.items():
        metrics.add(COUNTED, {"policy": policy, "layer": layer, "event": event}, amount)


def build_of_this_code() -> str:
    """Return what tells this code from another: bodies that another one made have other shapes."""
    root = Path(__file__).parents[1]
    digest = blake2b(digest_size=8)
    for path in sorted(root.rglob("*.py")):
        status = path.stat()
        digest.update(f"{path.relative_to(root)}:{status.st_size}:{status.st_mtime_ns};".encode())
    return digest.hexdigest()
