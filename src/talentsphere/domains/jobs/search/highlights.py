"""Showing where the words stand: HTML in which everything is escaped but ``<mark>``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import takewhile
from typing import NamedTuple

from talentsphere.domains.jobs.search.asking import Wanted
from talentsphere.search.tokens import stored_words

LENGTH = 240
"""Characters of a snippet, about."""
BEFORE = 60
_RUN = re.compile(r"\S+")
_BEGIN, _END = re.compile(r"[^\w.]*"), re.compile(r"[^\w+#]*\Z")


class _Mark(NamedTuple):
    first: int
    last: int


def highlighted(text: str, words: Sequence[Wanted], length: int | None = None) -> str | None:
    """Return ``text``, or about ``length`` characters of it around the first word, marked; nothing when none is in."""
    marks = _marks(text, words)
    first = next(marks, None)
    if first is None:
        return None
    begin, end = (0, len(text)) if length is None else _around(text, first, length)
    found = [first, *takewhile(lambda mark: mark.last <= end, marks)]
    parts, place = ["…" if begin else ""], begin
    for mark in found:
        parts += [escape(text[place : mark.first]), f"<mark>{escape(text[mark.first : mark.last])}</mark>"]
        place = mark.last
    return "".join([*parts, escape(text[place:end]), "…" if end < len(text) else ""])


def _marks(text: str, words: Sequence[Wanted]) -> Iterator[_Mark]:
    whole = {wanted.token for wanted in words if not wanted.is_prefix}
    begins = tuple(wanted.token for wanted in words if wanted.is_prefix)
    for run in _RUN.finditer(text):
        if any(token in whole or token.startswith(begins) for token in stored_words(run[0][:200])):
            begin, end = _BEGIN.match(run[0]), _END.search(run[0])
            first, last = (begin.end() if begin else 0), (end.start() if end else len(run[0]))
            if first < last:
                yield _Mark(run.start() + first, run.start() + last)


def _around(text: str, mark: _Mark, length: int) -> tuple[int, int]:
    """Return where a snippet begins and ends, at spaces where there are some near."""
    begin = max(0, mark.first - BEFORE)
    if begin:
        begin = text.find(" ", begin, mark.first) + 1 or mark.first
    end = max(mark.last, min(len(text), begin + length))
    if end < len(text):
        end = max(mark.last, text.rfind(" ", begin, end))
    return begin, end
