"""``Idempotency-Key``: a POST that is sent again has no second effect, and gets the answer of the first.

The answer is stored in the transaction of the effect, so there is never one without the other, whatever crashes. It
belongs to the caller, the method, the address and the body, and is kept for 24 hours. A refusal stores nothing: a
request that was refused may be sent again with the same key once its cause is gone.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from flask import Response, request

from talentsphere.api.auth import principal
from talentsphere.db.base import now
from talentsphere.db.idempotency import IdempotencyKey, claim_key, find_answer
from talentsphere.db.session import writing
from talentsphere.errors import DomainError

View = TypeVar("View", bound=Callable[..., Any])

HEADER, REPLAY = "Idempotency-Key", "Idempotent-Replay"
KEPT_HEADERS = ("Content-Type", "Location", "ETag")
RETRY_AFTER_S = 1
_VISIBLE = re.compile(r"[!-~]{1,255}\Z")


class BadIdempotencyKey(DomainError):
    """The key is empty, too long, or holds what no header value should."""

    status, slug, title = 400, "bad-idempotency-key", "The Idempotency-Key is malformed"


class RequestInProgress(DomainError):
    """The first request with this key has not been answered yet."""

    status, slug, title = 409, "request-in-progress", "The same request is still being answered"


class IdempotencyKeyReused(DomainError):
    """The key belongs to a request with another body."""

    status, slug, title = 422, "idempotency-key-reused", "The Idempotency-Key was used for another request"


class Asked(NamedTuple):
    """What identifies a request, and what it says; both as hexadecimal digests."""

    key_hash: str
    body_hash: str


def idempotent(view: View) -> View:
    """Let a client send the view's request again under one ``Idempotency-Key``.

    The whole view runs in one transaction, which its own ``writing()`` joins: it may tell nobody of its effect before
    it returns. Costs two statements more (three on PostgreSQL), none without a key. Not for answers with secrets.
    """

    @functools.wraps(view)
    def once(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        if not _VISIBLE.match(key):
            raise BadIdempotencyKey("Idempotency-Key must be 1 to 255 visible ASCII characters")
        return _answered_once(_asked(key), lambda: view(*args, **kwargs))

    once.is_idempotent = True  # type: ignore[attr-defined]
    return once  # type: ignore[return-value]


def _answered_once(asked: Asked, answer: Callable[[], Response]) -> Response:
    with writing() as session:
        if not claim_key(session, asked.key_hash):
            raise RequestInProgress("send it again in a moment", retry_after_s=RETRY_AFTER_S)
        kept = find_answer(session, asked.key_hash, now())
        if kept is not None:
            return _replayed(kept, asked)
        response = answer()
        if response.status_code < 400:
            session.add(_kept(response, asked))
    return response


def _asked(key: str) -> Asked:
    """Hash with lengths, so that no part can pass for the end of another. The query is part of the address."""
    caller = principal()
    who = f"key:{caller.api_key_id}" if caller.api_key_id is not None else f"user:{caller.user_id}"
    parts = (who, request.method, request.path, request.query_string.decode("latin-1"), key)
    named = "".join(f"{len(part)}:{part}" for part in parts)
    return Asked(_digest(named.encode()), _digest(request.get_data()))


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def _replayed(kept: IdempotencyKey, asked: Asked) -> Response:
    if kept.body_hash != asked.body_hash:
        raise IdempotencyKeyReused("this Idempotency-Key was sent with another body; take a new key")
    return Response(kept.body, kept.status, {**kept.headers, REPLAY: "true"})


def _kept(response: Response, asked: Asked) -> IdempotencyKey:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return IdempotencyKey(
        key_hash=asked.key_hash,
        body_hash=asked.body_hash,
        status=response.status_code,
        headers=headers,
        body=response.get_data(),
    )
