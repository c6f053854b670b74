"""A search as both engines understand it: groups of tokens, all of which must match, and what is looked at besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

Group = tuple[str, ...]
"""Tokens any of which must stand in the document; one that ends in ``*`` is the beginning of a token."""


@dataclass(frozen=True)
class Phrase:
    """Tokens next to each other."""

    tokens: tuple[str, ...]
    is_excluded: bool = False


@dataclass(frozen=True)
class Question:
    """What must match: every group of ``words`` and ``filters``, none of ``without``, every phrase.

    Phrases are looked for among the newest ``PHRASES`` documents that everything else matches. ``since``: the least
    key; ``pay``: the least pay, which a step of pay in ``filters`` narrows only roughly.
    """

    words: tuple[Group, ...] = ()
    filters: tuple[Group, ...] = ()
    without: tuple[Group, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    since: int | None = None
    pay: int | None = None

    def any_word(self) -> Question:
        """Return the same for documents that hold any of the words; phrases do not count."""
        together = tuple(dict.fromkeys(token for group in self.words for token in group))
        kept = tuple(phrase for phrase in self.phrases if phrase.is_excluded)
        return replace(self, words=(together,), phrases=kept)

    def in_titles(self, words: Sequence[Group]) -> Question:
        """Return the same with other groups of words."""
        return replace(self, words=tuple(words))


PHRASES = 2_000
"""Documents among which a phrase is looked for."""
