"""Does page 10,000 of a list cost what page 1 costs? Plan, work and time of both, for every filter and sort.

    DATABASE_URL=... python benchmarks/deep_pages.py [--page 10000] [--json FILE]

Needs a filled database (``talentsphere seed --jobs 1000000``). *Work* is what the database did and does not depend on
the machine: instructions of its virtual machine in thousands (SQLite), or blocks touched (PostgreSQL). A list without
that many pages is measured in its middle. Exits 1 when a plan differs, or the work differs by more than half.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from talentsphere.app import create_app
from talentsphere.db.paging import Window
from talentsphere.db.session import database
from talentsphere.domains.jobs.filters import JobFilter
from talentsphere.domains.jobs.listing import count_open_jobs, list_open_jobs, place_of
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.jobs.schemas import JOB_CARD_V2
from talentsphere.settings import Settings

SIZE = 20
ROUNDS = 15
MARGIN = 1.5


@dataclass
class Cost:
    """What one page costs."""

    plan: list[str]
    work: float
    ms: float


@dataclass
class Line:
    """One list: its first page and a deep one."""

    name: str
    matches: int
    page: int
    first: Cost
    deep: Cost

    @property
    def holds(self) -> bool:
        """Whether plan and work are alike."""
        least, most = sorted((self.first.work, self.deep.work))
        return self.first.plan == self.deep.plan and most <= least * MARGIN + 5


def main() -> int:
    """Measure every list and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    app = create_app(Settings.from_env())
    with app.app_context(), Session(database.engine) as session:
        lines = [measure(session, name, *rest, options.page) for name, *rest in lists(session)]
        jobs = session.scalar(select(func.count()).select_from(Job))
        engine = database.engine.dialect.name
    print(f"{engine}, {jobs:,} postings; page 1 and the deep page, cursor walk, {SIZE} a page\n")
    print("| list | matches | deep page | work 1 | work deep | ms 1 | ms deep | same plan, same work |")
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    for line in lines:
        print(
            f"| {line.name} | {line.matches:,} | {line.page:,} | {line.first.work:,.1f} | {line.deep.work:,.1f} "
            f"| {line.first.ms:.2f} | {line.deep.ms:.2f} | {'yes' if line.holds else 'NO'} |"
        )
    if options.json:
        options.json.write_text(json.dumps([asdict(line) for line in lines], indent=1))
    return 0 if all(line.holds for line in lines) else 1


def lists(session: Session) -> list[tuple[str, JobFilter, str]]:
    """Return every list by name: each sort, each filter with a frequent value, some combinations."""

    def frequent(column: Any) -> Any:
        counted = select(column).where(column.is_not(None)).group_by(column).order_by(func.count().desc())
        return session.scalar(counted.limit(1))

    country, kind, level = frequent(Job.country), frequent(Job.employment_type), frequent(Job.experience_level)
    filters = {
        "company": JobFilter(companies=(frequent(Job.company_id),)),
        "location": JobFilter(locations=(frequent(Job.location_key),)),
        "city": JobFilter(cities=(frequent(Job.city_key),)),
        "region": JobFilter(regions=(frequent(Job.region_key),)),
        "country": JobFilter(countries=(country,)),
        "remote": JobFilter(remote=True),
        "employment_type": JobFilter(employment_types=(kind,)),
        "two employment types": JobFilter(employment_types=(kind, "contract")),
        "experience_level": JobFilter(experience_levels=(level,)),
        "salary_min": JobFilter(salary_min=60_000),
        "salary_min, currency": JobFilter(salary_min=60_000, currencies=("USD",)),
        "skill": JobFilter(skills=(frequent(JobSkill.skill_id),)),
        "posted_after": JobFilter(posted_after=datetime(2025, 1, 1, tzinfo=UTC)),
        "featured": JobFilter(featured=True),
        "country, type": JobFilter(countries=(country,), employment_types=(kind,)),
        "country, remote, level": JobFilter(countries=(country,), remote=True, experience_levels=(level,)),
    }
    sorts = [(f"sort={sort}", JobFilter(), sort) for sort in ("newest", "oldest", "salary", "title")]
    sorts += [
        (f"sort={sort}, type", JobFilter(employment_types=(kind,)), sort) for sort in ("oldest", "salary", "title")
    ]
    return sorts + [(name, narrowed, "newest") for name, narrowed in filters.items()]


def measure(session: Session, name: str, wanted: JobFilter, sort: str, page: int) -> Line:
    """Measure page 1 and page ``page``, or the middle one."""
    matches = count_open_jobs(session, wanted)
    page = page if page * SIZE < matches else max(2, matches // SIZE // 2)
    before = list_open_jobs(session, wanted, sort, Window(1, offset=(page - 1) * SIZE - 1), JOB_CARD_V2)
    after = Window(SIZE, after=place_of(sort)(before[0]))
    return Line(name, matches, page, cost(session, wanted, sort, Window(SIZE)), cost(session, wanted, sort, after))


def cost(session: Session, wanted: JobFilter, sort: str, window: Window) -> Cost:
    """Return plan, work and median time of one page."""
    statements: list[tuple[str, Any]] = []
    listener = lambda _c, _cur, sql, values, *_rest: statements.append((sql, values))  # noqa: E731
    event.listen(database.engine, "before_cursor_execute", listener)
    list_open_jobs(session, wanted, sort, window, JOB_CARD_V2)
    event.remove(database.engine, "before_cursor_execute", listener)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        list_open_jobs(session, wanted, sort, window, JOB_CARD_V2)
        times.append((time.perf_counter() - began) * 1000)
    look = sqlite if database.engine.dialect.name == "sqlite" else postgresql
    plan, work = look(session, *statements[-1])
    return Cost(plan, work, statistics.median(times))


def sqlite(session: Session, sql: str, values: Any) -> tuple[list[str], float]:
    """Return the plan, without how a range begins, and thousands of instructions."""
    connection = session.connection()
    found = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values)
    plan = [str(row[-1]).partition(" (")[0].replace("SEARCH", "SCAN") for row in found]
    driver: Any = connection.connection.driver_connection
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver.set_progress_handler(count, 10)
    connection.exec_driver_sql(sql, values).all()
    driver.set_progress_handler(None, 0)
    return plan, steps / 100


def postgresql(session: Session, sql: str, values: Any) -> tuple[list[str], float]:
    """Return the nodes of the plan with their indexes, and the blocks that it touched."""
    explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql
    session.connection().exec_driver_sql(explain, values)  # in vain: the first of a connection reads catalogues
    found = session.connection().exec_driver_sql(explain, values).scalar_one()
    (top,) = json.loads(found) if isinstance(found, str) else found
    nodes: list[str] = []

    def visit(node: dict[str, Any]) -> None:
        nodes.append(f"{node['Node Type']} {node.get('Index Name', '')}".strip())
        for child in node.get("Plans", []):
            visit(child)

    visit(top["Plan"])
    return nodes, top["Plan"]["Shared Hit Blocks"] + top["Plan"]["Shared Read Blocks"]


if __name__ == "__main__":
    sys.exit(main())
