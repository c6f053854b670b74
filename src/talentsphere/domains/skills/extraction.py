"""Which skills of the dictionary a text names, and where: whole words, the longest name first, the same every time.

A name that is also an ordinary word, or very short, counts only in its published spelling and beside evidence that
it is meant: in a list with other skills ("Python, R and SQL"), or in a phrase ("Go developer", "proficient in Excel").

An import asks for thousands of texts a second, so the text is searched as bytes, and a name is only looked for where
its first two words stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

_NET = b"\x7fnet"
"""Stands for the one name that begins with a dot; of equal length, so that places stay right."""
_DOT_NET = re.compile(rb"(?<![0-9A-Za-z\x80-\xff])\.net(?![0-9A-Za-z\x80-\xff])")
_SIGNS_BEFORE_WORD = re.compile(rb"[+#]+(?=[0-9a-z\x80-\xff])")
"""Part of a word only behind it, as in C++."""
_WORD_BYTES = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+#\x7f") | frozenset(
    range(128, 256)
)
_FLAT = bytes(byte if byte in _WORD_BYTES else 32 for byte in range(256))
_PUNCTUATION = {
    "\u2022": "|", "\u00b7": "|", "\u25cf": "|", "\u25aa": "|", "\u2013": "-", "\u2014": "-", "\u2010": "-",
    "\u2011": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u2026": ".",
    "\u3001": ",", "\uff0c": ",", "\u3002": ".", "\uff08": "(", "\uff09": ")", "\u00ae": " ", "\u2122": " ",
}  # fmt: skip
"""Signs beyond ASCII that separate words; others count as letters."""
_JOINS = frozenset(b" -/._")
"""What may stand between the words of a name, whatever stands there in the dictionary."""
_TIES = frozenset(b"-'&.@_\\")
_SPACE, _BREAK = 32, 10
_NOTHING: dict[bytes, int] = {}
_JOINT = b"\0"

_CONNECTORS = "and|or|und|oder|et|ou|y|och|và"
_LISTED = re.compile(
    rf"\s*(?:[,;/|()\n]\s*)+(?:[-*]\s*)?(?:(?:{_CONNECTORS})\s+)?|\s+(?:{_CONNECTORS}|&)\s+".encode(), re.I
)
_BEFORE = frozenset(
    b"proficient proficiency experience experienced knowledge skills skilled skill expertise expert fluent fluency "
    b"familiar familiarity competent competency programming coding advanced certified intermediate basic understanding "
    b"using master mastery background language languages tools".split()
)
_LINKS = frozenset(b"in with of using on and or such as like include includes including".split())
_AFTER = frozenset(
    b"programming language languages developer developers development programmer programmers scripting scripts coding "
    b"code engineer engineers spreadsheet spreadsheets macros formulas database databases framework library libraries "
    b"packages programmierung entwickler proficiency certification".split()
)


class Entry(NamedTuple):
    """One name of one skill. ``is_ambiguous`` names need evidence; ``is_anchor`` ones can be it.

    A name without a skill hides what stands in it ("R&D").
    """

    name: str
    skill_id: int | None
    is_ambiguous: bool = False
    is_anchor: bool = True


class Found(NamedTuple):
    """A skill named in the text at ``[start, end)``."""

    skill_id: int
    start: int
    end: int


class _Hit(NamedTuple):
    entry: Entry
    start: int
    end: int


class Extractor:
    """Finds the names it was made of. Pure, and safe to share: nothing changes after it is made.

    Of two entries with the same words the first wins.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._names: dict[bytes, Entry] = {}
        """By the keys of its words (``_Text.step``), joined. Flat, as a tree of nodes takes three times the memory."""
        self._lengths: dict[bytes, dict[bytes, int]] = {}
        """First words of longer names, each with the keys that may follow, and the words of the longest such name."""
        self._single = set[bytes]()
        """First words behind which nothing need be looked at: clear one-word names, and those before unusual gaps."""
        self._doubtful: dict[bytes, set[bytes]] = {}
        """Ambiguous one-word names, each with its published spellings."""
        self._by_name: dict[str, int] = {}
        self._entries = tuple(entries)
        for entry in self._entries:
            self._plant(entry)
        self._begins = frozenset({*self._lengths, *self._single, *self._doubtful})

    def __reduce__(self) -> tuple[type[Extractor], tuple[tuple[Entry, ...]]]:
        """Travel to another process as names, from which it is made again: its look-ups are larger."""
        return Extractor, (self._entries,)

    def find(self, text: str) -> list[Found]:
        """Return every place where a skill is named, in order; places never overlap."""
        searched = _Text(text)
        hits = self._hits(searched)
        counting = zip(hits, _counting(searched, hits), strict=True)
        return list(
            searched.in_characters(hit for hit, counts in counting if counts and hit.entry.skill_id is not None)
        )

    def listed(self, text: str) -> list[str]:
        """Return the names, as written, that stand beside another in a list: how a corpus shows which are skills."""
        searched = _Text(text)
        hits = self._hits(searched)
        beside = [_are_listed(searched, left, right) for left, right in pairwise(hits)]
        around = zip(hits, [False, *beside], [*beside, False], strict=True) if hits else ()
        return [searched.raw[hit.start : hit.end].decode() for hit, before, after in around if before or after]

    def skill_named(self, name: str) -> int | None:
        """Return the skill that has exactly this name, whatever its case: for lists of skills, not for prose."""
        return self._by_name.get(_folded(name))

    def _plant(self, entry: Entry) -> None:
        name = _Text(entry.name)
        keys = list(name.keys())
        if not keys:
            return
        if entry.skill_id is not None:
            self._by_name.setdefault(_folded(entry.name), entry.skill_id)
        self._names.setdefault(_JOINT.join(keys), entry)
        if len(keys) > 1:
            self._note_start(keys, len(keys))
        elif entry.is_ambiguous:
            self._doubtful.setdefault(keys[0], set()).add(name.raw.strip())
        else:
            self._single.add(keys[0])

    def _note_start(self, keys: list[bytes], length: int) -> None:
        lengths = self._lengths.setdefault(keys[0], {})
        lengths[keys[1]] = max(length, lengths.get(keys[1], 0))
        if keys[1][0] not in _WORD_BYTES:
            self._single.add(keys[0])

    def _hits(self, text: _Text) -> list[_Hit]:
        """Return the longest name at each place where one begins, from left to right."""
        hits: list[_Hit] = []
        free = 0
        for place in self._starts(text):
            start = text.start(place)
            hit = self._longest(text, place, start) if start >= free else None
            if hit is not None:
                hits.append(hit)
                free = hit.end
        return hits

    def _starts(self, text: _Text) -> Iterator[int]:
        """Yield the places in ``words`` where a name may begin: a word that is one, or the first two of another."""
        words, single, doubtful, lengths = text.words, self._single, self._doubtful, self._lengths
        begins = self._begins
        for place in [place for place, word in enumerate(words) if word in begins]:
            word = words[place]
            if (
                word in single
                or words[place + 1] in lengths.get(word, _NOTHING)
                or (word in doubtful and self._is_spelled(text, place))
            ):
                yield place

    def _longest(self, text: _Text, place: int, start: int) -> _Hit | None:
        """Return the longest name that begins at ``start``; an ambiguous one in another spelling is none."""
        key = text.words[place]
        end = start + len(key)
        best = self._hit(text, key, start, end)
        following = self._lengths.get(key)
        if following is None:
            return best
        step, place, begin = text.step(place, end)
        for _ in range(following.get(step, 1) - 1):
            key, end = key + _JOINT + step, begin + len(text.words[place])
            best = self._hit(text, key, start, end) or best
            if not text.words[place]:
                break
            step, place, begin = text.step(place, end)
        return best

    def _hit(self, text: _Text, key: bytes, start: int, end: int) -> _Hit | None:
        entry = self._names.get(key)
        if entry is None or (entry.is_ambiguous and text.raw[start:end] != entry.name.encode()):
            return None
        return _Hit(entry, start, end)

    def _is_spelled(self, text: _Text, place: int) -> bool:
        word, start = text.words[place], text.start(place)
        return text.raw[start : start + len(word)] in self._doubtful[word]


