"""The headers of every response, from one pure function that the door and Flask share."""

from __future__ import annotations

import re
from collections.abc import Collection

Headers = list[tuple[str, str]]

SECURITY: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-site"),
]
"""For answers that no browser shall run or frame; a page states its own Content-Security-Policy."""
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
EXPOSED = (
    "ETag, Idempotent-Replay, Link, Location, Retry-After, Server-Timing, X-Cache, X-Request-ID, RateLimit, "
    "RateLimit-Policy"
)
ALLOWED = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-ID"
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
MAX_TARGET = 8192
"""Bytes of path and query; the door and Flask answer 414 above."""
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


def standard_headers(
    request_id: str, origin: str | None, allowed_origins: Collection[str], *, secure: bool = False
) -> Headers:
    """Return the headers that every response carries.

    ``origin`` is the request's; it is echoed only when it is listed exactly. ``secure`` is true when clients
    come over TLS, which alone makes Strict-Transport-Security meaningful. ``Vary: Origin`` stands on every answer
    as soon as any origin is allowed, so that no cache gives one origin's answer to another.
    """
    headers = [("X-Request-ID", request_id), *SECURITY]
    if secure:
        headers.append(HSTS)
    if allowed_origins:
        headers.append(("Vary", "Origin"))
    if origin is not None and origin in allowed_origins:
        headers.append(("Access-Control-Allow-Origin", origin))
        headers.append(("Access-Control-Expose-Headers", EXPOSED))
    return headers


def preflight_headers() -> Headers:
    """Return what a CORS preflight of an allowed origin is told besides."""
    return [
        ("Access-Control-Allow-Methods", METHODS),
        ("Access-Control-Allow-Headers", ALLOWED),
        ("Access-Control-Max-Age", "600"),
    ]


def is_request_id(value: str | None) -> bool:
    """Tell whether a client's own request id is short and harmless enough to keep."""
    return bool(value and REQUEST_ID.match(value))
