"""Keeping suggestions: labels of the postings that changed are counted anew, behind the change feed.

A request never waits for it. What is late by it is stated: a new label appears with the next fold (``tasks.py``, half a
minute at most while a worker runs); one that no open posting has is not shown from then on (``queries.is_shown``), and
removed later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from talentsphere.db.bulk import insert_rows
from talentsphere.db.changes import mark_changed
from talentsphere.db.dialect import add_to_counters, count_up_to
from talentsphere.db.rows import AnyRow
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.skills.models import Skill, SkillName
from talentsphere.domains.suggestions.models import (
    KINDS,
    WORD_LENGTH,
    SuggestDeletion,
    SuggestKey,
    SuggestLabel,
    SuggestTop,
    SuggestWord,
)
from talentsphere.domains.suggestions.queries import HEAVY, LAST, is_shown, typed
from talentsphere.domains.suggestions.spelling import deletions, is_spelled
from talentsphere.search.words import words_of

COUNTED = 1_000
KEPT = 20
"""Labels of each kind that a heavy beginning keeps."""
LONGEST_HEAVY = 24
"""Letters; a longer beginning is never heavy enough to matter."""
PORTION = 200
"""Values of one statement."""


Ranked = tuple[str, int, int]
"""Kind, minus the weight, and id: in order, the best of a kind first."""


@dataclass(frozen=True)
class Label:
    """A label as it is now; ``aliases`` are other names by which it is found."""

    kind: str
    ref: str
    text: str
    weight: int
    slug: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def keys(self) -> set[str]:
        return {key for name in (self.text, *self.aliases) for key in keys_of(name)}


def keys_of(name: str) -> Iterator[str]:
    """Yield a name from the start of each of its words on, as it is stored."""
    words = typed(name).split(" ")
    for at in range(len(words)):
        if words[at]:
            yield " ".join(words[at:])


def refresh(session: Session, job_ids: Sequence[int]) -> int:
    """Count the labels of these postings anew, add the new ones, remove those without an open posting.

    Returns how many were looked at. A few statements, whatever the number; the session must be ``writing()``.
    """
    refs = _refs_of(session, job_ids)
    return refresh_labels(session, refs)


def refresh_labels(session: Session, refs: Mapping[str, Collection[Any]]) -> int:
    """Do the same for labels by kind: folded titles and places, ids of companies and skills."""
    labels = {(label.kind, label.ref): label for label in _labels(session, refs)}
    wanted = {(kind, str(ref)) for kind, each in refs.items() for ref in each}
    if not wanted:
        return 0
    mark_changed(session, "suggestions")
    held = {(row.kind, row.ref): row for row in labels_held(session, wanted)}
    gone = [held[name] for name in held.keys() - labels.keys()]
    renewed = [row for name, row in held.items() if name in labels and _differs(row, labels[name])]
    remove(session, [row.id for row in (*gone, *renewed)])
    changed = [row for name, row in held.items() if name in labels and row not in renewed]
    for row in changed:
        weight = labels[row.kind, row.ref].weight
        if row.weight != weight:
            session.execute(update(SuggestLabel).where(SuggestLabel.id == row.id).values(weight=weight))
    kept = {(row.kind, row.ref) for row in changed}
    added = _add(session, [label for name, label in labels.items() if name not in kept])
    _keep_tops(session, {**{row.id: labels[row.kind, row.ref] for row in changed}, **added})
    return len(wanted)


def remove(session: Session, ids: Sequence[int]) -> None:
    """Remove labels, and fill up the beginnings that kept them."""
    if not ids:
        return
    mark_changed(session, "suggestions")
    prefixes: list[str] = []
    for portion in _portions(ids):
        prefixes += prefixes_of(session, portion)
        for model in (SuggestTop, SuggestKey):
            session.execute(delete(model).where(model.label_id.in_(portion)))
        session.execute(delete(SuggestLabel).where(SuggestLabel.id.in_(portion)))
    for prefix in sorted(set(prefixes)):
        _put_top(session, prefix, _best(session, prefix))


def prefixes_of(session: Session, ids: Sequence[int]) -> Sequence[str]:
    """Return the heavy beginnings that keep any of these labels; one statement."""
    return session.scalars(select(SuggestTop.prefix).where(SuggestTop.label_id.in_(ids)).distinct()).all()


def sweep(session: Session, after: int, limit: int) -> int | None:
    """Remove those of ``limit`` labels behind ``after`` that are not shown; return the last id, None at the end."""
    page = select(SuggestLabel.id).where(SuggestLabel.id > after).order_by(SuggestLabel.id).limit(limit)
    ids = session.scalars(page).all()
    if ids:
        shown = set(session.scalars(select(SuggestLabel.id).where(SuggestLabel.id.in_(ids), is_shown())))
        remove(session, [label_id for label_id in ids if label_id not in shown])
    return ids[-1] if len(ids) == limit else None


def _refs_of(session: Session, job_ids: Sequence[int]) -> dict[str, set[Any]]:
    refs: dict[str, set[Any]] = {kind: set() for kind in KINDS}
    for portion in _portions(job_ids):
        columns = (Job.title_key, Job.location_key, Job.company_id)
        for title, place, company in session.execute(select(*columns).where(Job.id.in_(portion))):
            refs["title"].add(title)
            refs["company"].add(company)
            refs["place"] |= {place} if place else set()
        skills = select(JobSkill.skill_id).where(JobSkill.job_id.in_(portion)).distinct()
        refs["skill"].update(session.scalars(skills))
    return refs


def _labels(session: Session, refs: Mapping[str, Collection[Any]]) -> Iterator[Label]:
    """Yield those of the labels that an open posting has."""
    for kind, key, text in (("title", Job.title_key, Job.title), ("place", Job.location_key, Job.location)):
        for ref in refs.get(kind, ()):
            having = select(text).where(Job.status == "open", key == ref)
            newest = having.order_by(Job.key.desc()).limit(1).scalar_subquery()
            label, n = session.execute(select(newest, count_up_to(having, COUNTED))).one()
            if n:
                yield Label(kind, ref, label, n)
    for portion in _portions(refs.get("company", ())):
        columns = (Company.id, Company.name, Company.slug, Company.open_jobs)
        named = select(*columns).where(Company.id.in_(portion), Company.open_jobs > 0, ~Company.confidential)
        for row in session.execute(named):
            yield Label("company", str(row.id), row.name, min(row.open_jobs, COUNTED), row.slug)
    for portion in _portions(refs.get("skill", ())):
        yield from _skills(session, portion)


def _skills(session: Session, ids: Sequence[int]) -> Iterator[Label]:
    aliases: dict[int, list[str]] = defaultdict(list)
    named = select(SkillName.skill_id, SkillName.alias).where(SkillName.skill_id.in_(ids), SkillName.alias.is_not(None))
    for skill_id, alias in session.execute(named):
        aliases[skill_id].append(alias or "")
    opened = select(JobSkill.job_id).join(Job, Job.id == JobSkill.job_id).where(Job.status == "open")
    for row in session.execute(select(Skill.id, Skill.name, Skill.slug).where(Skill.id.in_(ids))):
        n = session.scalar(select(count_up_to(opened.where(JobSkill.skill_id == row.id), COUNTED))) or 0
        if n:
            yield Label("skill", str(row.id), row.name, n, row.slug, tuple(sorted(aliases[row.id])))


def labels_held(session: Session, names: Collection[tuple[str, str]]) -> Iterator[AnyRow]:
    """Yield the stored labels of these kinds and refs; a statement a kind."""
    columns = (SuggestLabel.id, SuggestLabel.kind, SuggestLabel.ref, SuggestLabel.label, SuggestLabel.slug)
    for kind in KINDS:
        for portion in _portions(sorted(ref for one, ref in names if one == kind)):
            held = select(*columns, SuggestLabel.weight).where(SuggestLabel.kind == kind, SuggestLabel.ref.in_(portion))
            yield from session.execute(held)


def _differs(row: AnyRow, label: Label) -> bool:
    """Tell whether a label is found by other keys now, or shown otherwise than by its case."""
    return typed(row.label) != typed(label.text) or row.slug != label.slug


def _add(session: Session, labels: Sequence[Label]) -> dict[int, Label]:
    """Add labels with their keys and words; return them by id."""
    rows: list[tuple[SuggestLabel, Label]] = []
    words: dict[str, int] = defaultdict(int)
    for label in labels:
        number = int(label.ref) if label.kind in ("company", "skill") else None
        row = SuggestLabel(
            kind=label.kind, ref=label.ref, object_id=number, label=label.text, slug=label.slug, weight=label.weight
        )
        session.add(row)
        rows.append((row, label))
        for word in {word for name in (label.text, *label.aliases) for word in words_of(name)}:
            if is_spelled(word) and len(word) <= WORD_LENGTH:
                words[word] += 1
    session.flush()
    added = {row.id: label for row, label in rows}
    keys = [{"key": key, "label_id": label_id} for label_id, label in added.items() for key in sorted(label.keys)]
    insert_rows(session, SuggestKey.__table__, keys)  # type: ignore[arg-type]
    _add_words(session, words)
    return added


def _add_words(session: Session, words: Mapping[str, int]) -> None:
    new = set(words)
    for portion in _portions(sorted(words)):
        new -= set(session.scalars(select(SuggestWord.word).where(SuggestWord.word.in_(portion))))
    add_to_counters(session, SuggestWord, "n", [{"word": word, "n": n} for word, n in sorted(words.items())])
    rows = [{"deletion": left, "word": word} for word in sorted(new) for left in sorted(deletions(word))]
    insert_rows(session, SuggestDeletion.__table__, rows)  # type: ignore[arg-type]


def _keep_tops(session: Session, labels: Mapping[int, Label]) -> None:
    """Let these labels take their places in the beginnings that are heavy, and find those that have become so."""
    by_prefix: dict[str, dict[int, Ranked]] = defaultdict(dict)
    for label_id, label in labels.items():
        for prefix in _prefixes(label.keys):
            by_prefix[prefix][label_id] = (label.kind, -label.weight, label_id)
    heavy = _tops(session, sorted(by_prefix))
    for prefix, held in heavy.items():
        best = _best_of({**held, **by_prefix[prefix]}.values())
        if best != set(held):
            _put_top(session, prefix, best)
    for prefix in _newly_heavy(session, by_prefix.keys(), heavy.keys()):
        _put_top(session, prefix, _best(session, prefix))


def _prefixes(keys: Iterable[str]) -> set[str]:
    found = {key[:length] for key in keys for length in range(1, min(len(key), LONGEST_HEAVY) + 1)}
    return {prefix for prefix in found if not prefix.endswith(" ")}


def _tops(session: Session, prefixes: Sequence[str]) -> dict[str, dict[int, Ranked]]:
    """Return what those of the beginnings that are heavy keep; a statement a portion."""
    tops: dict[str, dict[int, Ranked]] = defaultdict(dict)
    columns = (SuggestTop.prefix, SuggestLabel.id, SuggestLabel.kind, SuggestLabel.weight)
    kept = select(*columns).join(SuggestLabel, SuggestLabel.id == SuggestTop.label_id)
    for portion in _portions(prefixes):
        for prefix, label_id, kind, weight in session.execute(kept.where(SuggestTop.prefix.in_(portion))):
            tops[prefix][label_id] = (kind, -weight, label_id)
    return tops


def _best_of(labels: Iterable[Ranked]) -> set[int]:
    """Return the ids of the ``KEPT`` best of each kind."""
    best: set[int] = set()
    seen: dict[str, int] = defaultdict(int)
    for kind, _, label_id in sorted(labels):
        seen[kind] += 1
        if seen[kind] <= KEPT:
            best.add(label_id)
    return best


def _newly_heavy(session: Session, prefixes: Collection[str], heavy: Collection[str]) -> list[str]:
    """Return those of the beginnings that more than ``HEAVY`` keys have now.

    One is looked at only below one that is heavy, so nearly none of them is.
    """
    found: list[str] = []
    known = set(heavy)
    for prefix in sorted(set(prefixes) - known, key=len):
        parent = prefix[:-1].rstrip()
        if parent and parent not in known:
            continue
        range_ = select(SuggestKey.key).where(SuggestKey.key >= prefix, SuggestKey.key < prefix + LAST)
        if (session.scalar(select(count_up_to(range_, HEAVY + 1))) or 0) > HEAVY:
            known.add(prefix)
            found.append(prefix)
    return found


def _best(session: Session, prefix: str) -> list[int]:
    """Return the best labels of a beginning, of all of them."""
    ids = select(SuggestKey.label_id).where(SuggestKey.key >= prefix, SuggestKey.key < prefix + LAST)
    return _ranked(session, ids)


def _ranked(session: Session, ids: Any) -> list[int]:
    """Return the ``KEPT`` best of each kind."""
    place = func.row_number().over(
        partition_by=SuggestLabel.kind, order_by=(SuggestLabel.weight.desc(), SuggestLabel.id)
    )
    ranked = select(SuggestLabel.id, place.label("place")).where(SuggestLabel.id.in_(ids)).subquery()
    return list(session.scalars(select(ranked.c.id).where(ranked.c.place <= KEPT)))


def _put_top(session: Session, prefix: str, ids: Iterable[int]) -> None:
    """Keep these labels of a beginning, and no others."""
    session.execute(delete(SuggestTop).where(SuggestTop.prefix == prefix))
    insert_rows(session, SuggestTop.__table__, [{"prefix": prefix, "label_id": each} for each in ids])  # type: ignore[arg-type]


def _portions(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    given = list(values)
    for first in range(0, len(given), PORTION):
        yield given[first : first + PORTION]
