"""Copy the base tables of the peer comparison into a new database of the product, with their ids.

    DATABASE_URL=... python benchmarks/load_base.py postgresql://.../base

Reads ``companies`` and ``jobs`` of the given database (the schema is the harness's), migrates the database of
``DATABASE_URL`` and fills it by COPY. Rows are made by the product's own functions, so that keys, folded names, kept
counts and skills are what an import would have written.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg2

from talentsphere.app import create_app
from talentsphere.db import migrations
from talentsphere.db.session import database, writing
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.importing.rows import new_row
from talentsphere.domains.jobs.importing.text import description_of
from talentsphere.domains.jobs.tallies import Kind, record_tallies
from talentsphere.domains.names import folded_name, slug_of
from talentsphere.settings import Settings

BATCH = 5_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOBS = """SELECT id, company_id, title, location, remote, employment_type, salary_min, salary_max, currency, status,
                 featured, posted_at, description, skills FROM jobs ORDER BY posted_at, id"""


def main(base_url: str) -> None:
    """Fill the database of ``DATABASE_URL`` from ``base_url``."""
    app = create_app(Settings.from_env())
    with app.app_context():
        migrations.upgrade()
        target = database.engine.raw_connection()
        with psycopg2.connect(base_url) as base:
            copy_companies(base, target)
            tallies = copy_jobs(base, target)
        with target.cursor() as cursor:
            for table in ("companies", "jobs", "skills"):
                cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
        target.commit()
        with writing() as session:
            record_tallies(session, tallies)
        target.driver_connection.autocommit = True
        with target.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM ANALYZE")
        target.invalidate()


def copy_companies(base: Any, target: Any) -> None:
    """Copy every company."""
    with base.cursor() as cursor:
        cursor.execute("SELECT id, name, slug, website FROM companies")
        rows = [
            {
                "id": id_, "name": name, "name_key": folded_name(name, 200), "slug": slug, "website": website,
                "confidential": False, "open_jobs": 0, "version": 1, "created_at": NOW, "updated_at": NOW,
            }
            for id_, name, slug, website in cursor
        ]  # fmt: skip
    copy(target, "companies", rows)


def copy_jobs(base: Any, target: Any) -> Counter[Kind]:
    """Copy every posting with its skills, oldest first; return what was copied, for the kept counts."""
    tallies: Counter[Kind] = Counter()
    skills: dict[str, int] = {}
    with base.cursor("jobs") as cursor:
        cursor.itersize = BATCH
        cursor.execute(JOBS)
        for batch in batches(cursor):
            rows = [job_row(*found[:-1]) for found in batch]
            new = dict.fromkeys(name for found in batch for name in found[-1] if name not in skills)
            skills |= {name: len(skills) + number for number, name in enumerate(new, 1)}
            copy(target, "skills", [skill_row(skills[name], name) for name in new])
            copy(target, "skill_names", [name_row(skills[name], name) for name in new])
            copy(target, "jobs", rows)
            pairs = ((row, skills[name]) for row, found in zip(rows, batch, strict=True) for name in set(found[-1]))
            copy(target, "job_skills", [{"job_id": r["id"], "skill_id": s, "key": r["key"]} for r, s in pairs])
            for row in rows:
                tallies[Kind(row["company_id"], row["status"], None, row["employment_type"], row["remote"])] += 1
            print(f"\r{sum(tallies.values()):,} postings", end="", file=sys.stderr, flush=True)
    return tallies


def job_row(
    id_: int, company_id: int, title: str, location: str, remote: bool, kind: str, low: int | None, high: int | None,
    currency: str, status: str, featured: bool, posted_at: datetime, text: str,
) -> dict[str, Any]:  # fmt: skip
    """Return a posting as the product stores it; a pay whose ends are reversed is not one."""
    html, plain = description_of(text)
    is_pay = low is None or high is None or low <= high
    posting = Posting(
        source="base", external_id=str(id_), title=title, description=html, description_text=plain, location=location,
        remote=remote, employment_type=kind, salary_min=low if is_pay else None, salary_max=high if is_pay else None,
        currency=currency, salary_period="year" if is_pay and (low or high) else None, posted_at=posted_at,
        status=status, closed_reason="filled" if status == "closed" else None,
    )  # fmt: skip
    return new_row(posting, id_, company_id, "", NOW) | {"featured": featured}


def skill_row(id_: int, name: str) -> dict[str, Any]:
    """Return a skill of the base tables; its slug ends in its id, as names differ in more than slugs do."""
    slug = f"{slug_of(name, 80, 'skill')}-{id_}"
    return {"id": id_, "name": name, "name_key": folded_name(name, 200), "slug": slug, "kind": "skill"}


def name_row(skill_id: int, name: str) -> dict[str, Any]:
    """Return the name by which a new posting may state a skill of the base tables."""
    return {"name_key": folded_name(name, 200), "skill_id": skill_id, "alias": None}


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut ``rows`` into lists of ``BATCH``."""
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def copy(target: Any, table: str, rows: list[dict[str, Any]]) -> None:
    """Append ``rows`` to ``table`` by COPY."""
    if not rows:
        return
    text = io.StringIO()
    csv.writer(text).writerows([shown(value) for value in row.values()] for row in rows)
    text.seek(0)
    with target.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(rows[0])}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", text)


def shown(value: Any) -> Any:
    """Return a value as COPY reads it."""
    return "\\N" if value is None else value


if __name__ == "__main__":
    main(sys.argv[1])
