"""What a person types, as terms: words, "phrases", prefix*, -exclusions and title:words.

Anything may be typed. What means nothing (a lone quote, ``NEAR(``, brackets) is left out, and nothing of it ever
reaches a database but words that ``words.py`` made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from talentsphere.search.words import words_of

MOST_CHARACTERS = 1_000
MOST_WORDS = 32

_TERM = re.compile(r'(?P<out>(?<!\S)-)?(?P<title>(?<![^\s-])title:)?(?:"(?P<phrase>[^"]*)"|(?P<plain>[^\s"]+))', re.I)
_ONE_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]\Z")


class BadQuestion(ValueError):
    """A text that no search can be made of; it says why."""


@dataclass(frozen=True)
class Term:
    """Words that must stand next to each other; ``text`` is how they were typed, without quotes and signs."""

    words: tuple[str, ...]
    text: str
    in_title: bool = False
    is_prefix: bool = False
    is_excluded: bool = False
    is_quoted: bool = False


def parse(text: str) -> tuple[Term, ...]:
    """Return the terms of ``text`` in its order; raise ``BadQuestion`` when there are none or too many."""
    if len(text) > MOST_CHARACTERS:
        raise BadQuestion(f"must be at most {MOST_CHARACTERS:,} characters")
    terms = tuple(_terms(text))
    if not terms:
        raise BadQuestion("must hold a word: a letter or a digit")
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise BadQuestion(f"must be at most {MOST_WORDS} words")
    return terms


def _terms(text: str) -> Iterator[Term]:
    for found in _TERM.finditer(text):
        is_excluded, in_title = found["out"] is not None, found["title"] is not None
        if found["phrase"] is not None:
            words = tuple(words_of(found["phrase"]))
            if words:
                yield Term(words, found["phrase"], in_title, False, is_excluded, True)
        else:
            yield from _plain(found["plain"], in_title, is_excluded)


def _plain(text: str, in_title: bool, is_excluded: bool) -> Iterator[Term]:
    """Yield a word; several in one (``full-time``) are a phrase, of which a prefix is apart: ``full-ti*``."""
    words = tuple(words_of(text))
    if not words:
        return
    is_prefix = text.endswith("*") or _ONE_CJK.match(words[-1]) is not None
    bare = text.rstrip("*")
    if is_prefix and len(words) > 1:
        yield Term(words[:-1], bare, in_title, False, is_excluded)
        yield Term(words[-1:], words[-1], in_title, True, is_excluded)
    else:
        yield Term(words, bare, in_title, is_prefix, is_excluded)
