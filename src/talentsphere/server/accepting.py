"""Accepts connections one at a time and politely, so that the workers of a host share them.

libuv takes all that wait at once: of 12 connections one worker got 12, shed most of their requests and left three
workers idle. Here a worker takes one at a time, and one that has more than its share lets the others be quicker.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

POLITE_PAUSE_S = 0.002
EXHAUSTED_PAUSE_S = 0.5


class Acceptor:
    """One listening socket of one worker; has the methods of ``asyncio.Server`` that uvicorn uses."""

    def __init__(
        self,
        listener: socket.socket,
        new_protocol: Callable[[], asyncio.Protocol],
        has_its_share: Callable[[int], bool],
    ) -> None:
        self._listener = listener
        self._new_protocol = new_protocol
        self._has_its_share = has_its_share
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[object]] = set()
        self._closed = False

    def open(self) -> None:
        self._listener.setblocking(False)
        self._resume()

    def _resume(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError:  # no descriptors left: the connection waits for us or for another worker
            self._pause(EXHAUSTED_PAUSE_S)
            return
        connection.setblocking(False)
        task = self._loop.create_task(self._connect(connection))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)
        if self._has_its_share(len(self._opening)):
            self._pause(POLITE_PAUSE_S)

    async def _connect(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the client is gone already
            await self._loop.connect_accepted_socket(self._new_protocol, connection)

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener)
        self._loop.call_later(seconds, self._resume)

    def close(self) -> None:
        """Stop accepting here; the socket goes on listening in the other workers."""
        self._closed = True
        self._loop.remove_reader(self._listener)
        self._listener.close()

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._opening)
