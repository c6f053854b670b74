"""Runs a WSGI application for one request and turns what it does into a reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import structlog

from talentsphere.server.answers import CRASHED, Answer, Headers, Refusal, header_lines
from talentsphere.server.stream import ClientGoneError, Stream

log = structlog.get_logger(__name__)

OURS = frozenset((
    "connection", "date", "keep-alive", "proxy-authenticate", "proxy-authorization", "server", "te",
    "trailer", "transfer-encoding", "upgrade",
))  # fmt: skip
"""Headers that belong to the connection or the server, not to the application."""
FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f]")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType]
WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass(slots=True)
class StreamedReply:
    """A response whose chunks follow."""

    status: int
    headers: Headers
    stream: Stream
    has_length: bool


Reply = Answer | StreamedReply | Refusal


class BrokenResponseError(Exception):
    """The application broke the protocol of WSGI or the length that it declared."""


class Responder:
    """The ``start_response`` of one request, and its iterable's way to the client."""

    def __init__(
        self,
        method: str,
        request_id: bytes,
        settle: Callable[[Reply], None],
        new_stream: Callable[[bool], Stream],
    ) -> None:
        self._method = method
        self._request_id = request_id
        self._settle = settle
        self._new_stream = new_stream
        self._status: int | None = None
        self._headers: Headers = []
        self._declared: int | None = None
        self._is_events = False
        self._stream: Stream | None = None
        self._sent_bytes = 0

    def run(self, application: WsgiApplication, environ: dict[str, Any]) -> None:
        """Call the application; whatever it does, the client gets a reply or a broken-off one, never two."""
        try:
            iterable = application(environ, self.start_response)
            try:
                self._send(iterable)
            finally:
                close = getattr(iterable, "close", None)
                if close is not None:
                    close()
        except ClientGoneError:
            pass
        except BaseException:
            log.exception("application_failed", method=self._method, path=environ["PATH_INFO"])
            self._break_off()

    def _break_off(self) -> None:
        if self._stream is None:
            self._settle(CRASHED)
        else:
            self._stream.fail()

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        """Take status and headers, as PEP 3333 says: only an error may replace what was not sent yet."""
        if exc_info is not None:
            try:
                if self._stream is not None:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self._status is not None:
            raise BrokenResponseError("start_response was called twice")
        self._status = int(status[:3])
        if not 200 <= self._status <= 599:
            raise BrokenResponseError(f"no such status: {status!r}")
        self._take_headers(headers)
        return self._write

    def _take_headers(self, headers: list[tuple[str, str]]) -> None:
        self._headers = []
        self._declared = None
        has_id = False
        for name, value in headers:
            key = name.lower()
            if key in OURS:
                continue
            if FORBIDDEN.search(value) or FORBIDDEN.search(key):
                raise BrokenResponseError(f"the header {name!r} has a control character")
            if key == "content-length":
                self._declared = int(value)
                continue
            if key == "content-type":
                self._is_events = value.startswith("text/event-stream")
            has_id = has_id or key == "x-request-id"
            self._headers.append((key.encode("latin-1"), value.encode("latin-1")))
        if not has_id:
            self._headers.append((b"x-request-id", self._request_id))

    @property
    def _is_bodyless(self) -> bool:
        return self._method == "HEAD" or self._status in (204, 304)

    def _send(self, iterable: Iterable[bytes]) -> None:
        chunks = iter(iterable)
        first = _next_chunk(chunks)
        if self._stream is None and (self._is_bodyless or self._is_whole(iterable, first)):
            self._send_whole(first, chunks)
            return
        if first is not None:
            self._write(first)
        for chunk in chunks:
            if chunk:
                self._write(chunk)
        self._finish()

    def _is_whole(self, iterable: Iterable[bytes], first: bytes | None) -> bool:
        """Tell whether ``first`` is the body. No looking ahead: PEP 3333 forbids to hold a chunk back."""
        if first is None or self._declared is not None:
            return first is None or len(first) >= (self._declared or 0)
        return isinstance(iterable, Sized) and len(iterable) == 1

    def _send_whole(self, first: bytes | None, chunks: Iterator[bytes]) -> None:
        if self._status is None:
            raise BrokenResponseError("start_response was not called")
        if self._is_bodyless:
            if self._declared is not None and self._method == "HEAD":
                self._headers.append((b"content-length", b"%d" % self._declared))
            self._settle(Answer(self._status, header_lines(self._headers), b""))
            return
        body = first or b""
        if self._declared is not None and (len(body) != self._declared or _next_chunk(chunks) is not None):
            raise BrokenResponseError(f"the body is not as long as declared ({self._declared} bytes)")
        self._headers.append((b"content-length", b"%d" % len(body)))
        self._settle(Answer(self._status, header_lines(self._headers), body))

    def _write(self, chunk: bytes) -> None:
        """Send ``chunk`` now; also what ``start_response`` returns."""
        if self._status is None:
            raise BrokenResponseError("start_response was not called")
        if self._stream is None:
            self._begin_stream(self._status)
        if self._is_bodyless or not chunk:
            return
        self._sent_bytes += len(chunk)
        if self._declared is not None and self._sent_bytes > self._declared:
            raise BrokenResponseError(f"the body is longer than declared ({self._declared} bytes)")
        assert self._stream is not None
        self._stream.push(chunk)

    def _begin_stream(self, status: int) -> None:
        if self._declared is not None and (self._method == "HEAD" or not self._is_bodyless):
            self._headers.append((b"content-length", b"%d" % self._declared))
        self._stream = self._new_stream(self._is_events)
        has_length = self._is_bodyless or self._declared is not None
        self._settle(StreamedReply(status, self._headers, self._stream, has_length))

    def _finish(self) -> None:
        assert self._stream is not None
        if self._declared is not None and self._sent_bytes != self._declared and not self._is_bodyless:
            raise BrokenResponseError(f"the body is shorter than declared ({self._declared} bytes)")
        self._stream.end()


def _next_chunk(chunks: Iterator[bytes]) -> bytes | None:
    """Return the next chunk that is not empty, or None."""
    return next((chunk for chunk in chunks if chunk), None)