class _Text:
    """A text as bytes between two spaces: ``raw`` as written, ``low`` in lower case, ``flat`` only words and spaces.

    All three have the same length, so that a place in one is a place in the others. ``words`` are those of ``flat``,
    with an empty one for each further space.
    """

    __slots__ = ("_ends", "flat", "is_ascii", "low", "raw", "words")

    def __init__(self, text: str) -> None:
        self.is_ascii = text.isascii()
        if not self.is_ascii:
            for sign, plain in _PUNCTUATION.items():
                text = text.replace(sign, plain)
        self.raw = b" %b " % text.encode("utf-8", "replace")
        self.low = self.raw.lower() if self.is_ascii else b" %b " % text.lower().encode("utf-8", "replace")
        if len(self.low) != len(self.raw):
            self.low = self.raw.lower()
        flat = _DOT_NET.sub(_NET, self.low) if b".net" in self.low else self.low
        if b"+" in flat or b"#" in flat:
            flat = _SIGNS_BEFORE_WORD.sub(lambda signs: b" " * len(signs[0]), flat)
        self.flat = flat.translate(_FLAT)
        self.words = self.flat.split(b" ")
        self._ends = list(accumulate(map(len, self.words)))

    def start(self, place: int) -> int:
        """Return where the word at ``place`` of ``words`` begins."""
        return self._ends[place] - len(self.words[place]) + place

    def keys(self) -> Iterator[bytes]:
        """Yield the words of a name as keys: the first as it is, each other as ``step`` gives it."""
        place = next((place for place, word in enumerate(self.words) if word), -1)
        if place < 0:
            return
        key, end = self.words[place], self.start(place) + len(self.words[place])
        while self.words[place]:
            yield key
            key, place, begin = self.step(place, end)
            end = begin + len(self.words[place])

    def step(self, place: int, end: int) -> tuple[bytes, int, int]:
        """Return the key of the word behind the one at ``place``, which ends at ``end``; its place and start.

        A usual gap is left out of the key; a line break before a small letter is a space.
        """
        following = place + 1
        if self.words[following]:
            gap, begin = self.low[end], end + 1
            if gap in _JOINS or (gap == _BREAK and 97 <= self.raw[begin] <= 122):
                return self.words[following], following, begin
        while following < len(self.words) - 1 and not self.words[following]:
            following += 1
        begin = end + following - place
        return self.low[end:begin] + self.words[following], following, begin

    def word_after(self, end: int) -> bytes:
        """Return the word that begins one space behind ``end``; nothing across a sign."""
        return self.flat[end + 1 : self.flat.find(b" ", end + 1)] if self.low[end] == _SPACE else b""

    def word_before(self, place: int) -> tuple[bytes, int]:
        """Return the word that ends one space before ``place``, and where it begins; nothing across a sign."""
        if place < 3 or self.low[place - 1] != _SPACE or self.flat[place - 2] == _SPACE:
            return b"", 0
        begin = self.flat.rindex(b" ", 0, place - 1) + 1
        return self.flat[begin : place - 1], begin

    def in_characters(self, hits: Iterable[_Hit]) -> Iterator[Found]:
        """Yield the hits with places in characters of the text that was given."""
        done = characters = 1
        for hit in hits:
            if self.is_ascii:
                yield Found(hit.entry.skill_id or 0, hit.start - 1, hit.end - 1)
                continue
            characters += len(self.raw[done : hit.start].decode())
            begin, done = characters, hit.end
            characters += len(self.raw[hit.start : hit.end].decode())
            yield Found(hit.entry.skill_id or 0, begin - 1, characters - 1)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _counting(text: _Text, hits: list[_Hit]) -> list[bool]:
    """Tell which hits count: the clear ones, and those with evidence, which spreads along a list both ways."""
    counts = [not hit.entry.is_ambiguous or (_is_free(text, hit) and _has_phrase(text, hit)) for hit in hits]
    if all(counts):
        return counts
    for place in range(1, len(hits)):
        counts[place] = counts[place] or _is_beside(text, hits[place], hits[place - 1], counts[place - 1])
    for place in range(len(hits) - 2, -1, -1):
        counts[place] = counts[place] or _is_beside(text, hits[place], hits[place + 1], counts[place + 1])
    return counts


def _is_beside(text: _Text, hit: _Hit, other: _Hit, other_counts: bool) -> bool:
    if not other_counts or not other.entry.is_anchor or not _is_free(text, hit):
        return False
    return _are_listed(text, *((hit, other) if hit.start < other.start else (other, hit)))


def _are_listed(text: _Text, left: _Hit, right: _Hit) -> bool:
    return right.start - left.end <= 16 and _LISTED.fullmatch(text.low, left.end, right.start) is not None


def _is_free(text: _Text, hit: _Hit) -> bool:
    """Tell whether the name is tied to no neighbour, as it is in Go-to-market, R&D, U.S. and C's."""
    tied_before = text.low[hit.start - 1] in _TIES and text.flat[hit.start - 2] != _SPACE
    return not tied_before and not (text.low[hit.end] in _TIES and text.flat[hit.end + 1] != _SPACE)


def _has_phrase(text: _Text, hit: _Hit) -> bool:
    """Tell whether the words around the name say that a skill is meant."""
    if text.word_after(hit.end) in _AFTER:
        return True
    word, begin = text.word_before(hit.start)
    if word in _LINKS and word not in _BEFORE:
        word, _ = text.word_before(begin)
    return word in _BEFORE
