"""Runs the door and the bridge in this process, so that a test sees both the application and the client."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from pathlib import Path

from tests.server.running import free_port, wait_until
from uvicorn.config import Config

from talentsphere.server.answers import Phrasebook
from talentsphere.server.asgi import Gate
from talentsphere.server.bridge import House
from talentsphere.server.door import Door
from talentsphere.server.lame_duck import LameDuck, Leaving
from talentsphere.server.limits import Limits
from talentsphere.server.state import DoorState
from talentsphere.server.worker import Worker


class NoWorker:
    """Nothing asks for a successor here, and there are no siblings."""

    age = 0
    ppid = os.getppid()
    tmp = None


class Inside:
    """A worker's loop in a thread, without gunicorn."""

    def __init__(self, application, **limits: float) -> None:
        self.port = free_port()
        values = {"body_bytes": 1 << 20, "client_timeout_s": 5.0, "deadline_s": 30.0, "threads": 4, "idle_s": 75.0}
        self.limits = Limits(**{**values, **limits})
        self.application = application
        self.server: LameDuck | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self) -> None:
        phrases = Phrasebook((), secure=False)
        self.house = House(self.application, threads=self.limits.threads, deadline_s=self.limits.deadline_s)
        door = Door(phrases, body_bytes=self.limits.body_bytes)
        app = Gate(door, self.house, phrases, body_bytes=self.limits.body_bytes)
        config = Config(app, **{**Worker.CONFIG_KWARGS, "loop": "none"}, port=self.port, log_config=None)
        state = DoorState(self.limits, phrases)
        leaving = Leaving(max_requests=0, memory_bytes=1 << 40, lock=Path("/nowhere"), grace_s=5, drain_idle_s=0.2)
        self.server = LameDuck(config, state, self.house, leaving, NoWorker())
        self.house.open()
        listener = socket.create_server(("127.0.0.1", self.port))
        await self.server._serve(sockets=[listener])

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self.server is not None and self.server.started, 10, "the loop listens")

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(20)


@contextlib.contextmanager
def inside(application, **limits: float):
    running = Inside(application, **limits)
    running.start()
    try:
        yield running
    finally:
        running.stop()
