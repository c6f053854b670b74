"""Whose posting a row is, and whether it changed since it was imported last."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import PurePath
from typing import NamedTuple

import orjson

from talentsphere.domains.jobs.importing.posting import MAX_EXTERNAL_ID, MAX_SOURCE, Fields, Refused
from talentsphere.domains.jobs.importing.text import one_line, printable

RULES = 1
"""Raise it when rows become other postings than before, so that the next import brings all of them up to date."""

_NAMING = ("title", "company", "location", "city", "description")
"""What names a posting whose source gives no id; the rest may change."""


class Identity(NamedTuple):
    """``content_hash`` covers the row as published and everything that decides what becomes of it."""

    source: str
    external_id: str
    content_hash: str


def identity_of(fields: Fields, source: str, salt: bytes) -> Identity:
    """Return the identity of a row; ``source`` is used where the row names none.

    ``salt`` is the version of the skill dictionary.
    """
    named = _key(fields.get("source"), "source", MAX_SOURCE) or source
    external_id = _key(fields.get("external_id"), "external_id", MAX_EXTERNAL_ID)
    try:
        content = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise Refused(f"the row cannot be compared: {error}") from None
    digest = blake2b(content, digest_size=16, key=salt, salt=str(RULES).encode()).hexdigest()
    return Identity(named, external_id or _made_id(fields, content), digest)


def source_of_file(name: str) -> str:
    """Return the source that a file's name stands for: the name without folders and endings."""
    stem = one_line(PurePath(name).name.split(".")[0])[:MAX_SOURCE]
    return stem or "import"


def _made_id(fields: Fields, content: bytes) -> str:
    """Return the digest of what names a posting; without a description that is all we have of it."""
    is_named = bool(fields.get("description"))
    naming = orjson.dumps([str(fields.get(name) or "").strip() for name in _NAMING]) if is_named else content
    return blake2b(naming, digest_size=12).hexdigest()


def _key(value: object, name: str, limit: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused(f"{name} is not text")
    text = printable(str(value)).strip()  # an id is no prose: "a<1>b" and "?id=1&copy=2" mean just that
    if len(text) > limit:
        raise Refused(f"{name} has more than {limit} characters")
    return text or None
