"""What the body depends on that is being computed in this context: tags, and the horizons of its cached parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Dependencies:
    """Collected while a body is computed."""

    tags: set[str] = field(default_factory=set)
    slots: set[int] = field(default_factory=set)
    horizon: int | None = None
    """The lowest of the cached parts: a body is as fresh as the oldest of them."""

    def include(self, slots: tuple[int, ...], horizon: int) -> None:
        """Depend on a cached part."""
        self.slots.update(slots)
        self.horizon = horizon if self.horizon is None else min(self.horizon, horizon)


_current: ContextVar[Dependencies | None] = ContextVar("cache_dependencies", default=None)


def depends_on(*tags: str) -> None:
    """Say that the body which is being computed changes with ``tags``, besides those of its policy."""
    current = _current.get()
    if current is not None:
        current.tags.update(tags)


def current_dependencies() -> Dependencies | None:
    return _current.get()


@contextmanager
def collecting() -> Iterator[Dependencies]:
    """Collect what the block depends on."""
    found = Dependencies()
    token = _current.set(found)
    try:
        yield found
    finally:
        _current.reset(token)
