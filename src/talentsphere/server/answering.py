"""The answering half of a connection: whole answers, the line of pipelined requests, how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from talentsphere.api.request_id import new_request_id
from talentsphere.server.answers import Answer
from talentsphere.server.door import Head
from talentsphere.server.patience import IDLE
from talentsphere.server.state import DoorState

VISIT = "talentsphere.visit"
"""A key of the ASGI scope: what is known of the request."""
ENDLESS = 1 << 62


class Visit:
    """One request on its way: its head, its id, and the door's answer when there is one."""

    __slots__ = ("answer", "connection", "head", "is_met", "request_id")

    def __init__(self, connection: AnsweringProtocol, head: Head) -> None:
        self.connection, self.head = connection, head
        self.request_id = head.request_id(new_request_id())
        self.is_met = False
        """The door was asked."""
        self.answer: Answer | None = None


class AnsweringProtocol(HttpToolsProtocol):
    """What leaves on one connection."""

    server_state: DoorState

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.limits = self.server_state.limits
        self.reading = IDLE
        self.current: RequestResponseCycle | None = None
        self.closing_cycle: RequestResponseCycle | None = None
        self.on_leave: Callable[[], None] | None = None
        self.deaf = self.lingering = self.upgrades = False
        self.heard_at = self.begun_at = self.idle_since = self.written_at = self.loop.time()
        self.body_bytes = self.unsent_bytes = 0

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.pipeline.clear()
        if self.current is not None and not self.current.response_complete:
            self.current.disconnected = True
            self.current.message_event.set()
        if self.on_leave is not None:
            self.on_leave()

    def answers_at_once(self, visit: Visit) -> bool:
        """Write the door's answer, if it has one and nothing is to be waited for, with none of what ASGI needs."""
        if self.pipeline or visit.head.expects_body or self._must_wait() or self.transport.is_closing():
            return False
        if self.current is not None and not self.current.response_complete:
            return False
        self.app.meet(visit)
        answer = visit.answer
        if answer is None:
            return False
        closes = answer.closes or visit.head.version == "1.0" or not self.parser.should_keep_alive()
        body = b"" if visit.head.method == "HEAD" else answer.body
        self.transport.write(self.rendered(answer, body, closes=closes))
        if closes:
            self.transport.close()
        self.on_response_complete()
        return True

    def _must_wait(self) -> bool:
        return self.flow.write_paused or self.upgrades or self.server_state.draining

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Answer what the door can; a task only where something must be waited for."""
        self.current = cycle
        self.on_leave = None
        extended: Any = cycle.scope
        visit: Visit = extended[VISIT]
        if not visit.is_met:
            app.meet(visit)
        if visit.answer is None or self._must_wait():
            super()._start_asgi_task(cycle, app)
        else:
            del extended[VISIT]  # no cycle of references
            self.send_answer(visit.answer, unread=visit.head.expects_body)

    def send_answer(self, answer: Answer, *, unread: bool = False) -> None:
        """Write the whole response to the current request; ``unread``: its body may still be coming."""
        cycle = self.current
        assert cycle is not None
        if self.transport.is_closing():
            cycle.disconnected = True
            return
        closes = answer.closes or not cycle.keep_alive
        body = b"" if cycle.scope["method"] == "HEAD" else answer.body
        self.transport.write(self.rendered(answer, body, closes=closes))
        cycle.response_started = cycle.response_complete = True
        if closes and unread:
            self.deaf = True
            self.linger()
        elif closes:
            self.transport.close()
        self.on_response_complete()

    def rendered(self, answer: Answer, body: bytes, *, closes: bool) -> bytes:
        end = b"connection: close\r\n\r\n" if closes else b"\r\n"
        status, date = STATUS_LINE[answer.status], self.server_state.date_line
        return b"".join((status, date, answer.head, end, body))

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        self.on_leave = None
        if self.transport.is_closing() or self.lingering:
            return
        self.flow.resume_reading()
        self.idle_since = self.heard_at = self.loop.time()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def last_in_line(self) -> RequestResponseCycle | None:
        """Return the newest request that still awaits its answer's end, or None."""
        if self.pipeline:
            return self.pipeline[0][0]
        if self.current is None or self.current.response_complete:
            return None
        return self.current

    def linger(self) -> None:
        """Send all, then read on for a moment: closing on unread bytes would reset the answer away."""
        self.lingering = True
        self.written_at = self.loop.time()
        self.flow.resume_reading()
        if not self.transport.is_closing():
            self.transport.write_eof()

    def delimit_by_closing(self) -> None:
        """Let the current response, of unknown length, end with the connection, as HTTP/1.0 wants."""
        assert self.current is not None
        self.current.keep_alive = False
        self.current.chunked_encoding = False
        self.current.expected_content_length = ENDLESS

    def watch(self, on_leave: Callable[[], None]) -> None:
        """Have ``on_leave`` called when the client leaves; at once when it has left."""
        self.on_leave = on_leave
        if self.current is None or self.current.disconnected:
            on_leave()

    def cut(self) -> None:
        """End the current response here, without a final chunk."""
        assert self.current is not None
        self.current.response_complete = True
        self.current.message_event.set()
        self.transport.close()
        self.on_response_complete()

    def begin_drain(self) -> None:
        """Let the last answer that has not started say ``Connection: close``."""
        last = self.last_in_line()
        if last is not None and not last.response_started and last.keep_alive:
            last.keep_alive = False
            self.closing_cycle = last

    def say_close(self, before: RequestResponseCycle | None) -> None:
        if before is not None and before is self.closing_cycle and not before.response_started:
            before.keep_alive = True
        self.closing_cycle = self.cycle if self.cycle.keep_alive else None
        self.cycle.keep_alive = False

    def is_idle(self) -> bool:
        """Tell whether no request is being read or answered."""
        return self.reading == IDLE and self.last_in_line() is None and not self.lingering
