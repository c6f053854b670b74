"""The id that links a request, its log lines and its error."""

from __future__ import annotations

import itertools
import os
import secrets

from flask import g, request

from talentsphere.api.headers import is_request_id

ENVIRON_KEY = "talentsphere.request_id"
"""Where the door leaves the id that it gave."""

_numbers = itertools.count(1)
_prefix = ""


def request_id() -> str:
    """Return the id of the current request: the door's, the client's when it is harmless, or a new one."""
    if "request_id" not in g:
        given = request.environ.get(ENVIRON_KEY) or request.headers.get("X-Request-ID")
        g.request_id = given if is_request_id(given) else new_request_id()
    value: str = g.request_id
    return value


def new_request_id() -> str:
    """Return an id that no other worker gives: a random prefix of this process and a counter."""
    return f"{_prefix}-{next(_numbers):x}"


def _begin_anew() -> None:
    global _prefix  # noqa: PLW0603  # it must be another one after a fork
    _prefix = secrets.token_hex(5)


_begin_anew()
os.register_at_fork(after_in_child=_begin_anew)
