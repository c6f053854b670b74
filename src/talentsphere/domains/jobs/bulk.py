"""Writing many postings in one transaction: statements grow with portions of 250 rows, never with rows.

Each function takes rows as ``(index, what was sent)`` and returns ``(taken, refusals)``. All rows are judged before
one is written; with ``mode`` atomic one that is refused raises. A posting that was written has its log entry, its event
and its tag, as if it had been alone.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.bulk import insert_rows
from talentsphere.db.caller import Actor, Reach
from talentsphere.db.ids import allocate_ids
from talentsphere.db.rows import AnyRow
from talentsphere.domains.activity.queries import Changed, record_changes
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.alike import NEWEST, list_candidates, similar_to
from talentsphere.domains.jobs.bulk_rows import Outcome, Refusal, check, chunks, refused
from talentsphere.domains.jobs.drafting import Given, drafted
from talentsphere.domains.jobs.editing import (
    EDITABLE,
    PUBLIC,
    changed_columns,
    check_rights,
    company_of,
    external_id_taken,
    kind_of,
    kind_of_row,
    new_row,
    own_id,
    publish_at,
)
from talentsphere.domains.jobs.errors import WrongStatus
from talentsphere.domains.jobs.fingerprints import BAND_NAMES
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.jobs.own import within
from talentsphere.domains.jobs.search.store import add_documents
from talentsphere.domains.jobs.skilling import NAMED, by_key, keys_of, matched, skills_in, unknown_skills
from talentsphere.domains.jobs.tagging import mark_jobs
from talentsphere.domains.jobs.tallies import Kind, record_tallies
from talentsphere.domains.skills.book import Shown
from talentsphere.domains.skills.queries import dictionary_version
from talentsphere.errors import DomainError, NotFound, PreconditionFailed, invalid_field

JOBS: Any = Job.__table__
JOB_SKILLS: Any = JobSkill.__table__
Rows = Sequence[tuple[int, Given]]
Result = tuple[list[Outcome], list[Refusal]]
Band = tuple[int, str, int]
"""A company, which of the bands, and its value."""
Meeting = dict[Band, deque[Mapping[str, Any]]]
"""The newest postings of each band, the newest last."""


@dataclass(frozen=True)
class _New:
    index: int
    company_id: int
    given: Given
    posting: Posting
    skills: list[Shown]
    own_id: dict[str, Any]


@dataclass(frozen=True)
class _Change:
    index: int
    job: AnyRow
    columns: dict[str, Any]
    skills: list[int] | None
    """None: they stay."""


def add_jobs(session: Session, reach: Reach, actor: Actor, rows: Rows, mode: str, refusals: list[Refusal]) -> Result:
    """Add postings; some seven statements, four more for each portion. ``refusals`` are those so far."""
    at = now()
    companies = _companies(session, reach, rows)
    named, dictionary = _skills_named(session, rows), dictionary_version(session)
    new: list[_New] = []
    for index, given in rows:
        try:
            company_id = _company_of(reach, given, companies)
            posting = drafted(given)
            publish_at(given, given["status"], None)
            skills = _skills_of(session, given, posting, named, dictionary)
            new.append(_New(index, company_id, given, posting, skills, own_id(given, company_id, None)))
        except DomainError as refusal:
            refusals.append(refused(index, refusal))
    owned = [(each, {**each.own_id, "id": 0}) for each in new]
    free = _without_taken(owned, _taken_ids(session, [row for _, row in owned]), refusals)
    check(mode, refusals)
    return _store(session, actor, [each for each, _ in free], at), refusals


def change_jobs(session: Session, reach: Reach, actor: Actor, rows: Rows, mode: str, refusals: list[Refusal]) -> Result:
    """Change postings at the ``version`` that each row names; some six statements, four more for each portion."""
    jobs = _locked(session, reach, [given["id"] for _, given in rows])
    named = _skills_named(session, rows)
    dictionary = dictionary_version(session) if any(_from_text(given) for _, given in rows) else None
    changes, seen = [], set[int]()
    for index, given in rows:
        try:
            job = _present(jobs, given["id"], seen)
            if job.version != given["version"]:
                raise PreconditionFailed(f"job {job.id} is at version {job.version} now; read it again")
            check_rights(reach, given)
            changes.append(_change_of(session, index, job, given, named, dictionary))
        except DomainError as refusal:
            refusals.append(refused(index, refusal))
    owned = [(each, {**each.job._mapping, **each.columns}) for each in changes]
    moved = [row for each, row in owned if "external_id" in each.columns]
    free = _without_taken(owned, _taken_ids(session, moved), refusals)
    check(mode, refusals)
    return _write(session, actor, [each for each, _ in free]), refusals


def close_jobs(session: Session, reach: Reach, actor: Actor, ids: Sequence[int], mode: str, reason: str) -> Result:
    """End public postings; some three statements, three more for each portion."""
    jobs, at = _locked(session, reach, ids), now()
    refusals: list[Refusal] = []
    closing, seen = [], set[int]()
    for index, job_id in enumerate(ids):
        try:
            job = _present(jobs, job_id, seen, "#")
            if job.status not in PUBLIC:
                raise WrongStatus(f"job {job_id} is {job.status}; only a public one can be closed")
            closing.append((index, job))
        except DomainError as refusal:
            refusals.append(refused(index, refusal, "ids"))
    check(mode, refusals)
    _mark(session, [job for _, job in closing])
    values = {
        "status": "closed",
        "closed_reason": reason,
        "closed_at": at,
        "updated_at": at,
        "version": JOBS.c.version + 1,
    }
    for portion in chunks(closing):
        session.connection().execute(update(JOBS).where(JOBS.c.id.in_([job.id for _, job in portion])).values(values))
        entries = [Changed(job.id, job.company_id, {"reason": reason}) for _, job in portion]
        record_changes(session, actor, "job.closed", entries)
    kinds: Counter[Kind] = Counter()
    for _, job in closing:
        kinds[kind_of(job)] -= 1
        kinds[kind_of_row({**job._mapping, "status": "closed"})] += 1
    record_tallies(session, kinds)
    return [_outcome(index, 200, job.id, job.version + 1, "closed") for index, job in closing], refusals


def _companies(session: Session, reach: Reach, rows: Rows) -> set[int]:
    """Return those of the named companies that exist; one statement, none when nobody names one."""
    ids = {given["company_id"] for _, given in rows if "company_id" in given}
    found = set(session.scalars(select(Company.id).where(Company.id.in_(ids)))) if ids else set()
    return found | ({reach.company_id} if reach.company_id is not None else set())


def _company_of(reach: Reach, given: Given, companies: set[int]) -> int:
    check_rights(reach, given)
    company_id = company_of(reach, given)
    if company_id not in companies:
        raise invalid_field("#/company_id", f"there is no company {company_id}")
    return company_id


def _skills_named(session: Session, rows: Rows) -> Mapping[str, Shown]:
    """Return the skills that any row names; one statement, none when none does."""
    names = {key for _, given in rows for key in keys_of(given.get("skills"))}
    return by_key(session.execute(NAMED, {"names": sorted(names)}).scalar() or []) if names else {}


def _skills_of(
    session: Session, given: Given, posting: Posting, named: Mapping[str, Shown], dictionary: str | None
) -> list[Shown]:
    names = given.get("skills")
    if names is None:
        return skills_in(session, posting, dictionary)
    skills, unknown = matched(names, named)
    if unknown:
        raise unknown_skills(unknown)
    return skills


def _from_text(given: Given) -> bool:
    return "skills" in given and given["skills"] is None


def _taken_ids(session: Session, rows: Iterable[Mapping[str, Any]]) -> set[tuple[str, str, int]]:
    """Return (source, external_id, id) of stored postings with those of ``rows``; one statement, none for none."""
    pairs = {(row["source"], row["external_id"]) for row in rows if row["external_id"]}
    if not pairs:
        return set()
    columns = select(JOBS.c.source, JOBS.c.external_id, JOBS.c.id)
    sources, ids = {source for source, _ in pairs}, {external_id for _, external_id in pairs}
    found = session.execute(columns.where(JOBS.c.source.in_(sources), JOBS.c.external_id.in_(ids)))
    return {(row.source, row.external_id, row.id) for row in found}


def _without_taken(
    rows: Sequence[tuple[Any, dict[str, Any]]], taken: set[tuple[str, str, int]], refusals: list[Refusal]
) -> list[tuple[Any, dict[str, Any]]]:
    """Return ``rows`` whose ``external_id`` nobody else has, in the database or earlier among them."""
    owners = {(source, external_id): job_id for source, external_id, job_id in taken}
    free, mine = [], set[tuple[str, str]]()
    for each, row in rows:
        key = (row["source"], row["external_id"])
        if row["external_id"] and (owners.get(key, row["id"]) != row["id"] or key in mine):
            refusals.append(refused(each.index, external_id_taken(owners.get(key), "#/external_id")))
            continue
        mine.add(key)
        free.append((each, row))
    return free


def _store(session: Session, actor: Actor, new: Sequence[_New], at: datetime) -> list[Outcome]:
    if not new:
        return []
    ids = allocate_ids(session, Job, len(new))
    numbered = [
        (each, new_row(job_id, each.company_id, each.posting, each.given, at))
        for each, job_id in zip(new, ids, strict=True)
    ]
    similar = _similar(session, [row for _, row in numbered])
    mark_jobs(session, ids, {row["company_id"] for _, row in numbered})
    for portion in chunks(numbered):
        _insert(session, [row for _, row in portion])
        skills = [
            {"job_id": row["id"], "skill_id": skill["id"], "key": row["key"]}
            for each, row in portion
            for skill in each.skills
            if row["status"] != "open"
        ]
        insert_rows(session, JOB_SKILLS, skills)
        add_documents(session, [(row, each.skills) for each, row in portion if row["status"] == "open"])
        record_changes(session, actor, "job.created", [Changed(row["id"], row["company_id"]) for _, row in portion])
    record_tallies(session, Counter(kind_of_row(row) for _, row in numbered))
    return [
        {**_outcome(each.index, 201, row["id"], 1, row["status"]), **({"similar": found} if found else {})}
        for (each, row), found in zip(numbered, similar, strict=True)
    ]


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    try:
        insert_rows(session, JOBS, rows)
    except DBAPIError as error:
        raise_if_taken(error)
        raise


def _similar(session: Session, rows: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return what each new row is like, of what is stored and of the rows before it; a statement for each portion.

    As for a single posting, the newest of each band are compared: at most ``NEWEST`` times the bands for each row.
    """
    stored = {row.id: row._mapping for portion in chunks(rows) for row in list_candidates(session, portion)}
    meeting: Meeting = {}
    for _, row in sorted(stored.items()):
        _enter(meeting, row)
    found = []
    for new in rows:
        met = {other["id"]: other for band in _bands(new) for other in meeting.get(band, ())}
        found.append(similar_to(new, met.values()))
        _enter(meeting, new)
    return found


