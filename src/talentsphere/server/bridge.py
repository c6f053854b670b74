"""The bridge from the loop to the WSGI application: a bounded house of daemon threads.

The threads are not ``concurrent.futures``: that module joins at exit, so one stuck view would hold the
process for ever. A thread is never killed: at the deadline the loop answers and forgets the question.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections import deque
from collections.abc import Callable
from contextvars import Context
from queue import SimpleQueue
from typing import IO

import structlog
from uvicorn._types import HTTPScope

from talentsphere.server.answers import CRASHED, LATE
from talentsphere.server.door import Head
from talentsphere.server.environ import build_environ
from talentsphere.server.response import Reply, Responder, StreamedReply, WsgiApplication
from talentsphere.server.stream import Stream, Waiters

log = structlog.get_logger(__name__)


class Question:
    """One request for the house, and the future of its reply: None when the client left."""

    __slots__ = ("abandoned", "body", "deadline", "head", "reply", "request_id", "running", "scope")

    def __init__(self, head: Head, request_id: bytes, scope: HTTPScope, body: IO[bytes] | None) -> None:
        self.head, self.request_id, self.scope, self.body = head, request_id, scope, body
        self.reply: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        self.deadline = 0.0
        self.abandoned = self.running = False

    def settle(self, reply: Reply | None) -> None:
        """Give the answer, unless the question was abandoned. Loop only."""
        if not self.reply.done():
            self.reply.set_result(reply)
        elif isinstance(reply, StreamedReply):
            reply.stream.leave()

    def leave(self) -> None:
        """The client is gone: drop the question when it is dequeued, or its answer."""
        self.abandoned = True
        self.settle(None)


class House:
    """Threads that run the application; all counting is done in the loop."""

    def __init__(self, application: WsgiApplication, *, threads: int, deadline_s: float) -> None:
        self._application = application
        self._threads = threads
        self._deadline_s = deadline_s
        self._loop = asyncio.get_running_loop()
        self._questions: SimpleQueue[Question] = SimpleQueue()
        self._inside: set[Question] = set()
        self._events: weakref.WeakSet[Stream] = weakref.WeakSet()
        self._waiters = Waiters(threads // 4)
        self._posted: deque[Callable[[], None]] = deque()
        self._flush_pending = False
        self.asked = 0

    def open(self) -> None:
        """Start the threads; only ever after the fork."""
        for number in range(self._threads):
            threading.Thread(target=self._work, name=f"house-{number}", daemon=True).start()

    def ask(self, question: Question) -> bool:
        """Queue ``question``; False when as many wait as there are threads."""
        if len(self._inside) >= 2 * self._threads:
            if question.body is not None:
                question.body.close()
            return False
        self.asked += 1
        question.deadline = self._loop.time() + self._deadline_s
        self._inside.add(question)
        self._questions.put(question)
        return True

    @property
    def stuck(self) -> int:
        """How many threads still run for questions that were answered by their deadline."""
        now = self._loop.time()
        return sum(
            1 for question in self._inside if question.running and question.deadline < now and question.abandoned
        )

    def check_deadlines(self, now: float) -> None:
        """Answer for the house where it is late; called a few times a second."""
        for question in self._inside:
            if question.deadline < now and not question.reply.done():
                question.abandoned = True
                question.settle(LATE)

    def end_events(self) -> None:
        """End all event streams; their readers come back to another worker."""
        for stream in self._events:
            stream.stop()

    def post(self, callback: Callable[[], None]) -> None:
        """Run ``callback`` in the loop soon; one wake-up serves all that is posted meanwhile. Thread-safe."""
        self._posted.append(callback)
        if not self._flush_pending:
            self._flush_pending = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: the worker has left
                self._loop.call_soon_threadsafe(self._flush)

    def _flush(self) -> None:
        self._flush_pending = False
        while self._posted:
            self._posted.popleft()()

    def _work(self) -> None:
        while True:
            question = self._questions.get()
            if not question.abandoned:
                question.running = True
                Context().run(self._answer, question)
            if question.body is not None:
                question.body.close()
            self.post(lambda question=question: self._inside.discard(question))  # type: ignore[misc]

    def _answer(self, question: Question) -> None:
        responder = Responder(
            question.head.method,
            question.request_id,
            lambda reply: self.post(lambda: self._settle(question, reply)),
            self._new_stream,
        )
        try:
            environ = build_environ(question.head, question.request_id, question.scope, question.body)
            responder.run(self._application, environ)
        except BaseException:
            log.exception("bridge_failed")
            self.post(lambda: question.settle(CRASHED))

    def _settle(self, question: Question, reply: Reply) -> None:
        """Give a thread's answer; a whole one frees the place at once, as its client may ask the next thing."""
        question.settle(reply)
        if not isinstance(reply, StreamedReply):
            self._inside.discard(question)

    def _new_stream(self, is_events: bool) -> Stream:
        stream = Stream(self.post, self._waiters)
        if is_events:
            self.post(lambda: self._events.add(stream))
        return stream
