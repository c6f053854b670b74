"""How alike job titles are: words and parts of words, weighted by rarity; with a dictionary, also by occupation.

No model and no training. Without a dictionary the likeness of two titles is half the cosine of their words and half
that of the parts (3 to 5 characters) of their words. With one, titles are ranked by occupation: how like its nearest
title is, how like all its titles together are to all known names of what was asked, and how many names both share.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from talentsphere.search.occupations import Occupation, Words, spellings
from talentsphere.search.words import words_of

NEAREST, TOGETHER, SHARED = 0.35, 0.35, 0.30
"""What the three likenesses of an occupation weigh."""
LONE = 0.8
"""A title of no known occupation, against one whose occupation is as like."""
RIVALS, RIVALRY = 4, 0.75
"""Of so many best occupations, those nearly as good as the best show their best title before the others' titles."""
BEST = 60
"""Occupations that are looked at."""
_SMALL = frozenset({
    "and", "or", "of", "the", "a", "an", "in", "for", "to", "with", "on", "at", "by", "all", "other", "except",
    "including", "not", "elsewhere",
})  # fmt: skip

Vector = Mapping[str, float]


@dataclass(frozen=True)
class Space:
    """How rare words and their parts are among ``n`` texts."""

    n: int
    rarity: Mapping[str, int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Space:
        counted: Counter[str] = Counter()
        n = 0
        for n, text in enumerate(texts, 1):  # noqa: B007
            words = set(words_of(text))
            counted.update(words)
            counted.update({part for word in words for part in _parts(word)})
        return cls(n, counted)

    def vector(self, text: str) -> dict[str, float]:
        """Return the text as weights of length 1, half of it words and half parts of words."""
        words = [word for word in words_of(text) if word not in _SMALL]
        parts = Counter(part for word in words for part in _parts(word))
        whole = _unit({word: self._weight(word) for word in words}, 0.5)
        return {**whole, **_unit({part: self._weight(part) * (1 + math.log(n)) for part, n in parts.items()}, 0.5)}

    def _weight(self, feature: str) -> float:
        return math.log(1 + self.n / (1 + self.rarity.get(feature, 0)))


class Likeness:
    """Vectors, inverted: which of them are like another, and how much."""

    def __init__(self, vectors: Iterable[Vector]) -> None:
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, vector in enumerate(vectors):
            for feature, weight in vector.items():
                self._postings[feature].append((at, weight))

    def to(self, vector: Vector) -> dict[int, float]:
        """Return the cosine of each vector that shares anything with ``vector``, by its place."""
        found: dict[int, float] = defaultdict(float)
        for feature, weight in vector.items():
            for at, other in self._postings.get(feature, ()):
                found[at] += weight * other
        return found


class TitleMatcher:
    """Ranks ``titles`` by how well they name what was asked. Reading 30,000 takes ten seconds and 300 MB."""

    def __init__(self, titles: Sequence[str], occupations: Sequence[Occupation] = ()) -> None:
        self.titles = titles
        self._space = Space.of(titles)
        self._likeness = Likeness(map(self._space.vector, titles))
        self._taxonomy = _Taxonomy(titles, occupations, self._space) if occupations else None

    def likeness(self, asked: str) -> dict[int, float]:
        """Return how like each title is by its words alone, 0 to 1, by its place."""
        return self._likeness.to(self._space.vector(asked))

    def rank(self, asked: str, most: int = 100) -> list[int]:
        """Return the places of up to ``most`` titles, best first; ties in the order of ``titles``."""
        near = self.likeness(asked)
        if self._taxonomy is not None:
            return self._taxonomy.rank(asked, near)[:most]
        return heapq.nsmallest(most, near, key=lambda at: (-near[at], at))


class _Taxonomy:
    """What the dictionary knows of the titles: occupations of ESCO by title, other names of what is asked by O*NET."""

    def __init__(self, titles: Sequence[str], occupations: Sequence[Occupation], space: Space) -> None:
        self._space = space
        kept = [one for one in occupations if one.source == "esco"]
        named: dict[Words, set[int]] = defaultdict(set)
        for at, one in enumerate(kept):
            for title in one.titles:
                named[tuple(words_of(title))].add(at)
        self._words = [tuple(words_of(title)) for title in titles]
        self._of_title = [tuple(sorted(named.get(words, ()))) for words in self._words]
        self._members: dict[int, list[int]] = defaultdict(list)
        for place, places in enumerate(self._of_title):
            for at in places:
                self._members[at].append(place)
        self._together = Likeness(_centre(space, one.titles, 3.0) for one in kept)
        self._asked = {tuple(words_of(one.titles[0])): one for one in occupations if one.source != "esco"}

    def rank(self, asked: str, near: Mapping[int, float]) -> list[int]:
        known = self._asked.get(tuple(words_of(asked)))
        names = [name for title in known.titles[1:] for name in spellings(title)] if known else []
        scores = self._scores(near, self._likeness_of(asked, names), self._shared([asked, *names]))
        order = heapq.nsmallest(BEST, scores, key=lambda at: (-scores[at], at))
        shown = [self._titles_of(at, near) for at in order]
        bound = RIVALRY * scores[order[0]] if order else 0.0
        first = [shown[n][0] for n, at in enumerate(order[:RIVALS]) if shown[n] and scores[at] >= bound]
        return list(dict.fromkeys((*first, *(place for places in shown for place in places))))

    def _likeness_of(self, asked: str, names: Sequence[str]) -> dict[int, float]:
        return self._together.to(_centre(self._space, [asked, *names], max(3.0, len(names) / 2)))

    def _shared(self, names: Iterable[str]) -> dict[int, float]:
        """Return for each occupation how many of its titles are ``names``; one that several have counts in part."""
        wanted = {tuple(words_of(name)) for name in names}
        shared: dict[int, float] = defaultdict(float)
        for words, places in zip(self._words, self._of_title, strict=True):
            if places and words in wanted:
                for at in places:
                    shared[at] += 1 / len(places)
        return shared

    def _scores(
        self, near: Mapping[int, float], together: Mapping[int, float], shared: Mapping[int, float]
    ) -> dict[int, float]:
        """Return the score of each occupation, and of each title without one under ``-1 - place``."""
        nearest: dict[int, float] = {}
        scores: dict[int, float] = {}
        for place, likeness in near.items():
            for at in self._of_title[place]:
                nearest[at] = max(nearest.get(at, 0.0), likeness)
            if not self._of_title[place]:
                scores[-1 - place] = (NEAREST + TOGETHER + SHARED / 2) * likeness * LONE
        for at in {*nearest, *together}:
            common = shared.get(at, 0.0)
            scores[at] = NEAREST * nearest.get(at, 0.0) + TOGETHER * together.get(at, 0.0)
            scores[at] += SHARED * common / (common + 1)
        return scores

    def _titles_of(self, at: int, near: Mapping[int, float]) -> list[int]:
        return [-1 - at] if at < 0 else sorted(self._members[at], key=lambda place: (-near.get(place, 0.0), place))


def _centre(space: Space, titles: Sequence[str], first: float) -> dict[str, float]:
    """Return the direction of several titles, in which the first counts ``first`` times."""
    total: dict[str, float] = defaultdict(float)
    for n, title in enumerate(titles):
        for feature, weight in space.vector(title).items():
            total[feature] += weight * (1.0 if n else first)
    return _unit(total)


def _parts(word: str) -> list[str]:
    """Return what is 3 to 5 characters long in a word with its edges marked; no word looks like a part."""
    edged = f"^{word}$"
    return [f"~{edged[at : at + size]}" for size in (3, 4, 5) for at in range(len(edged) - size + 1)]


def _unit(vector: Mapping[str, float], share: float = 1.0) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values()) / share) or 1.0
    return {feature: weight / length for feature, weight in vector.items()}
