"""Fields of requests that several domains share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from marshmallow import ValidationError, fields, validate

MAX_IDS = 100
MAX_VALUES = 20
BIGGEST_ID = 2**31 - 1

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class Word(fields.String):
    """One of ``words``, in any case and with ``-`` or a space for ``_``."""

    def __init__(self, words: Collection[str], **kwargs: Any) -> None:
        metadata = {"enum": list(words), **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)
        self.words = tuple(words)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        word = re.sub(r"[\s-]+", "_", super()._deserialize(value, attr, data, **kwargs).strip().lower())
        if word not in self.words:
            raise ValidationError(f"must be one of {', '.join(self.words)}")
        return word


class Moment(fields.Field[datetime]):
    """A time (RFC 3339) or a day (its first second); without an offset it is UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:  # noqa: ARG002
        text = str(value)
        try:
            moment = _day(text) or datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError("must be a day (2026-01-31) or a time (2026-01-31T09:00:00Z)") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if not 1970 <= moment.year <= 9998:
            raise ValidationError("must be a year between 1970 and 9998")
        return moment.astimezone(UTC)


def _day(text: str) -> datetime | None:
    return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC)) if len(text) == 10 else None


class Ids(fields.Field[tuple[int, ...]]):
    """Comma-separated ids, at most a hundred; repeated ones count once."""

    def __init__(self, **kwargs: Any) -> None:
        description = f"Ids with commas between them, at most {MAX_IDS}"
        super().__init__(metadata={"type": "string", "description": description, "example": "3,1,2"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[int, ...]:  # noqa: ARG002
        parts = [part.strip() for part in str(value).split(",")]
        if not all(part.isascii() and part.isdecimal() and len(part) <= 10 for part in parts):
            raise ValidationError("must be ids with commas between them, such as 3,1,2")
        ids = tuple(dict.fromkeys(int(part) for part in parts))
        if len(ids) > MAX_IDS:
            raise ValidationError(f"must be at most {MAX_IDS} ids")
        return tuple(id_ for id_ in ids if id_ <= BIGGEST_ID) + tuple(id_ for id_ in ids if id_ > BIGGEST_ID)


class Whole(fields.Integer):
    """A whole number in plain digits: Python itself also reads ``1_000``, ``+5`` and the digits of any script."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, str) and not _WHOLE.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Tidy(fields.String):
    """A text that ``tidy`` rewrites once it is valid, so that spellings of one value are one value."""

    def __init__(self, tidy: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tidy = tidy

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        found = super().deserialize(value, attr, data, **kwargs)
        if not isinstance(found, str):
            return found
        tidied = self.tidy(found)
        if found and not tidied:
            raise ValidationError("must not be blank")
        return tidied


class Line(fields.String):
    """One line of text as a person wrote it, 1 to ``length`` characters; spaces around and within become single."""

    def __init__(self, length: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(1, length), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return _printable(" ".join(super()._deserialize(value, attr, data, **kwargs).split()))


class Prose(fields.String):
    """Plain text of at most ``length`` characters, in lines as a person wrote them."""

    def __init__(self, length: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=length), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return _printable(super()._deserialize(value, attr, data, **kwargs).strip(), besides="\n\r\t")


def _printable(text: str, besides: str = "") -> str:
    """Return ``text``; refuse control characters, which no screen shows and some stores refuse."""
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in besides for char in text):
        raise ValidationError("must not hold control characters")
    return text


class Several(fields.List[Any]):
    """A parameter that may be given several times and means any of its values; a repeated one counts once."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        return list(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs)))


class AnyOf(fields.List[Any]):
    """A parameter that may be given several times and means any of its values; ``fold`` says them as one."""

    def __init__(self, inner: fields.Field[Any], fold: Callable[[Sequence[Any]], Any], **kwargs: Any) -> None:
        super().__init__(inner, validate=validate.Length(max=MAX_VALUES), **kwargs)
        self.fold = fold

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        found = super().deserialize(value, attr, data, **kwargs)
        return self.fold(found) if isinstance(found, list) and found else found


def only_value(values: Sequence[Any]) -> Any:
    """Return the value that all ``values`` are, or None: of both truths any will do."""
    return values[0] if len(set(values)) == 1 else None


def formed(pattern: str, error: str, tidy: Callable[[str], str] = str, **metadata: Any) -> fields.String:
    """Return a text field that matches all of ``pattern``, which JavaScript must read alike."""

    def check(value: str) -> None:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValidationError(error)

    return Tidy(tidy, validate=check, metadata={"pattern": f"^{pattern}$", **metadata})


def several(inner: fields.Field[Any], description: str, example: str) -> fields.List[Any]:
    """Return a parameter that may be given several times, for any of its values."""
    metadata = {"description": description, "example": [example]}
    return Several(inner, validate=validate.Length(max=MAX_VALUES), metadata=metadata)


def texts(length: int, description: str, example: str, tidy: Callable[[str], str]) -> fields.List[str]:
    """Return a parameter that may be given several times, each a text of at most ``length`` characters."""
    return several(Tidy(tidy, validate=validate.Length(1, length)), description, example)


def words(allowed: Collection[str], description: str) -> fields.List[str]:
    """Return a parameter that may be given several times, each out of ``allowed``."""
    return several(Word(allowed), description, next(iter(allowed)))
