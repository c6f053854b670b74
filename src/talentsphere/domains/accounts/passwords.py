"""Passwords: argon2id, so many at a time on the host, and the same work whether or not there is an account."""

from __future__ import annotations

import base64
import functools
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from talentsphere.domains.names import folded_name
from talentsphere.errors import Unavailable
from talentsphere.host.locks import Busy, HostSemaphore
from talentsphere.settings import Settings

MIN_LENGTH, MAX_LENGTH = 8, 128
"""Characters."""
MEMORY_KIB, PASSES = 19 * 1024, 2
"""OWASP's parameters for one lane: 19 MiB and about 30 ms for each hash, so the host spends at most a core less than
it has, and as many times 19 MiB."""
PATIENCE_S = 5.0
RETRY_AFTER_S = 2


class Passwords:
    """Makes and checks the hashes of passwords; raises ``Unavailable`` when too many want that at once."""

    def __init__(self, hasher: PasswordHasher, semaphore: HostSemaphore) -> None:
        self._hasher = hasher
        self._semaphore = semaphore
        self._nobodys = _hash_of_nothing(hasher)

    @classmethod
    def of(cls, settings: Settings) -> Passwords:
        """Return that of the instance; a quarter of a worker's threads never waits for a hash."""
        slots = max(1, len(os.sched_getaffinity(0)) - 1)
        waiting = max(1, settings.threads - max(1, settings.threads // 4) - slots)
        folder = settings.home / "run"
        return cls(
            PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1),
            HostSemaphore(folder, "password", slots=slots, waiting=waiting, patience_s=PATIENCE_S),
        )

    def hash(self, password: str) -> str:
        """Return the hash to store, with its parameters and salt."""
        with self._turn():
            return self._hasher.hash(password)

    def matches(self, password: str, stored: str | None) -> bool:
        """Tell whether ``password`` made the hash; with none that can be read, do the same work in vain."""
        real = _readable(stored)
        with self._turn():
            try:
                return self._hasher.verify(real or self._nobodys, password) and real is not None
            except VerificationError:
                return False

    def renewed(self, password: str, stored: str) -> str | None:
        """Return a hash with today's parameters, or nothing when ``stored`` has them."""
        return self.hash(password) if self._hasher.check_needs_rehash(stored) else None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            with self._semaphore.held():
                yield
        except Busy:
            raise Unavailable("too many are signing in at once; try again", retry_after_s=RETRY_AFTER_S) from None


def weakness_of(password: str, *own: str) -> str | None:
    """Return why ``password`` would be guessed first, or nothing; ``own`` are the person's address and name."""
    folded = folded_name(password, MAX_LENGTH)
    if len(set(folded)) < 3 or folded in _common():
        return "is one of the first that are guessed"
    theirs = {folded_name(text, MAX_LENGTH) for text in own}
    theirs |= {text.partition("@")[0] for text in theirs}
    if folded in theirs:
        return "is your own address or name"
    return None


@functools.cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text().split())


def _readable(stored: str | None) -> str | None:
    try:
        extract_parameters(stored or "")
    except InvalidHashError:
        return None
    return stored


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """Return a hash that no password has and that costs as much to check as any other; making it costs nothing."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
