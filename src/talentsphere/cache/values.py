"""Cached values and query results: JSON by the same mechanism as whole answers, as fresh and as bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from talentsphere.cache.core import Cache, Draft
from talentsphere.cache.keys import value_key
from talentsphere.cache.policy import CachePolicy

ROUTE = "(value)"


def cached_value(cache: Cache, policy: CachePolicy, parts: Iterable[object], compute: Callable[[], Any]) -> Any:
    """Return what ``compute`` returns, which must have a JSON form, computed once while nothing it depends on changes.

    ``parts`` tell one value of the policy from another: for whom it is, if it is not for everybody. ``compute`` names
    what it depends on besides the policy's tags with ``depends_on``, and reads by ``reading()``: what the session of
    an open ``writing()`` block sees may be rolled back.
    """
    if not cache.is_on(policy):
        return compute()
    key = value_key(cache.build, policy.name, [str(part) for part in parts])
    made: list[Any] = []

    def draft() -> Draft:
        made.append(compute())
        return Draft(200, (), "", orjson.dumps(made[-1]))

    entry, _ = cache.get_or_make(key, policy, ROUTE, draft)
    return made[-1] if made else orjson.loads(entry.body("identity"))
