"""Emptying and filling the cache."""

from __future__ import annotations

import fcntl
import fnmatch
import os
import threading
from collections.abc import Sequence

import structlog
from flask import Flask

from talentsphere.api.cache_setup import FOLDER, POPULAR
from talentsphere.api.caching import known_policies
from talentsphere.cache.core import CACHE, Cache, own_tag_of
from talentsphere.cache.popular import Popular
from talentsphere.db.changes import mark_changed
from talentsphere.db.session import writing
from talentsphere.errors import InvalidInput
from talentsphere.settings import Settings
from talentsphere.telemetry.metrics import UNCOUNTED_REQUEST

log = structlog.get_logger(__name__)

ALWAYS = (
    "/api/v2/jobs", "/api/v2/jobs/stats", "/api/v2/jobs/featured", "/api/v2/companies", "/api/v2/skills",
    "/api/v1/jobs", "/api/v1/jobs/stats",
)  # fmt: skip
"""What is warmed when nobody has asked for anything yet."""


def clear_cache(
    app: Flask, *, tags: Sequence[str] = (), policies: Sequence[str] = (), keys: Sequence[str] = ()
) -> None:
    """Let everything be computed anew, or only what depends on ``tags``, is of ``policies`` or is kept under ``keys``.

    A policy may be a pattern of names: ``job_*``.
    """
    known = {policy.name: policy for policy in known_policies(app)}
    named: dict[str, None] = {}
    for number, name in enumerate(policies):
        matching = fnmatch.filter(known, name)
        named |= dict.fromkeys(matching)
        if not matching:
            raise InvalidInput.at(f"policies/{number}", f"there is no policy {name}; there are {', '.join(known)}")
    parts = [*tags, *(known[name].own_tag for name in named), *map(own_tag_of, keys)]
    if not parts:
        cache: Cache = app.extensions[CACHE]
        cache.clear()
        return
    with writing() as session:
        mark_changed(session, *parts)


def warm_cache(app: Flask, targets: Sequence[str] = ()) -> list[tuple[str, int, str]]:
    """Ask for each target once, and return it with its status and what ``X-Cache`` said.

    Without targets: those that were asked for most before, and the usual ones. Where bodies are shared, all workers
    find the answers.
    """
    popular: Popular = app.extensions[POPULAR]
    client, asked = app.test_client(), []
    for target in targets or dict.fromkeys([*popular.targets(), *ALWAYS]):
        response = client.get(target, environ_overrides={"RAW_URI": target, UNCOUNTED_REQUEST: "1"})
        asked.append((target, response.status_code, response.headers.get("X-Cache", "")))
    return asked


def start_warming(app: Flask, settings: Settings) -> None:
    """Warm in a thread of this process, after its fork; where workers share a store, one of the host does it."""
    if settings.cache_enabled and settings.cache_warm_up_on_start:
        threading.Thread(target=_warm, args=(app, settings), name="warming", daemon=True).start()


def _warm(app: Flask, settings: Settings) -> None:
    try:
        cache: Cache = app.extensions[CACHE]
        if cache.store.backend is None or _is_elected(settings):
            log.info("cache_warmed", targets=len(warm_cache(app)))
    except Exception:  # a database that is not there yet must not end the worker
        log.exception("cache_not_warmed")


def _is_elected(settings: Settings) -> bool:
    """Tell whether this process warms for its host; it does until it ends."""
    folder = settings.home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / "warming.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True
