"""Text as words, the same for what is indexed and for what is asked, on both engines.

Folded (accents, case, widths), plurals reduced by four rules for ASCII words; no stemmer, since it cuts names and
other languages. Names with signs that a splitter would lose (C++, .NET) are words of their own. Runs of Chinese and
Japanese become overlapping pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

VERSION = 1
"""Stored beside the index: words of another version are not found, so that a change means a reindex."""
LONGEST_WORD = 64
"""Characters; a longer run is cut."""

_SIGNED = {
    "c++": "cplusplus", "c#": "csharp", "f#": "fsharp", "asp.net": "aspdotnet", "vb.net": "vbdotnet",
    "ado.net": "adodotnet", ".net": "dotnet", "node.js": "nodejs", "vue.js": "vuejs", "next.js": "nextjs",
    "react.js": "reactjs", "d3.js": "d3js", "three.js": "threejs", "express.js": "expressjs", "nuxt.js": "nuxtjs",
}  # fmt: skip
_SIGNED_NAME = re.compile(
    r"(?<![^\W_])(?:" + "|".join(map(re.escape, sorted(_SIGNED, key=len, reverse=True))) + r")(?![^\W_]|[+#])"
)
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_PAIRED = re.compile(rf"{_CJK.pattern}|[^\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_WITH_E = ("sses", "xes", "zzes", "ches", "shes")
_WHOLE = frozenset(_SIGNED.values())


def words_of(text: str) -> list[str]:
    """Return the words of ``text`` in order: ``"C++ für Köche"`` gives ``["cplusplus", "fur", "koche"]``."""
    return [word for run in _WORD.findall(folded(text)) for word in _split(run)]


def folded(text: str) -> str:
    """Return ``text`` without case, accents and widths, and names with signs as words."""
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFKC", "".join(char for char in parts if not unicodedata.combining(char)))
    return _SIGNED_NAME.sub(lambda found: f" {_SIGNED[found[0]]} ", text.casefold())


def _split(run: str) -> Iterator[str]:
    if run.isascii():
        yield singular(run[:LONGEST_WORD])
        return
    for part in _PAIRED.findall(run):
        if _CJK.fullmatch(part) and len(part) > 1:
            yield from (part[at : at + 2] for at in range(len(part) - 1))
        else:
            yield part[:LONGEST_WORD]


@lru_cache(maxsize=65_536)
def singular(word: str) -> str:
    """Return an ASCII word without its plural: ``nurses`` is ``nurse``; short words and names stay as they are."""
    if len(word) <= 3 or word[-1] != "s" or word in _WHOLE:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(_WITH_E):
        return word[:-2]
    return word if word[-2] in "sui" else word[:-1]