def _enter(meeting: Meeting, row: Any) -> None:
    for band in _bands(row):
        meeting.setdefault(band, deque(maxlen=NEWEST)).append(row)


def _bands(row: Any) -> list[Band]:
    return [(row["company_id"], name, row[name]) for name in BAND_NAMES]


def _locked(session: Session, reach: Reach, ids: Iterable[int]) -> dict[int, AnyRow]:
    """Return the postings within ``reach`` by id, locked in the order of their ids; a statement for each portion."""
    found: dict[int, AnyRow] = {}
    for portion in chunks(sorted(set(ids))):
        statement = select(JOBS).where(JOBS.c.id.in_(portion), within(reach)).order_by(JOBS.c.id)
        found.update((row.id, row) for row in session.execute(statement.with_for_update()))
    return found


def _present(jobs: Mapping[int, AnyRow], job_id: int, seen: set[int], pointer: str = "#/id") -> AnyRow:
    if job_id not in jobs:
        raise NotFound(
            f"there is no job {job_id}", errors=[{"pointer": pointer, "detail": f"there is no job {job_id}"}]
        )
    if job_id in seen:
        raise invalid_field(pointer, f"job {job_id} is named twice")
    seen.add(job_id)
    return jobs[job_id]


def _change_of(
    session: Session, index: int, job: AnyRow, given: Given, named: Mapping[str, Shown], dictionary: str | None
) -> _Change:
    posting = drafted(given, job)  # type: ignore[arg-type]  # a row has the columns of the entity
    skills = None
    if "skills" in given:
        skills = [skill["id"] for skill in _skills_of(session, given, posting, named, dictionary)]
    return _Change(index, job, changed_columns(given, posting, job), skills)


