"""What a search must find, by looking at every posting: the words of its texts, no index, no stored tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.queries import skills_of_job
from talentsphere.domains.jobs.search.asking import Asked, Wanted
from talentsphere.search.tokens import stored
from talentsphere.search.words import words_of

CUT, ENOUGH, PHRASES = 300, 20, 2_000
FIELDS = (
    Job.id, Job.key, Job.company_id, Job.title, Job.description_text, Job.location, Job.location_key, Job.city_key,
    Job.country, Job.remote, Job.employment_type, Job.experience_level, Job.pay_yearly, Job.currency, Job.featured,
    skills_of_job().label("skills"),
)  # fmt: skip


@dataclass(frozen=True)
class Posting:
    row: Any
    title: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]
    words: frozenset[str]
    skills: frozenset[int]


def postings(session) -> list[Posting]:
    """Return every open posting, the newest first."""
    rows = session.execute(select(*FIELDS).where(Job.status == "open").order_by(Job.key.desc())).all()
    return [posting_of(row) for row in rows]


def posting_of(row) -> Posting:
    title = words(row.title)
    names = (words(skill["name"]) for skill in row.skills)
    fields = (title, words(row.description_text), words(row.location or ""), *names)
    found = frozenset(word for field in fields for word in field)
    return Posting(row, title, fields, found, frozenset(skill["id"] for skill in row.skills))


def words(text: str) -> tuple[str, ...]:
    return tuple(stored(word) for word in words_of(text))


def found(asked: Asked, every: list[Posting], day: int, kept=lambda _posting: True) -> list[tuple[int, int, int]]:
    """Return (score, key, id) of what is shown, in its order. ``kept`` is the filter."""
    wanted = [posting for posting in every if kept(posting) and not is_excluded(posting, asked)]
    whole = [posting for posting in wanted if all(has(posting, word) for word in asked.words)]
    in_titles = [posting for posting in wanted if all(in_title(posting, word) for word in asked.words)]
    everywhere, titled = bounded(whole, asked), bounded(in_titles, asked)
    if all(word.title_only for word in asked.words):
        titled = []
    scored = {posting.row.key: score(posting, asked, day, True) for posting in (*everywhere, *titled)}
    if len(asked.words) > 1 and len(everywhere) < ENOUGH:
        loose = replace(asked, phrases=tuple(phrase for phrase in asked.phrases if phrase.is_excluded))
        some = [posting for posting in wanted if any(has(posting, word) for word in asked.words)]
        for posting in bounded(some, loose):
            scored.setdefault(posting.row.key, score(posting, asked, day, False))
    return sorted(scored.values(), reverse=True)


def bounded(matches: list[Posting], asked: Asked) -> list[Posting]:
    if asked.phrases:
        matches = [
            posting
            for posting in matches[:PHRASES]
            if all(phrase.is_excluded is not adjoin(posting, phrase.tokens) for phrase in asked.phrases)
        ]
    return matches[:CUT]


def adjoin(posting: Posting, tokens: tuple[str, ...]) -> bool:
    titles = tokens[0].startswith("_1")
    looked = [tuple(f"_1{word}" for word in posting.title)] if titles else posting.fields
    size = len(tokens)
    return any(field[at : at + size] == tokens for field in looked for at in range(len(field) - size + 1))


def is_excluded(posting: Posting, asked: Asked) -> bool:
    present = {*posting.words, *(f"_1{word}" for word in posting.title)}
    return any(
        word.startswith(token[:-1]) if token.endswith("*") else word == token
        for group in asked.without
        for token in group
        for word in present
    )


def has(posting: Posting, word: Wanted) -> bool:
    if posting.skills & set(word.skills) or posting.row.company_id in word.companies:
        return True
    return in_title(posting, word) or (not word.title_only and among(posting.words, word))


def in_title(posting: Posting, word: Wanted) -> bool:
    return among(posting.title, word)


def among(present, word: Wanted) -> bool:
    return any(each.startswith(word.token) if word.is_prefix else each == word.token for each in present)


def score(posting: Posting, asked: Asked, day: int, has_all: bool) -> tuple[int, int, int]:
    total = 0
    for word in asked.words:
        if in_title(posting, word):
            total += 10
        elif posting.skills & set(word.skills) or posting.row.company_id in word.companies:
            total += 6
        elif has_all:
            total += 3
    text = 700 * (total or 3) // (10 * len(asked.words)) if asked.words else 0
    row = posting.row
    exact = 100 if asked.words and {w.token for w in asked.words if not w.is_prefix} == set(posting.title) else 0
    age = max(0, day - (row.key >> 24) // 86_400)
    facts = (row.pay_yearly, row.location, row.employment_type, row.experience_level, row.skills)
    whole = text + exact + 150 * 30 // (30 + age) + 10 * sum(map(bool, facts)) + (1_000 if has_all else 0)
    return whole, row.key, row.id
