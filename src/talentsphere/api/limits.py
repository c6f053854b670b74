"""How often one may ask: the policies, whom each counts, and which routes they stand before.

Routes that need a caller are counted by user or key, in ``auth.authorize``; the open routes that guess passwords, send
mail or make accounts stand in ``OPEN_ROUTES``. Public reads have no limit here, and nothing of this runs for them.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import math
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, after_this_request, current_app, request
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter

from talentsphere.api.limit_store import SharedStorage, redis_counters
from talentsphere.errors import DomainError, Unavailable
from talentsphere.host.counters import Counters
from talentsphere.settings import Rate, Settings

LIMITER = "talentsphere.limiter"
COUNTERS = "run/limits"
"""The host's counters, below ``TALENTSPHERE_HOME``."""
API, LOGIN, LOGIN_ADDRESS, REGISTER = "api", "login", "login-address", "register"
APPLY, APPLY_ADDRESS, SAME_LETTER, OWN_LETTER = "apply", "apply-address", "same-letter", "own-letter"
LETTERS = Rate(3, 3600)
"""So many people may send one and the same long letter."""
ONCE = Rate(1, 3600)
"""So often a person counts for a letter: who is refused and tries again is no crowd."""
OPEN_ROUTES = {
    "/auth/login": (LOGIN_ADDRESS, LOGIN),
    "/auth/password/forgot": (REGISTER, LOGIN),
    "/auth/password/reset": (LOGIN_ADDRESS,),
    "/auth/register": (REGISTER,),
    "/auth/invitations/accept": (LOGIN_ADDRESS,),
}
"""Path below ``/api/v1`` and ``/api/v2``, and its policies, the address first: it ends what floods one account."""

log = structlog.get_logger(__name__)


class RateLimited(DomainError):
    """The caller asked more often than the policy that ``detail`` names allows; ``retry_after_s`` says for how long."""

    status, slug, title = 429, "rate-limited", "Too many requests"


@dataclass(frozen=True)
class Policy:
    """At most ``rate.amount`` requests in ``rate.window_s`` seconds for each ``whom()``."""

    name: str
    rate: Rate
    whom: Callable[[], str]

    @functools.cached_property
    def item(self) -> RateLimitItem:
        return RateLimitItemPerSecond(self.rate.amount, self.rate.window_s, namespace=self.name)

    @property
    def stated(self) -> str:
        """As the field ``RateLimit-Policy`` writes it."""
        return f'"{self.name}";q={self.rate.amount};w={self.rate.window_s}'


class Limiter:
    """Counts requests by policy; opens nothing before the first count."""

    def __init__(self, settings: Settings) -> None:
        redis = redis_counters(settings.redis_url.value()) if settings.redis_url else None
        self._strategy = FixedWindowRateLimiter(SharedStorage(Counters(settings.home / COUNTERS), redis))
        self._policies = {
            API: Policy(API, settings.rate_limit_api, _nobody),
            LOGIN: Policy(LOGIN, settings.rate_limit_login, account),
            LOGIN_ADDRESS: Policy(LOGIN_ADDRESS, settings.rate_limit_login_address, address),
            REGISTER: Policy(REGISTER, settings.rate_limit_register, address),
            APPLY: Policy(APPLY, settings.rate_limit_apply, _nobody),
            APPLY_ADDRESS: Policy(APPLY_ADDRESS, settings.rate_limit_apply_address, address),
            SAME_LETTER: Policy(SAME_LETTER, LETTERS, _nobody),
            OWN_LETTER: Policy(OWN_LETTER, ONCE, _nobody),
        }

    def count(self, *names: str, whom: str | None = None) -> None:
        """Count the current request under each policy, up to one that is used up: ``RateLimited``.

        The answer, whatever it will be, states the policies and what is left of them. When the host's counters cannot
        be kept the request is refused: a limit is never off.
        """
        policies = [self._policies[name] for name in names]
        states: list[_State] = []
        after_this_request(functools.partial(_state_limits, policies, states))
        for policy in policies:
            state = self._counted(policy, hashed(whom if whom is not None else policy.whom()))
            states.append(state)
            if not state.passes:
                raise RateLimited(
                    f"at most {policy.rate.amount} requests in {policy.rate.window_s} s ({policy.name})",
                    retry_after_s=state.resets_in_s,
                )

    def has_room(self, name: str, whom: str | None = None) -> bool:
        """Count the current request under a policy of which the answer says nothing, and tell whether it was within."""
        policy = self._policies[name]
        return self._counted(policy, hashed(whom if whom is not None else policy.whom())).passes

    def _counted(self, policy: Policy, whom: str) -> _State:
        try:
            passes = self._strategy.hit(policy.item, whom)
            resets_at, remaining = self._strategy.get_window_stats(policy.item, whom)
        except OSError as error:
            log.error("limits_cannot_be_counted", error=str(error))
            raise Unavailable("requests cannot be counted for the moment; try again", retry_after_s=5) from error
        return _State(policy.name, passes, remaining, max(1, math.ceil(resets_at - time.time())))