def _write(session: Session, actor: Actor, changes: Sequence[_Change]) -> list[Outcome]:
    """Write what differs; what is so already is answered, and left alone."""
    at, differing = now(), _with_other_skills(session, changes)
    written = [each for each in changes if each.columns or each.job.id in differing]
    _mark(session, [each.job for each in written])
    kinds: Counter[Kind] = Counter()
    for portion in chunks(written):
        _update(session, portion, at)
        fields = {
            each.index: (set(each.columns) | ({"skills"} if each.job.id in differing else set())) & EDITABLE
            for each in portion
        }
        entries = [
            Changed(each.job.id, each.job.company_id, {"fields": sorted(fields[each.index])}) for each in portion
        ]
        record_changes(session, actor, "job.updated", entries)
        _replace_skills(session, [each for each in portion if each.job.id in differing])
    for each in written:
        kinds[kind_of(each.job)] -= 1
        kinds[kind_of_row({**each.job._mapping, **each.columns})] += 1
    record_tallies(session, kinds)
    versions = {each.job.id: 1 for each in written}
    return [
        _outcome(each.index, 200, each.job.id, each.job.version + versions.get(each.job.id, 0), each.job.status)
        for each in changes
    ]


def _update(session: Session, changes: Sequence[_Change], at: datetime) -> None:
    """Write every column that any of ``changes`` changes, in one statement with a row of values for each."""
    names = sorted({name for each in changes for name in each.columns})
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    values |= {"updated_at": at, "version": JOBS.c.version + 1}
    rows = [
        {"job": each.job.id, **{f"new_{name}": each.columns.get(name, each.job._mapping[name]) for name in names}}
        for each in changes
    ]
    try:
        session.connection().execute(update(JOBS).where(JOBS.c.id == bindparam("job")).values(values), rows)
    except DBAPIError as error:
        raise_if_taken(error)
        raise


