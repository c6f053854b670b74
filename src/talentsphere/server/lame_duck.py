"""How a worker leaves without losing a request.

Voluntarily (enough requests, too much memory, stuck threads) only one leaves at a time, and its successor
is up before it stops taking connections. While it drains, every answer that has not started says
``Connection: close``; idle connections are kept longer than a proxy keeps them, because closing one races
with the request on it.
"""

from __future__ import annotations

import asyncio
import faulthandler
import fcntl
import logging
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from uvicorn.config import Config
from uvicorn.server import Server

from talentsphere.server.accepting import Acceptor
from talentsphere.server.bridge import House
from talentsphere.server.census import CENSUS
from talentsphere.server.patience import check_time
from talentsphere.server.protocol import DoorProtocol
from talentsphere.server.state import DoorState

log = logging.getLogger("uvicorn.error")

TICK_S = 0.1
SWEEP_TICKS = 3
POLL_S = 0.02
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
LEAVING_SIZE = 1
"""The size of a worker's heartbeat file that says: do not count me."""


@dataclass(frozen=True)
class Leaving:
    """When a worker leaves by itself, and how long it takes."""

    max_requests: int
    memory_bytes: int
    lock: Path
    grace_s: float
    min_age_s: float = 300.0
    drain_idle_s: float = 6.0
    succession_s: float = 1.0
    accept_s: float = 0.1


class Heartbeat(Protocol):
    """gunicorn's temporary file of a worker."""

    def fileno(self) -> int: ...


class GunicornWorker(Protocol):
    """What is needed of gunicorn's worker: ``age`` is its number among all that the master ``ppid`` made."""

    tmp: Heartbeat
    age: int
    ppid: int


class LameDuck(Server):
    """uvicorn's server with its own end."""

    server_state: DoorState

    def __init__(
        self, config: Config, state: DoorState, house: House, leaving: Leaving, worker: GunicornWorker
    ) -> None:
        super().__init__(config)
        self.server_state = state
        self._house = house
        self._leaving = leaving
        self._worker = worker
        self._loop = asyncio.get_running_loop()
        self._parent = worker.ppid
        self._born_at = self._loop.time()
        self._reason: str | None = None
        self._lock: int | None = None
        self._has_warned = False
        self._leaves_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; unlike uvicorn's, without taking all connections that wait."""
        acceptors = [Acceptor(listener, self._new_protocol, self._has_its_share) for listener in sockets or ()]
        for acceptor in acceptors:
            acceptor.open()
        self.acceptors = acceptors
        self.started = True

    def _new_protocol(self) -> DoorProtocol:
        return DoorProtocol(self.config, self.server_state, {})

    def _has_its_share(self, opening: int = 0) -> bool:
        """Tell whether other workers should take the next connection; also reports ours."""
        CENSUS.report(self._worker.age, len(self.server_state.connections) + opening)
        return CENSUS.is_crowded(self._worker.age)

    async def on_tick(self, counter: int) -> bool:
        """Keep time; True when it is time to drain."""
        await super().on_tick(counter)
        self.server_state.note_date()
        self._has_its_share()
        now = self._loop.time()
        self._sweep(counter, now)
        if counter % 10 == 0:
            self.server_state.flush_counts()
        if self.should_exit:
            return True
        if counter % 10 == 0 and self._reason is None:
            self._reason = self._reason_to_leave(now)
        if self._reason is None:
            return False
        if self._leaves_at is None and self._take_turn():
            log.info("Leaving (%s); asking for a successor", self._reason)
            self._ask_for_successor()
            self._leaves_at = now + self._leaving.succession_s
        return self._leaves_at is not None and now >= self._leaves_at

    def _sweep(self, counter: int, now: float) -> None:
        if counter % SWEEP_TICKS == 0:
            for connection in self._connections():
                check_time(connection, now)
            self._house.check_deadlines(now)

    def _connections(self) -> list[DoorProtocol]:
        return list(self.server_state.connections)  # type: ignore[arg-type]

    def _reason_to_leave(self, now: float) -> str | None:
        if os.getppid() != self._parent:
            self.should_exit = True
            return "the master is gone"
        old_enough = now - self._born_at >= self._leaving.min_age_s
        if self._leaving.max_requests and self._house.asked >= self._leaving.max_requests and old_enough:
            return f"{self._house.asked} requests"
        if resident_bytes() > self._leaving.memory_bytes and old_enough:
            return f"{resident_bytes() >> 20} MB of memory"
        if self._house.stuck * 2 >= self.server_state.limits.threads:
            return f"{self._house.stuck} stuck threads"
        return None

    def _take_turn(self) -> bool:
        """Take the lock that lets one worker leave at a time; held until this process ends."""
        if self._lock is None:
            try:
                self._lock = os.open(self._leaving.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                self._warn_once("Cannot leave without a lock (%s)", error)
                return False
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _warn_once(self, message: str, *details: object) -> None:
        if not self._has_warned:
            self._has_warned = True
            log.warning(message, *details)

    def _ask_for_successor(self) -> None:
        """Say "do not count me" in the heartbeat file; the signal only wakes the master to look."""
        os.ftruncate(self._worker.tmp.fileno(), LEAVING_SIZE)
        os.kill(self._parent, signal.SIGCHLD)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002  # the acceptors close them
        """Drain until no connection is left, or the grace is over."""
        self.server_state.draining = True
        CENSUS.forget(self._worker.age)
        for connection in self._connections():
            connection.begin_drain()
        self._house.end_events()
        began_at = self._loop.time()
        if self.should_exit and not self.force_exit:
            await asyncio.sleep(self._leaving.accept_s)
        for acceptor in self.acceptors:
            acceptor.close()
        await self._drain(began_at)
        self.server_state.flush_counts()
        self._report(self._connections())

    async def _drain(self, began_at: float) -> None:
        quiet = polls = 0
        while quiet < 3 and not self.force_exit:
            now = self._loop.time()
            if now - began_at > self._leaving.grace_s:
                return
            if polls % 5 == 0:
                await super().on_tick(polls // 5)
                self.server_state.note_date()
                self._sweep(polls // 5, now)
            self._close_idle(now, began_at)
            await asyncio.sleep(POLL_S)
            quiet = 0 if self.server_state.connections else quiet + 1
            polls += 1

    def _close_idle(self, now: float, began_at: float) -> None:
        for connection in self._connections():
            if connection.is_idle() and now - max(connection.idle_since, began_at) >= self._leaving.drain_idle_s:
                connection.transport.close()

    def _report(self, left: Sequence[DoorProtocol]) -> None:
        if left and not self.force_exit:
            log.warning("Left with %d connections unfinished; the threads were at:", len(left))
            faulthandler.dump_traceback()


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    with Path("/proc/self/statm").open("rb") as statm:
        return int(statm.read().split()[1]) * PAGE_BYTES
