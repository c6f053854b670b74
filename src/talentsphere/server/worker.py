"""The gunicorn worker: uvicorn's, with our protocol, our door and our way to leave."""

from __future__ import annotations

import asyncio
import faulthandler
import random
import signal
import sys
from typing import Any, ClassVar

from gunicorn.arbiter import Arbiter
from uvicorn_worker import UvicornWorker

from talentsphere.server.answers import Phrasebook
from talentsphere.server.asgi import Gate
from talentsphere.server.bridge import House
from talentsphere.server.door import Door
from talentsphere.server.hits import hits_of
from talentsphere.server.lame_duck import LameDuck, Leaving
from talentsphere.server.limits import Limits
from talentsphere.server.protocol import DoorProtocol
from talentsphere.server.state import DoorState
from talentsphere.settings import Settings

JITTER = 0.2
SPARE_S = 5


class Worker(UvicornWorker):  # type: ignore[misc]  # the base class is untyped
    """Serves a WSGI application from threads behind the event loop."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "uvloop",
        "http": DoorProtocol,
        "ws": "none",
        "lifespan": "off",
        "interface": "asgi3",
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "limit_max_requests": None,
    }
    LEAVING: ClassVar[dict[str, float]] = {}
    """Times of ``Leaving`` that differ from its defaults; tests shorten them."""

    def init_signals(self) -> None:
        super().init_signals()
        # Only now: the reset of SIGABRT above silently undoes an earlier enable(); a second one does nothing.
        faulthandler.disable()
        faulthandler.enable()

    async def _serve(self) -> None:
        settings = Settings.from_env()
        limits = Limits.of(settings, keepalive_s=self.cfg.keepalive)
        phrases = Phrasebook(settings.cors_origins, secure=settings.public_url.startswith("https://"))
        house = House(self.wsgi, threads=limits.threads, deadline_s=limits.deadline_s)
        hits = hits_of(self.wsgi, phrases)
        door = Door(phrases, body_bytes=limits.body_bytes, find_kept=hits.find if hits is not None else None)
        far = hits.find_far if hits is not None and hits.is_far else None
        self.config.app = Gate(door, house, phrases, body_bytes=limits.body_bytes, find_far=far)
        state = DoorState(limits, phrases, hits.flush if hits is not None else None)
        server = LameDuck(self.config, state, house, self._leaving(settings), self)
        self._obey_signals(server)
        house.open()
        # uvicorn's serve() would raise TERM again at the end, so that worker_exit would never run.
        # Plain sockets: uvloop closes gunicorn's wrapper of one twice.
        await server._serve(sockets=[wrapper.sock for wrapper in self.sockets])
        _ignore_signals()
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def _leaving(self, settings: Settings) -> Leaving:
        jitter = random.SystemRandom().uniform(1 - JITTER, 1)
        times = {"grace_s": float(self.cfg.graceful_timeout - SPARE_S), **self.LEAVING}
        return Leaving(
            max_requests=round(settings.max_requests * jitter),
            memory_bytes=settings.worker_memory_limit_mb * 1024 * 1024,
            lock=settings.home / "recycle.lock",
            **times,
        )

    def _obey_signals(self, server: LameDuck) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, server.handle_exit, signal.SIGTERM, None)
        for quick in (signal.SIGINT, signal.SIGQUIT):
            loop.add_signal_handler(quick, _leave_at_once, server)


def _ignore_signals() -> None:
    """Leave with status 0: the master repeats its TERM until it has reaped us."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)


def _leave_at_once(server: LameDuck) -> None:
    server.should_exit = server.force_exit = True