def _with_other_skills(session: Session, changes: Sequence[_Change]) -> set[int]:
    """Return the postings whose skills become others; a statement for each portion that names skills."""
    wanted = {each.job.id: set(each.skills) for each in changes if each.skills is not None}
    held: dict[int, set[int]] = {job_id: set() for job_id in wanted}
    for portion in chunks(sorted(wanted)):
        rows = session.execute(
            select(JOB_SKILLS.c.job_id, JOB_SKILLS.c.skill_id).where(JOB_SKILLS.c.job_id.in_(portion))
        )
        for job_id, skill_id in rows:
            held[job_id].add(skill_id)
    return {job_id for job_id, skills in wanted.items() if held[job_id] != skills}


def _replace_skills(session: Session, changes: Sequence[_Change]) -> None:
    if not changes:
        return
    ids = [each.job.id for each in changes]
    session.connection().execute(delete(JOB_SKILLS).where(JOB_SKILLS.c.job_id.in_(ids)))
    rows = [
        {"job_id": each.job.id, "skill_id": skill_id, "key": each.job.key}
        for each in changes
        for skill_id in each.skills or ()
    ]
    insert_rows(session, JOB_SKILLS, rows)


def _mark(session: Session, jobs: Sequence[AnyRow]) -> None:
    mark_jobs(session, [job.id for job in jobs], {job.company_id for job in jobs})


def _outcome(index: int, status: int, job_id: int, version: int, job_status: str) -> Outcome:
    return {"index": index, "status": status, "id": job_id, "version": version, "job_status": job_status}


def raise_if_taken(error: DBAPIError) -> None:
    """Raise the refusal of a call in which, meanwhile, another one took an ``external_id``."""
    if "external_id" in str(error.orig):
        raise external_id_taken(None, "#") from error
