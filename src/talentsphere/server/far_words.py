"""The words in Redis, asked for in the event loop: one question for all hits that wait, one at a time.

A question holds only requests that had begun when it was sent: what it answers is no older than any of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from talentsphere.cache.breaker import TIMEOUT_S
from talentsphere.cache.words import Look
from talentsphere.cache.words_redis import FIXED, RedisWords, run_id_in


class FarWords:
    """The looks of one worker; its connection is of the loop alone."""

    def __init__(self, words: RedisWords, url: str) -> None:
        from redis.asyncio import ConnectionPool

        self._words = words
        self._pool: Any = ConnectionPool.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        self._connection: Any = None
        self._run_id = ""
        self._waiting: list[tuple[Sequence[int], asyncio.Future[Look | None]]] = []
        self._asking: asyncio.Task[None] | None = None
        self.asked = 0

    async def look(self, slots: Sequence[int]) -> Look | None:
        """Return what the table says of ``slots``, or nothing when it is not to be used or does not answer."""
        if self._words.breaker.is_open:
            return None
        answer: asyncio.Future[Look | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((slots, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await answer

    async def _ask_all(self) -> None:
        """Ask for all that wait, and again for those that came meanwhile."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            looks = await self._looks([slots for slots, _ in batch])
            for (_, answer), look in zip(batch, looks, strict=True):
                if not answer.done():
                    answer.set_result(look)
        self._asking = None

    async def _looks(self, wanted: list[Sequence[int]]) -> list[Look | None]:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._asked(wanted)
        except Exception as error:  # whatever the client raises: Redis does not answer, and the house does
            await self._forget()
            self._words.breaker.trip(error)
            return [None] * len(wanted)

    async def _asked(self, wanted: list[Sequence[int]]) -> list[Look | None]:
        if self._connection is None:
            self._connection = self._pool.make_connection()
            await self._connection.connect()
            self._run_id = run_id_in(await self._run("INFO", "server"))
        slots = sorted({slot for each in wanted for slot in each})
        self.asked += 1
        found = await self._run("HMGET", self._words.key, *self._words.fields_of(slots))
        fixed, words = found[: len(FIXED)], dict(zip(slots, found[len(FIXED) :], strict=True))
        return [self._words.judged(self._run_id, [*fixed, *(words[slot] for slot in each)]) for each in wanted]

    async def _run(self, *words: Any) -> Any:
        await self._connection.send_command(*words)
        return await self._connection.read_response()

    async def _forget(self) -> None:
        """Give the connection up: what it would say next belongs to nobody."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)
