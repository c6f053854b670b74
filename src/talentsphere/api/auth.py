"""Who is asking, and whether the policy lets them.

A view says ``@allow("job.update")``, ``@public`` or ``@open_to_all``; inside it ask ``principal()`` and ``reach()``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, g, request

from talentsphere.api.limits import count_caller
from talentsphere.api.policy import POLICY, Rule
from talentsphere.api.request_id import request_id
from talentsphere.db.caller import Actor, Extent, Reach
from talentsphere.errors import Forbidden, NotFound, Unauthenticated

View = TypeVar("View", bound=Callable[..., Any])
AUTHENTICATE = "talentsphere.authenticate"
NOBODY = Rule()


@dataclass(frozen=True)
class Principal:
    """A caller whose credentials hold: a person by a session, or an integration by an API key."""

    user_id: int | None
    """Of a key: nobody."""
    role: str | None
    company_id: int | None
    session_id: int | None = None
    api_key_id: int | None = None
    scopes: frozenset[str] = frozenset()


Authenticate = Callable[[str], Principal | None]
"""Return whom a bearer token stands for, or nothing when it does not hold; the application is built with one."""


def allow(action: str) -> Callable[[View], View]:
    """Declare that only those may call the view whom ``POLICY[action]`` names; ``authorize`` sees to it."""
    rule = POLICY[action]

    def decorate(view: View) -> View:
        view.action, view.rule = action, rule  # type: ignore[attr-defined]
        return view

    return decorate


def open_to_all(view: View) -> View:
    """Declare that anybody may call the view, which is no shared answer (``@public``): signing in, health."""
    view.is_open = True  # type: ignore[attr-defined]
    return view


def authorize() -> None:
    """Judge the current request before anything of it is parsed.

    401 without credentials that hold, 429 when they are used too often, 403 (404 where the rule is hidden) without
    the right; which objects the caller reaches is ``reach()``, for the queries of the view. A view that declares
    nothing lets nobody in.
    """
    view: Any = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.method == "OPTIONS" or getattr(view, "is_open", False):
        return
    caller, rule = principal(), getattr(view, "rule", NOBODY)
    count_caller(f"user:{caller.user_id}" if caller.api_key_id is None else f"key:{caller.api_key_id}")
    g.reach = _reach_of(caller, rule, getattr(view, "action", "undeclared"))


def principal() -> Principal:
    """Return the caller; raise ``Unauthenticated`` when there is none. At most one statement a request."""
    assert not g.get("is_for_everybody"), f"{request.endpoint} is public and asks who is calling"
    if "principal" not in g:
        g.principal = _authenticated(request.headers.get("Authorization", ""))
    found: Principal = g.principal
    return found


def reach() -> Reach:
    """Return how far the caller reaches in this view."""
    found: Reach = g.reach
    return found


def actor() -> Actor:
    """Return in whose name this request writes."""
    caller = principal()
    return Actor(caller.user_id, caller.api_key_id, request_id())


def _authenticated(header: str) -> Principal:
    scheme, _, token = header.partition(" ")
    if not header:
        raise Unauthenticated("sign in, and send the access token as Authorization: Bearer <token>")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Authorization must be: Bearer <token>")
    authenticate: Authenticate = current_app.extensions[AUTHENTICATE]
    found = authenticate(token.strip())
    if found is None:
        raise Unauthenticated("the token is not valid, or no longer; sign in again, or refresh it")
    return found


def _reach_of(caller: Principal, rule: Rule, action: str) -> Reach:
    if caller.api_key_id is not None:
        return _reach_of_key(caller, rule, action)
    extent = rule.roles.get(caller.role or "")
    if extent is None:
        raise _refusal(rule, f"the role {caller.role} may not do this ({action})")
    return Reach(extent, caller.user_id, caller.company_id)


def _reach_of_key(caller: Principal, rule: Rule, action: str) -> Reach:
    if rule.scope is None:
        raise _refusal(rule, f"an API key may not do this ({action}); sign in as a person")
    if rule.scope not in caller.scopes:
        raise _refusal(rule, f"the API key lacks the scope {rule.scope}")
    extent = Extent.EVERYTHING if caller.company_id is None else Extent.COMPANY
    return Reach(extent, None, caller.company_id)


def _refusal(rule: Rule, detail: str) -> Forbidden | NotFound:
    return NotFound("there is nothing here") if rule.is_hidden else Forbidden(detail)
