"""Who asks, as the routes of accounts need it."""

from __future__ import annotations

from flask import request

from talentsphere.api.auth import Principal, principal
from talentsphere.api.request_id import request_id
from talentsphere.db.caller import Actor


def person() -> tuple[int, int]:
    """Return (user id, session id) of the caller: the policy lets nobody but people in."""
    caller = principal()
    assert caller.user_id is not None and caller.session_id is not None, "no API key has an account"
    return caller.user_id, caller.session_id


def stranger() -> Actor:
    """Return the caller of a route that is open to all: nobody in particular."""
    return Actor(request_id=request_id())


def whoever() -> Principal | None:
    """Return who asks at a route that is open to all, when they show credentials; those must hold."""
    return principal() if "Authorization" in request.headers else None


def device() -> str:
    """Return what the client calls itself, in printable characters."""
    named = request.user_agent.string
    return "".join(char for char in named if char.isprintable())
