"""uvicorn's HTTP protocol with its traps closed: bounded, timed, one answer for one request.

Stock uvicorn appends trailers to the headers of the request, merges ``X_A`` with ``X-A``, answers a valid
request with the 400 of the garbage behind it, has no limit on heads and no timer before the first response.
Each override below closes one of these; ``tests/server/test_hostile.py`` shows them on the stock class.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httptools

from talentsphere.api.request_id import new_request_id
from talentsphere.server.answering import VISIT, AnsweringProtocol, Visit
from talentsphere.server.answers import BAD_REQUEST, CROWDED, HEAD_TOO_LARGE, Refusal
from talentsphere.server.door import Head
from talentsphere.server.limits import HEAD_BYTES
from talentsphere.server.patience import BODY, HEAD, IDLE

BODY_HEADERS = (b"content-length", b"transfer-encoding")


class StopParsingError(Exception):
    """Stops the parser in a callback; the requests before are answered, then the connection closes."""


class DoorProtocol(AnsweringProtocol):
    """What arrives on one connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.messages = self.head_bytes = self.raw_body_bytes = self.lingered_bytes = 0
        if len(self.connections) > self.limits.connections:
            self.stop(CROWDED)

    def data_received(self, data: bytes) -> None:
        if self.lingering:
            self._discard(len(data))
            return
        if self.deaf:
            return
        self.heard_at = self.loop.time()
        reading, messages = self.reading, self.messages
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.deaf = True
        except httptools.HttpParserError:
            self.stop(BAD_REQUEST)
        else:
            self._bound(len(data), reading, whole=messages == self.messages)

    def _bound(self, size: int, reading: int, *, whole: bool) -> None:
        """Count what the parser holds: it reports a header value only when that ends."""
        if self.reading == HEAD:
            self.head_bytes = self.head_bytes + size if whole else 0
            if self.head_bytes > HEAD_BYTES:
                self.stop(HEAD_TOO_LARGE)
        elif self.reading == BODY and reading == BODY and whole:
            self.raw_body_bytes += size
            if self.raw_body_bytes - 8 * self.body_bytes > self.limits.framing_bytes:
                self.stop(BAD_REQUEST)

    def _discard(self, size: int) -> None:
        self.lingered_bytes += size
        if self.lingered_bytes > self.limits.linger_bytes:
            self.transport.close()

    def eof_received(self) -> None:
        if self.lingering:
            self.transport.close()

    def on_message_begin(self) -> None:
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self.reading = HEAD
        self.head_bytes = 0
        self.begun_at = self.heard_at

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.reading == HEAD and b"_" not in name:
            name = name.lower()
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.upgrades = self.parser.should_upgrade()
        if self.upgrades and any(name in BODY_HEADERS for name, _ in self.headers):
            raise StopParsingError  # the parser would take the body for the upgraded protocol
        target = self._origin_form()
        method, version = self.parser.get_method().decode(), self.parser.get_http_version()
        visit = Visit(self, Head(method, target, self.headers, version))
        self.reading = BODY
        self.raw_body_bytes = self.body_bytes = 0
        self.begun_at = self.heard_at
        if not self.answers_at_once(visit):
            self._line_up(visit)

    def _line_up(self, visit: Visit) -> None:
        """Let uvicorn make the scope and the cycle of a request that the door does not answer at once."""
        before = self.last_in_line()
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers[:], self.expect_100_continue = url, headers, expects
        scope: Any = self.scope
        scope[VISIT] = visit
        super().on_headers_complete()
        if len(self.pipeline) > self.limits.pipelined:
            raise StopParsingError
        if self.upgrades:
            self.cycle.keep_alive = False
        if self.server_state.draining:
            self.say_close(before)

    def _origin_form(self) -> bytes:
        """Return the target without scheme and host; an absolute target's host replaces the header's."""
        if self.url.startswith(b"/"):
            return self.url
        parts = httptools.parse_url(self.url)
        host = parts.host + (b":%d" % parts.port if parts.port else b"")
        self.headers[:] = [(name, host if name == b"host" else value) for name, value in self.headers]
        path: bytes = parts.path
        return path + b"?" + parts.query if parts.query else path

    def on_body(self, body: bytes) -> None:
        self.body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.reading = IDLE
        self.messages += 1
        if self.cycle is not None:
            super().on_message_complete()

    def stop(self, refusal: Refusal) -> None:
        """Take no more requests. What was asked before is answered; ``refusal`` is sent if nothing was."""
        if self.deaf:
            return
        self.deaf = True
        if self.reading == BODY and self._drop_unfinished():
            return
        last = self.last_in_line()
        if last is not None:
            last.keep_alive = False
            return
        answer = self.server_state.phrases.refuse(refusal, new_request_id().encode())
        self.transport.write(self.rendered(answer, answer.body, closes=True))
        self.linger()

    def _drop_unfinished(self) -> bool:
        """Forget the request whose body failed; True when its answer has begun and just breaks off."""
        cycle = self.cycle
        if self.pipeline:
            self.pipeline.popleft()
        elif cycle.response_started:
            cycle.disconnected = True
            self.transport.close()
            return True
        else:
            cycle.disconnected = True
            cycle.message_event.set()
            self.current = None
        return False
