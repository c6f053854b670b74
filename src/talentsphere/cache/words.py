"""The words of tags: for each, the highest stamp of any write that may concern it.

A body keeps the horizon of the snapshot it was read from: every smaller stamp was decided and, if committed, visible to
it. It is fresh exactly while every word of its tags is below its horizon. Two tables keep the words, with one contract:
``words_map`` (a file that the processes of one host share) and ``words_redis`` (several hosts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol
from zlib import crc32

SLOTS = 131_072
"""Words of a table. Tags that share one cost a needless miss, never an old answer."""
BASE = 0
"""The slot that all tags share."""


def slot_of(tag: str) -> int:
    """Return the slot of ``tag`` (``job:17``)."""
    return crc32(tag.encode()) % (SLOTS - 1) + 1


def slots_of(tags: Iterable[str]) -> tuple[int, ...]:
    """Return the slots of ``tags``, each once, ascending."""
    return tuple(sorted({slot_of(tag) for tag in tags}))


class Look(NamedTuple):
    """What a table said at one moment: ``word`` is the highest of the slots that were asked for and of the base."""

    epoch: int
    word: int
    highest: int
    """The highest stamp that any tag was raised to: a horizon above it is still good for every tag."""
    known: int
    """The highest horizon that was noted: it holds for whatever is read after this look."""
    instance: int
    """The database that the table is of."""


class Asked(NamedTuple):
    """What the database said about itself."""

    stamp: int
    """Not below that of any write in flight when it was asked; or a horizon."""
    instance: int
    """Which database it is."""


Ask = Callable[[], Asked]


class WordTable(Protocol):
    """A table of words. Raises nothing that a request could see: what cannot be read is not usable."""

    def look(self, slots: Sequence[int]) -> Look | None:
        """Return the state of ``slots``, or nothing while no body may be used: the table is new, lost or far."""

    def raise_to(self, slots: Sequence[int], stamp: int, instance: int) -> None:
        """Raise each word to ``stamp`` unless it is as high already; call it before the COMMIT of that stamp.

        A table of another database than ``instance`` gives way to a new one: its horizons mean nothing here.
        """

    def note_horizon(self, horizon: int, instance: int) -> None:
        """Note a horizon of whatever is read from now on. To lose it costs a statement, nothing else."""

    def activate(self, ask: Ask) -> bool:
        """Make a new table usable, and tell whether it is now.

        ``ask`` is called once the table exists: the base becomes a stamp that no write in flight is above.
        """

    def renew(self) -> None:
        """Begin another epoch: no body that was stored before is used again."""
