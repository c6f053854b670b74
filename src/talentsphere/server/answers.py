"""What the door says by itself: its answers and refusals, with the headers of every response."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from talentsphere.api.headers import standard_headers
from talentsphere.api.problem import MIMETYPE as PROBLEM
from talentsphere.api.problem import problem_body

Headers = list[tuple[bytes, bytes]]

_PROBLEM = PROBLEM.encode()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that the house never sees; ``closes`` when nothing after it can be read reliably."""

    status: int
    detail: str
    closes: bool = False
    retry_after_s: int | None = None


class Answer(NamedTuple):
    """A whole response; ``head`` are its header lines without Date and Connection, which the protocol adds."""

    status: int
    head: bytes
    body: bytes
    closes: bool = False


BAD_REQUEST = Refusal(400, "this is not a well-formed HTTP request", closes=True)
CROWDED = Refusal(503, "too many connections; try again", closes=True, retry_after_s=1)
BUSY = Refusal(503, "too many requests are waiting; try again", closes=True, retry_after_s=1)
"""Closes, because another worker may be free: a connection stays with the worker that took it."""
LATE = Refusal(503, "the answer took too long; try again", retry_after_s=1)
TOO_SLOW = Refusal(408, "the request arrived too slowly", closes=True)
HEAD_TOO_LARGE = Refusal(431, "the request's header fields are too large", closes=True)
BODY_TOO_LARGE = Refusal(413, "the body is larger than this address takes", closes=True)
NO_ROOM = Refusal(503, "the body could not be kept for the moment; try again", retry_after_s=5)
CRASHED = Refusal(500, "")


def header_lines(headers: Headers) -> bytes:
    """Return ``headers`` as they go over the wire."""
    return b"".join([b"%s: %s\r\n" % pair for pair in headers])


class Phrasebook:
    """Renders answers and refusals; knows the headers that every response carries."""

    def __init__(self, cors_origins: Collection[str], *, secure: bool) -> None:
        self._cors_origins = cors_origins
        self._secure = secure
        self._standing: dict[str | None, bytes] = {}

    def standing(self, request_id: bytes, origin: bytes | None) -> bytes:
        """Return the header lines of every response; only origins of the settings are remembered."""
        name = origin.decode("latin-1") if origin is not None else None
        known = name if name in self._cors_origins else None
        lines = self._standing.get(known)
        if lines is None:
            lines = self._standing[known] = self._render(known)
        return b"x-request-id: %s\r\n%s" % (request_id, lines)

    def _render(self, origin: str | None) -> bytes:
        pairs = standard_headers("", origin, self._cors_origins, secure=self._secure)
        return header_lines([(n.lower().encode(), v.encode()) for n, v in pairs if n != "X-Request-ID"])

    def answer(self, status: int, content_type: bytes, body: bytes, request_id: bytes, origin: bytes | None) -> Answer:
        """Return an answer that nobody may store."""
        own = b"content-type: %s\r\ncontent-length: %d\r\ncache-control: no-store\r\n"
        return Answer(status, self.standing(request_id, origin) + own % (content_type, len(body)), body)

    def refuse(
        self, refusal: Refusal, request_id: bytes, origin: bytes | None = None, instance: str | None = None
    ) -> Answer:
        """Render ``refusal`` as a problem document."""
        body = problem_body(
            refusal.status, detail=refusal.detail or None, instance=instance, request_id=request_id.decode()
        )
        answer = self.answer(refusal.status, _PROBLEM, body, request_id, origin)
        head = answer.head
        if refusal.retry_after_s is not None:
            head += b"retry-after: %d\r\n" % refusal.retry_after_s
        return Answer(answer.status, head, body, refusal.closes)
