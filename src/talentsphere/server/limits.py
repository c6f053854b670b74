"""Every bound of the door, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from talentsphere.api.headers import MAX_TARGET
from talentsphere.settings import Settings

HEAD_BYTES = 16 * 1024
HEAD_FIELDS = 100
TARGET_BYTES = MAX_TARGET


@dataclass(frozen=True)
class Limits:
    """What one worker takes from clients; the defaults are for a door behind nginx, on loopback."""

    body_bytes: int
    client_timeout_s: float
    deadline_s: float
    threads: int
    idle_s: float
    connections: int = 2000
    pipelined: int = 32
    slowest_body_bytes_s: int = 10_000
    stalled_write_s: float = 30.0
    linger_s: float = 1.0
    linger_bytes: int = 4 * 1024 * 1024
    framing_bytes: int = 64 * 1024

    @property
    def head_timeout_s(self) -> float:
        """The longest that a whole head may take, however steadily it drips."""
        return 2 * self.client_timeout_s

    @classmethod
    def of(cls, settings: Settings, *, keepalive_s: float) -> Self:
        return cls(
            body_bytes=settings.max_body_mb * 1024 * 1024,
            client_timeout_s=settings.client_timeout_s,
            deadline_s=settings.request_deadline_s,
            threads=settings.threads,
            idle_s=keepalive_s,
        )
