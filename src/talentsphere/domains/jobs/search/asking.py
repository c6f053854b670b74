"""A search as it was asked, made into a question of tokens: its words, the names among them, its filters."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Engine, cast, func, literal, null, select, union_all

from talentsphere.db.rows import Reader
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import SearchDoc, key_floor
from talentsphere.domains.jobs.search.documents import FEATURED, KINDS, PLACES, REMOTE, SKILL
from talentsphere.domains.names import folded_name
from talentsphere.domains.skills.models import SkillName
from talentsphere.search.parsing import Term, parse
from talentsphere.search.question import Group, Phrase, Question
from talentsphere.search.slabs import FIRST, SECOND, Floors
from talentsphere.search.tokens import filter_token, in_title, pay_step, stored

LONGEST_NAME = 3
"""Words of a skill's or a company's name that are recognised in a search."""
NAMESAKES = 5
SHORT = 3
"""Letters; the beginning of a word that is shorter is looked for in titles alone: it begins too many."""
FLOORS_FOR_S = 60
SEVERAL = {
    "country": KINDS["country"], "employment_type": KINDS["employment_type"], "currency": KINDS["currency"],
    "experience_level": KINDS["experience_level"], "city": PLACES["city_key"], "region": PLACES["region_key"],
}  # fmt: skip
NOTHING: Group = ("_nothing",)
"""Stands in no document."""

Names = Mapping[tuple[str, str], Sequence[int]]
"""Ids by (what, name)."""
_floors: WeakKeyDictionary[Engine, tuple[float, int | None, int | None]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Wanted:
    """One word as it is scored: its token, and the skills and companies that are called so."""

    token: str
    is_prefix: bool = False
    title_only: bool = False
    skills: tuple[int, ...] = ()
    companies: tuple[int, ...] = ()

    def group(self) -> Group:
        """Return the tokens any of which a match has."""
        mark = "*" if self.is_prefix else ""
        word = (in_title(self.token) if self.title_only else self.token) + mark
        skills = (filter_token(SKILL, skill_id) for skill_id in self.skills)
        companies = (filter_token(KINDS["company_id"], company_id) for company_id in self.companies)
        return (word, *skills, *companies)

    def in_title(self) -> Group:
        return (in_title(self.token) + ("*" if self.is_prefix else ""),)


@dataclass(frozen=True)
class Asked:
    """What is looked for: ``words`` in their order, and filters by the name of their parameter."""

    words: tuple[Wanted, ...]
    without: tuple[Group, ...]
    phrases: tuple[Phrase, ...]
    filters: Mapping[str, Group] = field(default_factory=dict)
    since: int | None = None
    pay: int | None = None
    floors: Floors | None = None

    def question(self, *apart: str) -> Question:
        """Return it as the engines understand it, without the filters of the parameters ``apart``."""
        kept = {name: group for name, group in self.filters.items() if name not in apart}
        return Question(
            words=tuple(wanted.group() for wanted in self.words),
            filters=tuple(kept.values()),
            without=self.without,
            phrases=self.phrases,
            since=self.since,
            pay=None if "salary_min" in apart else self.pay,
        )


def asked_of(session: Reader, query: Mapping[str, Any]) -> Asked:
    """Return what the parameters ask for; one statement. ``q`` must be one that can be parsed."""
    terms = parse(query["q"])
    companies, skills = query.get("company", ()), query.get("skill", ())
    spans = list(_spans(terms))
    names, floors = _looked_up(session, companies, skills, sorted({name for _, _, name in spans}))
    words, phrases = _words(terms, spans, names)
    return Asked(
        words=words,
        without=tuple(_tokens(term) for term in terms if term.is_excluded and len(term.words) == 1),
        phrases=(*phrases, *(_phrase(term) for term in terms if term.is_excluded and len(term.words) > 1)),
        filters=_filters(query, names),
        since=key_floor(query["posted_after"]) if query.get("posted_after") else None,
        pay=None if query.get("salary_min") is None else max(1, query["salary_min"]),
        floors=floors,
    )


def _spans(terms: Sequence[Term]) -> Iterator[tuple[int, int, str]]:
    """Yield (first, behind the last, name) of neighbouring terms that may be a name."""
    for first in range(len(terms)):
        for last in range(first, min(first + LONGEST_NAME, len(terms))):
            term = terms[last]
            if term.in_title or term.is_prefix or term.is_excluded or term.is_quoted:
                break
            name = folded_name(" ".join(each.text for each in terms[first : last + 1]).strip(",;:!?()[]'"), 200)
            if name:
                yield first, last + 1, name


def _words(
    terms: Sequence[Term], spans: Sequence[tuple[int, int, str]], names: Names
) -> tuple[tuple[Wanted, ...], list[Phrase]]:
    skills: dict[int, list[int]] = {}
    companies: dict[int, list[int]] = {}
    for first, behind, name in spans:
        for place in range(first, behind):
            skills.setdefault(place, []).extend(names.get(("skill", name), ()))
            companies.setdefault(place, []).extend(names.get(("company_name", name), ()))
    words, phrases = list[Wanted](), []
    for place, term in enumerate(terms):
        if term.is_excluded:
            continue
        called = tuple(dict.fromkeys(skills.get(place, ()))), tuple(dict.fromkeys(companies.get(place, ())))
        words += [Wanted(stored(word), term.is_prefix, _title_only(term, word), *called) for word in term.words]
        if len(term.words) > 1 and not any(called):
            phrases.append(_phrase(term))
    return tuple(dict.fromkeys(words)), phrases


def _title_only(term: Term, word: str) -> bool:
    return term.in_title or (term.is_prefix and word.isascii() and len(word) < SHORT)


def _tokens(term: Term) -> Group:
    return Wanted(stored(term.words[0]), term.is_prefix, _title_only(term, term.words[0])).group()


def _phrase(term: Term) -> Phrase:
    tokens = (stored(word) for word in term.words)
    return Phrase(tuple(in_title(token) if term.in_title else token for token in tokens), term.is_excluded)


def _filters(query: Mapping[str, Any], names: Names) -> dict[str, Group]:
    filters: dict[str, Group] = {}
    for name, kind in SEVERAL.items():
        if query.get(name):
            filters[name] = tuple(filter_token(kind, value) for value in query[name])
    if query.get("location"):
        places = [filter_token(PLACES["location_key"], each) for each in query["location"] if each != "remote"]
        filters["location"] = (*places, *([filter_token(REMOTE, 1)] if "remote" in query["location"] else []))
    for name, kind in (("remote", REMOTE), ("featured", FEATURED)):
        if query.get(name) is not None:
            filters[name] = (filter_token(kind, int(query[name])),)
    for name, what, kind in (("company", "company", KINDS["company_id"]), ("skill", "skill", SKILL)):
        ids = [id_ for value in query.get(name, ()) for id_ in _ids(what, value, names)]
        if query.get(name):
            filters[name] = tuple(filter_token(kind, id_) for id_ in dict.fromkeys(ids)) or NOTHING
    step = pay_step(query.get("salary_min") or 0)
    return {**filters, **({"salary_min": (step,)} if step else {})}


def _ids(what: str, value: str, names: Names) -> Sequence[int]:
    if what == "company" and value.isdecimal():
        return [int(value)] if len(value) < 10 else []
    return names.get((what, value), ())


def _looked_up(
    session: Reader, companies: Sequence[str], skills: Sequence[str], words: Sequence[str]
) -> tuple[Names, Floors | None]:
    """Return the ids of companies by slug or name and of skills by any name, and where windows begin."""
    slugs = [value for value in companies if not value.isdecimal()]
    parts: list[Any] = []
    if slugs:
        parts.append(select(_as("company"), Company.slug, _big(Company.id)).where(Company.slug.in_(slugs)))
    if skills or words:
        named = SkillName.name_key.in_(sorted({*skills, *words}))
        parts.append(select(_as("skill"), SkillName.name_key, _big(SkillName.skill_id)).where(named))
    if words:
        called = Company.name_key.in_(words)
        parts.append(select(_as("company_name"), Company.name_key, _big(Company.id)).where(called))
    engine, is_known = _known_floors(session)
    parts += [] if engine is None else _floor_parts(is_known)
    found: dict[tuple[str, str], list[int]] = {}
    for what, name, id_ in session.execute(union_all(*parts)) if parts else ():
        found.setdefault((what, name or ""), []).append(id_)
    limited = {each: sorted(ids) if each[1] in skills else sorted(ids)[:NAMESAKES] for each, ids in found.items()}
    return limited, None if engine is None else _floors_of(engine, found)


def _as(what: str) -> Any:
    return literal(what).label("what")


def _big(column: Any) -> Any:
    return cast(column, BigInteger)


def _known_floors(session: Reader) -> tuple[Engine | None, bool]:
    """Return the engine when it needs windows, and whether it is known where they begin."""
    bind: Any = session.get_bind() if hasattr(session, "get_bind") else session
    if bind.dialect.name == "sqlite":
        return None, False
    engine: Engine = bind.engine
    held = _floors.get(engine)
    return engine, held is not None and time.monotonic() - held[0] < FLOORS_FOR_S


def _floor_parts(is_known: bool) -> list[Any]:
    parts: list[Any] = [select(_as("top"), null(), func.coalesce(func.max(SearchDoc.key), 0))]
    for what, offset in () if is_known else (("first", FIRST), ("second", SECOND)):
        key = select(SearchDoc.key).order_by(SearchDoc.key.desc()).offset(offset).limit(1).scalar_subquery()
        parts.append(select(_as(what), null(), key))
    return parts


def _floors_of(engine: Engine, found: Mapping[tuple[str, str], Sequence[int | None]]) -> Floors:
    if ("first", "") in found:
        _floors[engine] = (time.monotonic(), found["first", ""][0], found["second", ""][0])
    _, first, second = _floors[engine]
    top = found["top", ""][0] or 0
    return Floors(max(top, first or 0), first, second)
