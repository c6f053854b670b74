"""``fields=`` and ``include=``: less of a representation, or more."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from marshmallow import Schema, ValidationError, fields

from talentsphere.api.strict import suggest


class NameList(fields.Field[tuple[str, ...]]):
    """Comma-separated names out of ``allowed``; an unknown one is refused with a suggestion."""

    def __init__(self, allowed: Collection[str], what: str, **kwargs: Any) -> None:
        names = ", ".join(f"`{name}`" for name in allowed)
        example = ",".join(list(allowed)[:2])
        metadata = {"description": f"{what}: {names}; comma-separated", "type": "string", "example": example}
        super().__init__(metadata=metadata, **kwargs)
        self.allowed = tuple(allowed)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:  # noqa: ARG002
        names = tuple(name.strip() for name in str(value).split(",") if name.strip())
        for name in names:
            if name not in self.allowed:
                meant = suggest(name, self.allowed)
                hint = f"; did you mean {meant}?" if meant else f"; there are {', '.join(self.allowed)}"
                raise ValidationError(f"there is no {name}{hint}")
        return names


def fields_of(shape: type[Schema], besides: Collection[str] = ()) -> NameList:
    """Return the parameter ``fields`` of a route that shows ``shape``; ``besides``: what it cannot name."""
    names = [name for name in shape().fields if name not in besides]
    return NameList(names, "Only these fields", data_key="fields")


def only(names: tuple[str, ...] | None, shape: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Return ``shape`` cut down to ``names``; all of it when no names were given."""
    if not names:
        return shape
    return lambda row: {name: value for name, value in shape(row).items() if name in names}


def stated(values: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` without those that are null, as v2 shows objects."""
    return {name: value for name, value in values.items() if value is not None}
