"""Who may keep an answer, and for how long it is kept here.

Every GET says ``@cached(POLICY)`` or ``@uncached("why")``. A cached answer has a strong ``ETag``, and ``If-None-Match``
becomes 304; the tag of one object is ``"<version>-<hash>"`` when the view named its version with ``versioned``.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import ETags

from talentsphere.api.auth import principal, reach
from talentsphere.api.compression import chosen_encoding
from talentsphere.cache.core import CACHE, Cache, Draft
from talentsphere.cache.entry import Damaged, Entry
from talentsphere.cache.keys import key_of
from talentsphere.cache.memo import Memo
from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.stats import BYPASS
from talentsphere.db.caller import Extent

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public, max-age=0, must-revalidate"
"""Anybody may keep the answer, and must ask before using it: nothing is ever stale."""
PRIVATE = "private, no-cache"
"""The client may keep it, and must ask before using it."""
IMMUTABLE = "public, max-age=31536000, immutable"
MEMO = "talentsphere.memo"
EDGE = "talentsphere.edge"
FOR_THE_EDGE = ("X-Accel-Expires", "1")
"""Lets nginx keep an answer to everybody as nginx.conf says, which takes this header off."""
KEPT_HEADERS = ("Content-Type", "Link", "Content-Language", "Content-Security-Policy")
"""What an answer says besides its body; everything else is of one request."""


class _Unkept(Exception):
    """The view answered with what is not cached."""

    def __init__(self, response: Response) -> None:
        self.response = response


def cached(policy: CachePolicy) -> Callable[[View], View]:
    """Declare that the answer is kept by ``policy``, for everybody or within its scope.

    A view with a public policy is open to all, and fails when it asks who is calling.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answered(*args: Any, **kwargs: Any) -> Any:
            try:
                entry, said = _entry_for(policy, lambda: view(*args, **kwargs))
            except _Unkept as unkept:
                return unkept.response
            return _response(entry, policy, said)

        answered.cache_policy = policy  # type: ignore[attr-defined]
        answered.is_validated = True  # type: ignore[attr-defined]
        if policy.scope == "public":
            answered.is_public = answered.is_open = True  # type: ignore[attr-defined]
        return answered  # type: ignore[return-value]

    return decorate


def uncached(why: str) -> Callable[[View], View]:
    """Declare that the answer is computed each time, and why."""

    def decorate(view: View) -> View:
        view.uncached_because = why  # type: ignore[attr-defined]
        return view

    return decorate


def public(view: View) -> View:
    """Declare that the answer is the same for everybody; it is revalidated by clients and kept by none of ours."""
    return _validated(view, PUBLIC)


def own(view: View) -> View:
    """Declare that the answer depends on the caller, and let that one revalidate it; who may ask, ``@allow`` says."""
    validated = _validated(view, PRIVATE)
    validated.is_public = validated.is_open = False  # type: ignore[attr-defined]
    return validated


def immutable(view: View) -> View:
    """Declare that the address holds its content's hash: what a client keeps is right for ever."""
    return _validated(view, IMMUTABLE)


def versioned(response: Response, version: int) -> Response:
    """Name the version of the object that ``response`` shows, for its ETag and for ``If-Match``."""
    response.set_etag(f"{version}-{digest(response.get_data())}")
    return response


def digest(body: bytes) -> str:
    """Return the short hash that tells one representation from another."""
    return hashlib.blake2b(body, digest_size=9).hexdigest()


def known_policies(app: Flask) -> list[CachePolicy]:
    """Return the policies of the application's routes, by name."""
    found = {view.cache_policy for view in app.view_functions.values() if hasattr(view, "cache_policy")}
    return sorted(found, key=lambda policy: policy.name)


def the_cache() -> Cache:
    """Return the cache of the current application."""
    found: Cache = current_app.extensions[CACHE]
    return found


def _entry_for(policy: CachePolicy, view: Callable[[], Any]) -> tuple[Entry, str]:
    """Return the answer and what ``X-Cache`` says of it."""
    cache, route = the_cache(), request.url_rule.rule if request.url_rule is not None else ""
    g.x_cache = "BYPASS"
    if not cache.is_on(policy) or _is_unshared():
        cache.stats.count(policy.name, "none", BYPASS)
        return cache.entry_of(policy, route, _drafted(policy, view)), "BYPASS"
    g.x_cache = "MISS"
    key = key_of(cache.build, str(request.endpoint), request.path, request.args.items(multi=True), _scope(policy))
    entry, layer = cache.get_or_make(key, policy, route, lambda: _drafted(policy, view))
    if policy.scope == "public":
        memo: Memo = current_app.extensions[MEMO]
        memo.put(request.environ.get("RAW_URI", "").encode("latin-1", "replace"), key)
    g.x_cache = "MISS" if layer is None else "HIT"
    return entry, g.x_cache


