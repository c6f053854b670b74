"""Signed cursors: where a walk stands, bound to the query that it belongs to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import orjson
from flask import current_app

from talentsphere.errors import InvalidQuery

MAC_BYTES = 10


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: the sort values of the row next to it, and the direction of the walk.

    ``inclusive``: the walk begins with that row.
    """

    values: tuple[Any, ...]
    backwards: bool = False
    inclusive: bool = False


def write_cursor(cursor: Cursor, query: Any) -> str:
    """Return ``cursor`` as text of ``[A-Za-z0-9_-]``, signed together with ``query`` (its filters and sort)."""
    body = orjson.dumps([cursor.backwards, cursor.inclusive, *cursor.values])
    return base64.urlsafe_b64encode(_mac(body, query) + body).rstrip(b"=").decode()


def read_cursor(text: str, query: Any, parameter: str = "cursor") -> Cursor:
    """Return the cursor that was written for ``query``; anything else is 400, which names the ``parameter``."""
    try:
        signed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _refusal(parameter) from None
    mac, body = signed[:MAC_BYTES], signed[MAC_BYTES:]
    if (
        not hmac.compare_digest(mac, _mac(body, query))
        or base64.urlsafe_b64encode(signed).rstrip(b"=").decode() != text
    ):
        raise _refusal(parameter)
    backwards, inclusive, *values = orjson.loads(body)
    return Cursor(tuple(values), backwards, inclusive)


def _mac(body: bytes, query: Any) -> bytes:
    key = hashlib.blake2b(str(current_app.secret_key).encode(), person=b"cursor").digest()
    context = orjson.dumps(query, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(context + b"\0" + body, key=key, digest_size=MAC_BYTES).digest()


def _refusal(parameter: str) -> InvalidQuery:
    detail = "not a cursor of this query; take it from `next` or `prev` and keep the other parameters"
    return InvalidQuery(detail, errors=[{"parameter": parameter, "detail": detail}])
