"""Keeping the search index: whatever a transaction does to postings is in the index when it commits, and with it.

The events that a transaction collects say which postings it changed (every write of one appends an event; the tests
watch it), so that no writer has to think of the index. Only open postings are in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from talentsphere.db.bulk import insert_rows
from talentsphere.db.changes import mark_changed
from talentsphere.db.events import changed_objects
from talentsphere.domains.jobs.models import Job, JobSkill, SearchDoc
from talentsphere.domains.jobs.queries import skills_of_job
from talentsphere.domains.jobs.search.documents import document_of
from talentsphere.search.tokens import TOKENIZER

DOCS: Any = SearchDoc.__table__
JOB_SKILLS: Any = JobSkill.__table__
New = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]
"""The row of a new posting, and its skills ({id, name})."""
BATCH = 500
GONE = ("closed", "paused", "left")
"""What happened last to a posting that is not open now."""
UNTOUCHED = ("confirmed", "deleted")
"""Nothing to do: the index holds nothing of it, or the database deletes it with the posting."""
_MADE = "talentsphere.search.made"
_NAMES = [column.name for column in DOCS.c]
_LISTED = ", ".join(_NAMES)
_VALUES = ", ".join(f":{name}" for name in _NAMES)
_SENT = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(_NAMES)))
_REPLACED = ", ".join(f"{name} = excluded.{name}" for name in _NAMES if name != "job_id")
_ADD_SQLITE = text(f"""
    INSERT INTO new_search_doc ({_LISTED}, skill_ids)
    SELECT {_SENT}, json_extract(value, '$[{len(_NAMES)}]') FROM json_each(:docs)
""")  # noqa: S608  # nosec B608
_PUT_SQLITE = text(f"""
    INSERT INTO search_doc ({_LISTED}) SELECT {_SENT} FROM json_each(:docs) WHERE true
    ON CONFLICT (job_id) DO UPDATE SET {_REPLACED}
""")  # noqa: S608  # nosec B608
"""All documents in one value: a statement for each is a savepoint for each, at which FTS5 begins a new segment, and at
a thousand of them it merges them all within that write."""
_ADD_ONE_POSTGRESQL = text(f"""
    WITH skilled AS (
        INSERT INTO job_skills (job_id, skill_id, key)
        SELECT :job_id, skill_id, :key FROM unnest(CAST(:skill_ids AS integer[])) AS skill_id
    )
    INSERT INTO search_doc ({_LISTED}) VALUES ({_VALUES})
""")  # noqa: S608  # nosec B608
_SKILLS = skills_of_job().label("skills")
_COLUMNS = (
    Job.id, Job.key, Job.status, Job.company_id, Job.title, Job.location, Job.location_key, Job.city_key,
    Job.region_key, Job.country, Job.remote, Job.employment_type, Job.experience_level, Job.pay_yearly, Job.currency,
    Job.featured, Job.description_text, _SKILLS,
)  # fmt: skip


def add_documents(session: Session, new: Sequence[New]) -> None:
    """Add the skills of new open postings, and their documents; one statement for both, two COPYs of many."""
    if not new:
        return
    dialect = session.get_bind().dialect.name
    docs = [document_of(row, skills, dialect) for row, skills in new]
    ids = [[skill["id"] for skill in skills] for _, skills in new]
    mark_changed(session, "jobs", *(f"job:{row['id']}" for row, _ in new))
    if dialect == "sqlite":
        session.connection().execute(_ADD_SQLITE, {"docs": _sent(docs, ids)})
    elif len(docs) == 1:
        session.connection().execute(_ADD_ONE_POSTGRESQL, {**docs[0], "skill_ids": ids[0]})
    else:
        pairs = [(doc, skill_id) for doc, each in zip(docs, ids, strict=True) for skill_id in each]
        insert_rows(session, JOB_SKILLS, [_skill_row(doc, skill_id) for doc, skill_id in pairs])
        insert_rows(session, DOCS, docs)
    session.info.setdefault(_MADE, set()).update(row["id"] for row, _ in new)


def _sent(docs: Sequence[dict[str, Any]], skills: Sequence[Sequence[int]] | None = None) -> str:
    """Return documents as the JSON that the statements read, in the order of their keys."""
    rows = [[doc[name] for name in _NAMES] for doc in docs]
    if skills is not None:
        rows = [[*row, list(ids)] for row, ids in zip(rows, skills, strict=True)]
    return json.dumps(sorted(rows, key=itemgetter(0)))


def _skill_row(doc: Mapping[str, Any], skill_id: int) -> dict[str, int]:
    return {"job_id": doc["job_id"], "skill_id": skill_id, "key": doc["key"]}


def follow_postings(session: Session) -> None:
    """Bring the index up to what the transaction did; at most three statements for a portion of the postings.

    The session must be ``writing()``, and its events collected.
    """
    made: set[int] = session.info.pop(_MADE, set())
    changed = changed_objects(session, "job")
    rest = [
        job_id
        for job_id, verb in changed.items()
        if verb not in UNTOUCHED and not (verb == "created" and job_id in made)
    ]
    for first in range(0, len(rest), BATCH):
        portion = rest[first : first + BATCH]
        index_jobs(session, [job_id for job_id in portion if changed[job_id] not in GONE])
        remove_documents(session, [job_id for job_id in portion if changed[job_id] in GONE])


def index_jobs(session: Session, ids: Sequence[int], *, stale_only: bool = False, lock: bool = False) -> int:
    """Make the index hold these postings as they are, and return how many documents were written; two statements.

    ``stale_only`` leaves those whose document was made by this version of the tokenizer; ``lock`` makes writers wait.
    """
    if not ids:
        return 0
    statement = select(*_COLUMNS).where(Job.id.in_(ids)).order_by(Job.id)
    if stale_only:
        current = select(DOCS.c.job_id).where(DOCS.c.job_id.in_(ids), DOCS.c.tokenizer == TOKENIZER)
        statement = statement.where((Job.status != "open") | Job.id.not_in(current))
    rows = session.execute(statement.with_for_update(of=Job) if lock else statement).all()
    dialect = session.get_bind().dialect.name
    docs = [document_of(row._mapping, row.skills, dialect) for row in rows if row.status == "open"]
    put_documents(session, docs)
    remove_documents(session, [row.id for row in rows if row.status != "open"])
    return len(docs)


def put_documents(session: Session, docs: Sequence[dict[str, Any]]) -> None:
    """Add documents, or replace those of the same postings; one statement, none for none."""
    if not docs:
        return
    mark_changed(session, "jobs")
    if session.get_bind().dialect.name == "sqlite":
        session.connection().execute(_PUT_SQLITE, {"docs": _sent(docs)})
        return
    statement: Any = insert(DOCS)
    columns = {column.name: statement.excluded[column.name] for column in DOCS.c if column.name != "job_id"}
    upsert = statement.on_conflict_do_update(index_elements=[DOCS.c.job_id], set_=columns)
    session.connection().execute(upsert, sorted(docs, key=lambda doc: doc["key"]))


def remove_documents(session: Session, ids: Sequence[int]) -> None:
    """Remove the documents of postings; one statement, none for none."""
    if ids:
        mark_changed(session, "jobs")
        session.connection().execute(delete(DOCS).where(DOCS.c.job_id.in_(ids)))
