"""Names as keys and as parts of addresses, alike for jobs, companies and skills."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_SPELLED = str.maketrans({
    "đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d",
    "+": " plus ", "#": " sharp ", "&": " and ",
})  # fmt: skip


def folded_name(name: str, limit: int) -> str:
    """Return the key that names are compared and sorted by: case-folded, single spaces, at most ``limit`` long."""
    return " ".join(name.casefold().split())[:limit]


@lru_cache(maxsize=4096)
def slug_of(name: str, limit: int = 80, empty: str = "x") -> str:
    """Return ``name`` in the letters a-z, digits and hyphens; ``empty`` when nothing of it is left."""
    spelled = name.casefold() if name.isascii() else unicodedata.normalize("NFKD", name.casefold())
    spelled = spelled.translate(_SPELLED).encode("ascii", "ignore").decode()
    return _NOT_PLAIN.sub("-", spelled).strip("-")[:limit].strip("-") or empty
