"""Adding and updating postings by (source, external_id), some hundred in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from talentsphere.db.bulk import insert_rows
from talentsphere.db.events import add_event
from talentsphere.db.ids import allocate_ids
from talentsphere.db.rows import Reader
from talentsphere.domains.jobs.importing.companies import Companies, company_key
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.importing.rows import facts, new_row
from talentsphere.domains.jobs.models import Job, JobSkill, recency_key
from talentsphere.domains.jobs.tagging import mark_jobs
from talentsphere.domains.jobs.tallies import Kind, record_tallies

JOBS: Any = Job.__table__
JOB_SKILLS: Any = JobSkill.__table__

AnyRow = Any
"""A row of ``_KNOWN``; SQLAlchemy's own type would list its columns."""
Key = tuple[str, str]
"""(source, external_id)."""


class Ready(NamedTuple):
    """A posting with everything that is stored of it; ``line`` is where it stands in its file."""

    line: int
    posting: Posting
    skill_ids: tuple[int, ...]
    content_hash: str

    @property
    def key(self) -> Key:
        return self.posting.source, self.posting.external_id


@dataclass(frozen=True, slots=True)
class Stored:
    """How many of a batch were new, and how many had changed."""

    added: int = 0
    updated: int = 0


_KNOWN = (
    JOBS.c.id, JOBS.c.key, JOBS.c.source, JOBS.c.external_id, JOBS.c.company_id, JOBS.c.status, JOBS.c.country,
    JOBS.c.employment_type, JOBS.c.remote, JOBS.c.posted_at, JOBS.c.closed_at, JOBS.c.closed_reason,
)  # fmt: skip


def known_hashes(session: Reader, keys: Iterable[Key]) -> dict[Key, str]:
    """Return the content hash of each posting that is stored; one statement a source."""
    found: dict[Key, str] = {}
    for source, ids in _by_source(keys).items():
        statement = select(JOBS.c.external_id, JOBS.c.content_hash)
        rows = session.execute(statement.where(JOBS.c.source == source, JOBS.c.external_id.in_(ids)))
        found.update(((source, external_id), content_hash or "") for external_id, content_hash in rows)
    return found


def store(session: Session, batch: Sequence[Ready], companies: Companies, at: datetime) -> Stored:
    """Add or update ``batch``, in which each key stands once; the session must be ``writing()``.

    About twelve statements, however many rows. Kept counters are part of it, and an event a posting.
    """
    known = _known(session, [ready.key for ready in batch])
    company_ids = companies.ids_of(session, [ready.posting for ready in batch])
    kinds: Counter[Kind] = Counter()
    new = [ready for ready in batch if ready.key not in known]
    _add(session, new, company_ids, kinds, at)
    _update(session, [(ready, known[ready.key]) for ready in batch if ready.key in known], company_ids, kinds, at)
    record_tallies(session, kinds)
    return Stored(len(new), len(batch) - len(new))


def _add(
    session: Session, new: Sequence[Ready], companies: Mapping[Any, int], kinds: Counter[Kind], at: datetime
) -> None:
    if not new:
        return
    rows, skills = [], []
    for ready, job_id in zip(new, allocate_ids(session, Job, len(new)), strict=True):
        row = new_row(ready.posting, job_id, companies[company_key(ready.posting)], ready.content_hash, at)
        rows.append(row)
        skills += _skill_rows(job_id, row["key"], ready.skill_ids)
        kinds[_kind(row)] += 1
        add_event(session, "job.created", job_id, company_id=row["company_id"])
    mark_jobs(session, [row["id"] for row in rows], {row["company_id"] for row in rows})
    insert_rows(session, JOBS, rows)
    insert_rows(session, JOB_SKILLS, skills)


