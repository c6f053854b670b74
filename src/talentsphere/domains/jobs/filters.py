"""What a list of postings is narrowed to: the values, and apart from them the shape of the question."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from talentsphere.domains.jobs.models import key_floor


@dataclass(frozen=True)
class JobFilter:
    """Several values of one filter mean any of them; text is case-folded."""

    companies: tuple[int, ...] = ()
    locations: tuple[str, ...] = ()
    or_remote: bool = False
    """Remote postings match ``locations`` wherever they are (``location=remote``)."""
    cities: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    remote: bool | None = None
    employment_types: tuple[str, ...] = ()
    experience_levels: tuple[str, ...] = ()
    salary_min: int | None = None
    currencies: tuple[str, ...] = ()
    skills: tuple[int, ...] = ()
    posted_after: datetime | None = None
    featured: bool | None = None
    nothing: bool = False
    """True when a named company or skill does not exist: then no posting matches."""

    @property
    def is_empty(self) -> bool:
        return self == JobFilter()

    def shape(self) -> JobFilter:
        """Return the filter with a name in place of each value; what is true or false stays."""
        return replace(self, **{name: _names(name, value) for name, value in self._valued()})

    def values(self) -> dict[str, Any]:
        """Return the value of each name in ``shape()``."""
        values: dict[str, Any] = {}
        for name, value in self._valued():
            if isinstance(value, tuple):
                values |= {f"{name}_{index}": one for index, one in enumerate(value)}
            else:
                values[name] = key_floor(value) if isinstance(value, datetime) else value
        return values

    def _valued(self) -> list[tuple[str, Any]]:
        every = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return [(name, value) for name, value in every if value not in ((), None) and not isinstance(value, bool)]


def _names(name: str, value: Any) -> Any:
    return tuple(f"{name}_{index}" for index in range(len(value))) if isinstance(value, tuple) else name
