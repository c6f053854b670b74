"""The ASGI application in front of the house: reads bodies whole, sheds load, sends what the threads make."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from typing import IO, Any, cast

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from talentsphere.server.answering import VISIT, Visit
from talentsphere.server.answers import BODY_TOO_LARGE, BUSY, NO_ROOM, Answer, Phrasebook, Refusal
from talentsphere.server.bridge import House, Question
from talentsphere.server.door import Door, Head
from talentsphere.server.response import StreamedReply

BODY_IN_MEMORY = 256 * 1024
FindFar = Callable[[Head, bytes], Awaitable[Answer | None]]
"""Returns the kept answer to a request where its freshness must be waited for."""


class Gate:
    """What uvicorn calls for every request that the door does not answer at once."""

    def __init__(
        self, door: Door, house: House, phrases: Phrasebook, *, body_bytes: int, find_far: FindFar | None = None
    ) -> None:
        self._door = door
        self._house = house
        self._phrases = phrases
        self._body_bytes = body_bytes
        self._find_far = find_far

    def meet(self, visit: Visit) -> None:
        """Ask the door."""
        visit.is_met = True
        visit.answer = self._door.decide(visit.head, visit.request_id)

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        visit: Visit = cast("dict[str, Any]", scope).pop(VISIT)  # no cycle of references
        if visit.answer is not None:
            await self._answer(visit, visit.answer, unread=visit.head.expects_body)
            return
        if self._find_far is not None:
            far = await self._find_far(visit.head, visit.request_id)
            if far is not None:
                await self._answer(visit, far)
                return
        body = await self._read_body(receive) if visit.head.expects_body else None
        if isinstance(body, Refusal):
            await self._refuse(visit, body, unread=True)
        elif body is not None or not visit.head.expects_body:
            await self._ask_house(visit, scope, body, send)

    async def _read_body(self, receive: ASGIReceiveCallable) -> IO[bytes] | Refusal | None:
        """Read the whole body into memory or a file; None when the client left, or was too slow."""
        body = tempfile.SpooledTemporaryFile(max_size=BODY_IN_MEMORY)  # noqa: SIM115  # the house closes it
        while True:
            message = await receive()
            if message["type"] != "http.request":
                body.close()
                return None
            try:
                body.write(message["body"])
            except OSError:
                return NO_ROOM
            if body.tell() > self._body_bytes:
                body.close()
                return BODY_TOO_LARGE
            if not message["more_body"]:
                return body

    async def _ask_house(self, visit: Visit, scope: HTTPScope, body: IO[bytes] | None, send: ASGISendCallable) -> None:
        question = Question(visit.head, visit.request_id, scope, body)
        if not self._house.ask(question):
            await self._refuse(visit, BUSY)
            return
        visit.connection.watch(question.leave)
        reply = await question.reply
        if isinstance(reply, Answer):
            await self._answer(visit, reply)
        elif isinstance(reply, Refusal):
            await self._refuse(visit, reply)
        elif reply is not None:
            await _send_stream(visit, reply, send)

    async def _refuse(self, visit: Visit, refusal: Refusal, *, unread: bool = False) -> None:
        head = visit.head
        answer = self._phrases.refuse(refusal, visit.request_id, head.origin, head.path[:200])
        await self._answer(visit, answer, unread=unread)

    async def _answer(self, visit: Visit, answer: Answer, *, unread: bool = False) -> None:
        if visit.connection.flow.write_paused:
            await visit.connection.flow.drain()
        visit.connection.send_answer(answer, unread=unread)


async def _send_stream(visit: Visit, reply: StreamedReply, send: ASGISendCallable) -> None:
    """Send the chunks as they come; when the application fails midway, the end stays out."""
    stream, connection = reply.stream, visit.connection
    connection.watch(stream.leave)
    ends_by_closing = visit.head.version == "1.0" and not reply.has_length
    if ends_by_closing:
        connection.delimit_by_closing()
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    async for chunk in stream:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    if stream.failed or ends_by_closing:
        connection.cut()
    elif not stream.left:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
