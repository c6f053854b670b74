"""Which tags a change of a row touches: declared in the ``caching.py`` of the domain that owns the table.

Entities are found by flush events (``db/changes.py``). What writes past them, Core and bulk statements, names its tags
itself with ``mark_changed``. A table has one tag of its own: whatever writes the table must raise it, which the tests
see to (``db/watching.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

Row = TypeVar("Row")
TagsOf = Callable[[Any], Collection[str]]


@dataclass(frozen=True)
class Tagged:
    """A table whose changes are tagged."""

    table: str
    own: str
    """What every write of the table raises."""
    tags_of: TagsOf


TAGGED: dict[type[Any], Tagged] = {}
"""By entity."""


def tags_changed_by(*entities: type[Any], own: str) -> Callable[[TagsOf], TagsOf]:
    """Declare that a change of a row raises ``own`` and what the function returns for the row.

    A cascade of the database is a change that no event tells of: the tags of the row that is deleted must hold those of
    the rows that go with it.
    """

    def declare(tags_of: TagsOf) -> TagsOf:
        for entity in entities:
            TAGGED[entity] = Tagged(entity.__tablename__, own, tags_of)
        return tags_of

    return declare


def tags_of(rows: Iterable[Any]) -> set[str]:
    """Return the tags that a change of these entities touches."""
    found: set[str] = set()
    for row in rows:
        tagged = TAGGED.get(type(row))
        if tagged is not None:
            found.add(tagged.own)
            found.update(tagged.tags_of(row))
    return found


def own_tags() -> dict[str, str]:
    """Return the tag that each tagged table must raise, by table."""
    return {tagged.table: tagged.own for tagged in TAGGED.values()}
