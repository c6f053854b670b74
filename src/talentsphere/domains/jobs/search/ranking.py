"""The order of matches: what stands in the title before what stands in the skills or the text, the newer first. Pure.

``score`` is the sum of whole numbers, at most 2,000, so that it is the same on every engine and a cursor can hold it:

- ``all_words`` 1,000 when the posting holds all words that were asked for;
- ``text`` up to 700: on average of the words, 10 parts of ten for one in the title, 6 for a skill or a company that is
  called so, 3 for one elsewhere, 0 for one that is missing;
- ``exact_title`` 100 when the title holds all words and no others;
- ``recency`` up to 150: halved after 30 days, a third after 60;
- ``completeness`` 10 for each of pay, place, type of employment, level of experience and skills that is stated.

Equal scores: the newer one first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from talentsphere.domains.jobs.models import ID_BITS
from talentsphere.domains.jobs.search.asking import Wanted

ALL_WORDS, TEXT, EXACT_TITLE, RECENCY, COMPLETE = 1_000, 700, 100, 150, 10
IN_TITLE, CALLED, ELSEWHERE, WHOLE = 10, 6, 3, 10
HALF_DAYS, DAY_S = 30, 86_400


class Hit(NamedTuple):
    """A match with its score, and the parts that add up to it."""

    score: int
    key: int
    job_id: int
    parts: Mapping[str, int]

    @property
    def place(self) -> tuple[int, int]:
        """What matches are ordered by, the greatest first."""
        return self.score, self.key


def hit_of(row: Any, words: Sequence[Wanted], has_all: bool, day: int) -> Hit:
    """Return a row (``key, job_id, company_id, head, skills, complete``) as a match; ``day`` is today's number."""
    weights = [_weight(row, wanted) for wanted in words]
    parts = {
        "all_words": ALL_WORDS if has_all else 0,
        "text": _text(weights, has_all),
        "exact_title": EXACT_TITLE if words and _is_title(row.head, words) else 0,
        "recency": _recency(row.key, day),
        "completeness": COMPLETE * row.complete,
    }
    return Hit(sum(parts.values()), row.key, row.job_id, parts)


def _weight(row: Any, wanted: Wanted) -> int:
    if _is_in(row.head, wanted):
        return IN_TITLE
    if any(f" {skill_id} " in row.skills for skill_id in wanted.skills) or row.company_id in wanted.companies:
        return CALLED
    return 0


def _text(weights: Sequence[int], has_all: bool) -> int:
    """Return the part of the words. Of a posting that lacks some, one word counts as being in its text at the most."""
    if not weights:
        return 0
    found = [weight or ELSEWHERE for weight in weights] if has_all else list(weights)
    total = sum(found) or ELSEWHERE
    return TEXT * total // (WHOLE * len(weights))


def _is_in(head: str, wanted: Wanted) -> bool:
    return f" {wanted.token}" in head if wanted.is_prefix else f" {wanted.token} " in head


def _is_title(head: str, words: Sequence[Wanted]) -> bool:
    return {wanted.token for wanted in words if not wanted.is_prefix} == set(head.split())


def _recency(key: int, day: int) -> int:
    age = max(0, day - (key >> ID_BITS) // DAY_S)
    return RECENCY * HALF_DAYS // (HALF_DAYS + age)
