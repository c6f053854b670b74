"""The door's decision: from the head of a request to an answer, a refusal, or nothing.

Pure: it knows neither ASGI nor sockets nor time, so another protocol can stand in front of it. ``None``
means that the house must answer. Answers from the cache (``hits.py``) join in ``decide``, after the limits.
"""

from __future__ import annotations

from collections.abc import Callable

from talentsphere import __version__
from talentsphere.api.headers import is_request_id
from talentsphere.api.json import to_json
from talentsphere.server.answers import BODY_TOO_LARGE, HEAD_TOO_LARGE, Answer, Headers, Phrasebook, Refusal
from talentsphere.server.limits import HEAD_BYTES, HEAD_FIELDS, TARGET_BYTES

LIVE = b"/health/live"
LIVE_BODY = to_json({"status": "ok", "version": __version__})

HOST, LENGTH, CODING, ORIGIN, ID, ACCEPTED, HELD, PRIVATE = range(8)
SPECIAL = (b"authorization", b"cookie", b"range", b"cache-control", b"if-modified-since", b"if-range")
"""Headers with which a request is never answered from the cache here."""
TELLING = {
    b"host": HOST, b"content-length": LENGTH, b"transfer-encoding": CODING, b"origin": ORIGIN, b"x-request-id": ID,
    b"accept-encoding": ACCEPTED, b"if-none-match": HELD, **dict.fromkeys(SPECIAL, PRIVATE),
}  # fmt: skip

TARGET_TOO_LONG = Refusal(414, "the address is longer than 8 kB", closes=True)
ONE_HOST = Refusal(400, "a request needs exactly one Host", closes=True)
ONLY_CHUNKED = Refusal(400, "the only transfer coding taken is chunked, in HTTP/1.1", closes=True)
UNKNOWN_VERSION = Refusal(505, "HTTP/1.1 and HTTP/1.0 are spoken here", closes=True)


class Head:
    """The head of one request, scanned once; header names are lower case."""

    __slots__ = (
        "accepted", "codings", "expects_body", "given_id", "headers", "host", "hosts", "is_plain", "known", "length",
        "method", "origin", "size", "target", "version",
    )  # fmt: skip

    def __init__(self, method: str, target: bytes, headers: Headers, version: str = "1.1") -> None:
        self.method, self.target, self.headers, self.version = method, target, headers, version
        self.size = self.hosts = self.length = 0
        self.codings: list[bytes] = []
        self.host = b""
        self.origin: bytes | None = None
        self.given_id: bytes | None = None
        self.known: bytes | None = None
        self.accepted = b""
        self.is_plain = True
        """No header says that the answer is for this client alone."""
        for name, value in headers:
            self.size += len(name) + len(value) + 4
            telling = TELLING.get(name)
            if telling is not None:
                self._note(telling, value)
        self.expects_body = self.length > 0 or bool(self.codings)

    def _note(self, telling: int, value: bytes) -> None:
        if telling == HOST:
            self.hosts += 1
            self.host = value
        elif telling == ACCEPTED:
            self.accepted = self.accepted + b", " + value if self.accepted else value
        elif telling == PRIVATE:
            self.is_plain = False
        elif telling == HELD:
            self.known = self.known + b", " + value if self.known else value
        elif telling == ID:
            self.given_id = value
        elif telling == ORIGIN:
            self.origin = value
        elif telling == LENGTH:
            self.length = int(value)
        else:
            self.codings.append(value.lower())

    def request_id(self, fresh: str) -> bytes:
        """Return the client's own id when it is harmless (nginx sends one, which links its log to ours)."""
        given = self.given_id.decode("latin-1") if self.given_id is not None else None
        return (given if given is not None and is_request_id(given) else fresh).encode()

    @property
    def path(self) -> str:
        return self.target.partition(b"?")[0].decode("latin-1")


Kept = Callable[[Head, bytes], Answer | None]
"""Returns the kept answer to a request, by its head and its id."""


class Door:
    """Decides what the loop can answer without the house."""

    def __init__(self, phrases: Phrasebook, *, body_bytes: int, find_kept: Kept | None = None) -> None:
        self._phrases = phrases
        self._body_bytes = body_bytes
        self._find_kept = find_kept

    def decide(self, head: Head, request_id: bytes) -> Answer | None:
        """Return the answer to ``head``, or None when the house must give it."""
        refusal = self.refusal_of(head)
        if refusal is not None:
            return self._phrases.refuse(refusal, request_id, head.origin, head.path[:200])
        if head.target.startswith(LIVE) and is_live(head):
            return self._phrases.answer(200, b"application/json", LIVE_BODY, request_id, head.origin)
        return self._find_kept(head, request_id) if self._find_kept is not None else None

    def refusal_of(self, head: Head) -> Refusal | None:
        """Return why ``head`` breaks a limit, or None."""
        if head.length > self._body_bytes:
            return BODY_TOO_LARGE
        if head.size > HEAD_BYTES or len(head.headers) > HEAD_FIELDS:
            return HEAD_TOO_LARGE
        if len(head.target) > TARGET_BYTES:
            return TARGET_TOO_LONG
        return _ambiguity(head)


def _ambiguity(head: Head) -> Refusal | None:
    """Return what another server on the way might read differently."""
    if head.version not in ("1.1", "1.0"):
        return UNKNOWN_VERSION
    if head.hosts != 1 or not head.host:
        return ONE_HOST
    if head.codings and (head.codings != [b"chunked"] or head.version != "1.1"):
        return ONLY_CHUNKED
    return None


def is_live(head: Head) -> bool:
    """Tell whether this is the liveness probe, with or without a query."""
    return head.method in ("GET", "HEAD") and head.target.partition(b"?")[0] == LIVE