def _update(
    session: Session,
    changed: Sequence[tuple[Ready, AnyRow]],
    companies: Mapping[Any, int],
    kinds: Counter[Kind],
    at: datetime,
) -> None:
    if not changed:
        return
    rows = []
    for ready, old in changed:
        row = _changed_row(ready, old, companies[company_key(ready.posting)], at)
        rows.append(row)
        kinds[_kind(old._mapping)] -= 1
        kinds[_kind(row)] += 1
        _add_event(session, old, row)
    mark_jobs(session, [row["job"] for row in rows], {row["company_id"] for row in rows})
    mark_jobs(session, (), {old.company_id for _, old in changed})
    columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "job"}
    statement = update(JOBS).where(JOBS.c.id == bindparam("job")).values(columns | {"version": JOBS.c.version + 1})
    session.connection().execute(statement, rows)
    _replace_skills(
        session, [(row["job"], row["key"], ready.skill_ids) for row, (ready, _) in zip(rows, changed, strict=True)]
    )


def _add_event(session: Session, old: AnyRow, row: Mapping[str, Any]) -> None:
    if row["company_id"] != old.company_id:
        add_event(session, "job.left", old.id, company_id=old.company_id)
    verb = "closed" if row["status"] == "closed" != old.status else "updated"
    add_event(session, f"job.{verb}", old.id, company_id=row["company_id"])


def _changed_row(ready: Ready, old: AnyRow, company_id: int, at: datetime) -> dict[str, Any]:
    """Return the new values of a row. What the source does not state, status and date, stays as it was."""
    posting = ready.posting
    posted_at = posting.posted_at or old.posted_at or at.replace(microsecond=0)
    status = posting.status or old.status
    is_closed = status == "closed"
    return {
        "job": old.id,
        "key": recency_key(posted_at, old.id),
        "status": status,
        "company_id": company_id,
        "posted_at": posted_at,
        "closed_reason": (posting.closed_reason or old.closed_reason) if is_closed else None,
        "closed_at": (old.closed_at or at) if is_closed else None,
        "updated_at": at,
        "content_hash": ready.content_hash,
        **facts(posting, old.id),
    }


def _kind(row: Mapping[str, Any]) -> Kind:
    return Kind(row["company_id"], row["status"], row["country"], row["employment_type"], row["remote"])


def _known(session: Session, keys: Iterable[Key]) -> dict[Key, AnyRow]:
    """Return the stored rows, locked: what is counted by their old values must not change before we write.

    They are locked by source and id, so that two imports wait for each other in one direction only.
    """
    found: dict[Key, AnyRow] = {}
    for source, ids in sorted(_by_source(keys).items()):
        statement = select(*_KNOWN).where(JOBS.c.source == source, JOBS.c.external_id.in_(ids))
        rows = session.execute(statement.order_by(JOBS.c.id).with_for_update())
        found.update(((source, row.external_id), row) for row in rows)
    return found


def _by_source(keys: Iterable[Key]) -> dict[str, list[str]]:
    sources: defaultdict[str, list[str]] = defaultdict(list)
    for source, external_id in keys:
        sources[source].append(external_id)
    return sources


def _skill_rows(job_id: int, key: int, skill_ids: Iterable[int]) -> list[dict[str, int]]:
    return [{"job_id": job_id, "skill_id": skill_id, "key": key} for skill_id in skill_ids]


def _replace_skills(session: Session, wanted: Sequence[tuple[int, int, tuple[int, ...]]]) -> None:
    """Give each (job, key, skills) its skills; the rows of a job are touched only when something differs."""
    held: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    statement = select(JOB_SKILLS.c.job_id, JOB_SKILLS.c.skill_id, JOB_SKILLS.c.key)
    for job_id, skill_id, key in session.execute(
        statement.where(JOB_SKILLS.c.job_id.in_([job for job, _, _ in wanted]))
    ):
        held[job_id].add((skill_id, key))
    differing = [each for each in wanted if held[each[0]] != {(skill_id, each[1]) for skill_id in each[2]}]
    if differing:
        session.connection().execute(
            delete(JOB_SKILLS).where(JOB_SKILLS.c.job_id.in_([job for job, _, _ in differing]))
        )
        insert_rows(session, JOB_SKILLS, [row for each in differing for row in _skill_rows(*each)])