def _is_unshared() -> bool:
    """Tell whether the client wants an answer of its own, or gave what the key does not hold."""
    wanted = request.cache_control
    return bool(wanted.no_cache or wanted.no_store or "ignored_parameters" in g)


def _scope(policy: CachePolicy) -> list[str]:
    """Return for whom the answer is: part of the key, so that no other is ever given it."""
    if policy.scope == "public":
        return ["public"]
    caller = principal()
    if policy.scope == "user":
        return ["user", str(caller.user_id), str(caller.api_key_id)]
    extent = reach().extent
    person = str(caller.user_id) if extent in (Extent.HIRING_TEAM, Extent.OWN) else ""
    return ["company", extent.name, str(reach().company_id), person]


def _drafted(policy: CachePolicy, view: Callable[[], Any]) -> Draft:
    with _for_everybody(policy):
        response = view()
    if not isinstance(response, Response) or response.status_code != 200 or response.is_streamed:
        raise _Unkept(response)
    body = response.get_data()
    etag, _weak = response.get_etag()
    headers = tuple((name, response.headers[name]) for name in KEPT_HEADERS if name in response.headers)
    return Draft(200, headers, etag or digest(body), body)


@contextmanager
def _for_everybody(policy: CachePolicy) -> Iterator[None]:
    """Let nobody ask who is calling while an answer for everybody is computed."""
    g.is_for_everybody = policy.scope == "public"
    try:
        yield
    finally:
        g.is_for_everybody = False


def _response(entry: Entry, policy: CachePolicy, said: str) -> Response:
    if _is_known(entry.etag):
        response = _not_modified(entry.etag)
        kept = [pair for pair in entry.headers if pair[0] != "Content-Type"]
        response.headers.extend(kept)
    else:
        response = _whole(entry)
    response.headers["Cache-Control"] = PUBLIC if policy.scope == "public" else PRIVATE
    response.vary.add("Accept-Encoding")
    if policy.scope != "public":
        response.vary.add("Authorization")
    elif current_app.extensions[EDGE]:
        response.headers.add(*FOR_THE_EDGE)
    if said == "HIT":
        response.headers["Age"] = str(max(0, int(time.time() - entry.made_at)))
    return response


def _whole(entry: Entry) -> Response:
    encoding = entry.encoding_for(chosen_encoding(request.accept_encodings))
    try:
        body = entry.body(encoding)
    except Damaged:
        encoding = "gzip"  # only memory that failed gets here: its checksum was right when it was read
        body = entry.body(encoding)
    response = Response(body, entry.status)
    for name, value in entry.headers:
        response.headers[name] = value
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    response.set_etag(entry.etag if encoding == "identity" else f"{entry.etag}:{encoding}")
    return response


def _validated(view: View, cache_control: str) -> View:
    @functools.wraps(view)
    def validated(*args: Any, **kwargs: Any) -> Any:
        response = view(*args, **kwargs)
        if isinstance(response, Response) and response.status_code == 200:
            response.headers["Cache-Control"] = cache_control
            if "ETag" not in response.headers:
                response.set_etag(digest(response.get_data()))
            etag, _weak = response.get_etag()
            if _is_known(str(etag)):
                return _without_body(response, str(etag))
        return response

    validated.is_public = validated.is_open = validated.is_validated = True  # type: ignore[attr-defined]
    return validated  # type: ignore[return-value]


def _without_body(response: Response, etag: str) -> Response:
    """Drop the body; keep what a cache needs to update its copy."""
    empty = _not_modified(etag)
    for name in ("Cache-Control", "Content-Security-Policy", "Link"):
        if name in response.headers:
            empty.headers[name] = response.headers[name]
    return empty


def _is_known(etag: str) -> bool:
    """Compare without the suffix that compression adds (``:gzip``): the representation is the same."""
    known = request.if_none_match
    return bool(known.star_tag) or any(tag.partition(":")[0] == etag for tag in _held(known))


def _held(known: ETags) -> list[str]:
    """Return the tags that the client names; the empty one, which Werkzeug reads as None, is none of ours."""
    return [tag for tag in known.as_set(include_weak=True) if tag]


def _not_modified(etag: str) -> Response:
    """Return a 304 with the tag of the encoding that the client holds."""
    held = [tag for tag in _held(request.if_none_match) if tag.partition(":")[0] == etag]
    empty = Response(status=304)
    empty.set_etag(held[0] if held else etag)
    empty.vary.add("Accept-Encoding")
    return empty
