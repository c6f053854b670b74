"""One computes, the others wait: in this process by a lock, among processes by a lease."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zlib import crc32

from talentsphere.cache.breaker import Breaker
from talentsphere.host.locks import Busy, HostSemaphore

PATIENCE_S = 2.0
"""For so long one waits for another; then one computes oneself."""
ROUNDS = 3
LEASE_MS = 3_000
POLL_S = 0.01
LOCKS = 64
PREFIX = "talentsphere:cache:lease:"
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
Result = TypeVar("Result")


class Lease(Protocol):
    """What one process of all holds while it computes a key."""

    def held(self, key: str) -> Any:
        """Return a context that tells whether another may have made the body just before: look again."""


class NoLease:
    """Processes that share no store have nothing to wait for."""

    @contextmanager
    def held(self, key: str) -> Iterator[bool]:  # noqa: ARG002
        yield False


class HostLease:
    """A lock of this host, of which there are ``LOCKS``; the kernel takes it from the dead."""

    def __init__(self, folder: Path) -> None:
        self._locks = [
            HostSemaphore(folder, f"lease-{n}", slots=1, waiting=1000, patience_s=PATIENCE_S) for n in range(LOCKS)
        ]

    @contextmanager
    def held(self, key: str) -> Iterator[bool]:
        semaphore = self._locks[crc32(key.encode()) % LOCKS].held()
        try:
            semaphore.__enter__()
        except (Busy, OSError):
            yield True
            return
        try:
            yield True
        finally:
            semaphore.__exit__(None, None, None)


class RedisLease:
    """``SET NX PX``: who dies keeps it for ``LEASE_MS`` at most. Without Redis everybody computes."""

    def __init__(self, client: Any, breaker: Breaker) -> None:
        self._client, self._breaker = client, breaker

    @contextmanager
    def held(self, key: str) -> Iterator[bool]:
        token, name = secrets.token_hex(8), PREFIX + key
        is_mine = self._taken(name, token)
        try:
            yield True
        finally:
            if is_mine:
                self._breaker.run(lambda: self._client.eval(RELEASE, 1, name, token), None)

    def _taken(self, name: str, token: str) -> bool:
        """Wait for the lease, and return whether it is ours."""
        until = time.monotonic() + PATIENCE_S
        while True:
            took = self._breaker.run(lambda: bool(self._client.set(name, token, nx=True, px=LEASE_MS)), None)
            if took or took is None or time.monotonic() > until:
                return bool(took)
            time.sleep(POLL_S)


class _Flight:
    """One computation under way."""

    def __init__(self) -> None:
        self.landed = threading.Event()
        self.failed = False


class Flights:
    """The computations of this process."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._lock = threading.Lock()
        self._flying: dict[str, _Flight] = {}

    def run(self, key: str, find: Callable[[], Result | None], make: Callable[[], Result]) -> Result:
        """Return what ``find`` finds once another has made it, or what ``make`` makes.

        Whoever waited judges what was made by ``find``, which only gives what is fresh now: the other may have begun
        before a write that this caller must see.
        """
        for _ in range(ROUNDS):
            flight, leads = self._joined(key)
            if leads:
                return self._led(key, flight, find, make)
            if not flight.landed.wait(PATIENCE_S) or flight.failed:
                break
            found = find()
            if found is not None:
                return found
        return make()

    def _joined(self, key: str) -> tuple[_Flight, bool]:
        with self._lock:
            flight = self._flying.get(key)
            if flight is not None:
                return flight, False
            flight = self._flying[key] = _Flight()
            return flight, True

    def _led(self, key: str, flight: _Flight, find: Callable[[], Result | None], make: Callable[[], Result]) -> Result:
        try:
            with self._lease.held(key) as is_shared:
                found = find() if is_shared else None
                return found if found is not None else make()
        except BaseException:
            flight.failed = True
            raise
        finally:
            with self._lock:
                del self._flying[key]
            flight.landed.set()