@dataclass(frozen=True)
class _State:
    """What is left of one policy for one caller."""

    name: str
    passes: bool
    remaining: int
    resets_in_s: int

    @property
    def stated(self) -> str:
        return f'"{self.name}";r={self.remaining};t={self.resets_in_s}'


def _state_limits(policies: Sequence[Policy], states: Sequence[_State], response: Response) -> Response:
    """Add the fields of draft-ietf-httpapi-ratelimit-headers."""
    response.headers["RateLimit-Policy"] = ", ".join(policy.stated for policy in policies)
    if states:
        response.headers["RateLimit"] = ", ".join(state.stated for state in states)
    return response


def init_limits(app: Flask, settings: Settings) -> None:
    """Give ``app`` its limiter, and stand it before the open routes; the routes must be registered."""
    limiter = Limiter(settings) if settings.rate_limit_enabled else None
    app.extensions[LIMITER] = limiter
    if limiter is None:
        return
    for rule in app.url_map.iter_rules():
        names = open_limits(rule.rule)
        if names:
            app.view_functions[rule.endpoint] = _limited(limiter, names, app.view_functions[rule.endpoint])


def open_limits(path: str) -> tuple[str, ...]:
    """Return the policies of an open route; none for all others."""
    version, below = path[:7], path[7:]
    return OPEN_ROUTES.get(below, ()) if version in ("/api/v1", "/api/v2") else ()


def _limited(limiter: Limiter, names: Sequence[str], view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def limited(*args: Any, **kwargs: Any) -> Any:
        limiter.count(*names)
        return view(*args, **kwargs)

    return limited


def count_caller(whom: str) -> None:
    """Count the current request of a known caller (``user:17``, ``key:3``)."""
    limiter: Limiter | None = current_app.extensions[LIMITER]
    if limiter is not None:
        limiter.count(API, whom=whom)


def count_login(email: str) -> None:
    """Count the current request as a guess at the password of the account with this address."""
    limiter: Limiter | None = current_app.extensions[LIMITER]
    if limiter is not None:
        limiter.count(LOGIN, whom=_one_spelling(email))


def count_apply(user_id: int | None) -> None:
    """Count the current request as an application of this person."""
    limiter: Limiter | None = current_app.extensions[LIMITER]
    if limiter is not None:
        limiter.count(APPLY, whom=f"user:{user_id}")


def has_room(name: str, whom: str | None = None) -> bool:
    """Count the current request under ``name`` without telling, and tell whether it was within the limit."""
    limiter: Limiter | None = current_app.extensions[LIMITER]
    return limiter is None or limiter.has_room(name, whom)


def account() -> str:
    """Return the account that the body names, known or not; spellings that could mean one account are one."""
    body = request.get_json(silent=True)
    email = body.get("email") if isinstance(body, dict) else None
    return _one_spelling(email) if isinstance(email, str) else ""


def _one_spelling(email: str) -> str:
    return "".join(unicodedata.normalize("NFKC", email).casefold().split())


def address() -> str:
    """Return the client's address as the trusted proxies tell it; of IPv6 the /64, which one client has whole."""
    try:
        found = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def hashed(whom: str) -> str:
    """Return a short hash: no e-mail address or token stands in a key."""
    return hashlib.blake2b(whom.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _nobody() -> str:
    raise AssertionError("who calls the API is known only when they are authenticated")
