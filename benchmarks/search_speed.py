"""How fast searches are, from the parameters to the rows of the page, without HTTP and without the cache.

    .venv/bin/python -m benchmarks.search_speed [--jobs 100000] [--times 30]

On the database of DATABASE_URL: it is migrated, and made-up postings are added until there are --jobs of them, so a
second run only measures. Prints p50 and p95 in milliseconds for each class of search, and the load of the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

CLASSES: dict[str, list[dict[str, Any]]] = {
    "a word with no hits": [{"q": "xqzzy"}],
    "a rare word": [{"q": "beekeeping"}],
    "a skill": [{"q": "python"}, {"q": "kubernetes"}, {"q": "sql"}],
    "a word of half the rows": [{"q": "work"}, {"q": "team"}],
    "two words": [{"q": "project manager"}, {"q": "senior engineer"}, {"q": "python sql"}],
    "four words": [{"q": "senior data engineer python"}],
    "a phrase": [{"q": '"project manager"'}, {"q": '"data engineer"'}],
    "a phrase that hardly exists": [{"q": '"work team"'}],
    "a prefix": [{"q": "pyt*"}, {"q": "con*"}, {"q": "c*"}],
    "without": [{"q": "engineer -senior"}],
    "filters": [{"q": "manager", "country": ["US"], "remote": True}, {"q": "sql", "salary_min": 90_000}],
    "newest": [{"q": "manager", "sort": "newest"}],
    "facets, all seven": [{"q": "python", "facets": 1}],
    "facets of half the rows": [{"q": "work", "facets": 1}],
    "an exact count of half the rows": [{"q": "work", "count": "exact"}],
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=30)
    given = parser.parse_args()
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    from talentsphere.app import create_app
    from talentsphere.settings import Settings

    app = create_app(Settings.from_env())
    with app.app_context():
        rows = _prepared(given.jobs)
        print(f"{rows:,} open postings; load {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
        print("| class | p50 ms | p95 ms |\n|---|---:|---:|")
        for name, queries in CLASSES.items():
            p50, p95 = _measured(queries, given.times)
            print(f"| {name} | {p50:.1f} | {p95:.1f} |", flush=True)
        p50, p95 = _measured(_mixed(300), 300)
        print(f"| 300 random searches of 1 to 3 words of titles | {p50:.1f} | {p95:.1f} |")


def _prepared(jobs: int) -> int:
    from talentsphere.db import migrations
    from talentsphere.db.session import database, reading
    from talentsphere.db.statistics import refresh_statistics
    from talentsphere.domains.jobs.importing.sources import dictionary_source
    from talentsphere.domains.jobs.models import SearchDoc
    from talentsphere.domains.jobs.seeding import Seeding, seed_jobs
    from talentsphere.domains.skills.store import import_dictionary

    migrations.upgrade()
    with dictionary_source().open() as opened:
        import_dictionary(opened)
    if seed_jobs(Seeding(jobs, datetime(2026, 7, 1, tzinfo=UTC))).added:
        refresh_statistics(database.engine)
    with reading() as session:
        return session.scalar(select(func.count()).select_from(SearchDoc)) or 0


def _measured(queries: list[dict[str, Any]], times: int) -> tuple[float, float]:
    """Return p50 and p95 in milliseconds; each search is warmed up once."""
    taken = []
    for turn in range(-len(queries), times):
        began = time.perf_counter()
        _search(queries[turn % len(queries)])
        if turn >= 0:
            taken.append((time.perf_counter() - began) * 1e3)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)]


def _search(query: dict[str, Any]) -> None:
    from talentsphere.db.paging import Window
    from talentsphere.db.session import reading
    from talentsphere.domains.jobs.schemas import JOB_CARD_V2
    from talentsphere.domains.jobs.search.facets import FACETS
    from talentsphere.domains.jobs.search.searching import search

    asked = {"sort": "relevance", "count": "none", "highlight": False, **query}
    asked["facets"] = FACETS if query.get("facets") else ()
    with reading() as session:
        search(session, asked, Window(20), 20_635, JOB_CARD_V2)


def _mixed(count: int) -> list[dict[str, Any]]:
    from talentsphere.db.session import reading
    from talentsphere.domains.jobs.models import Job

    with reading() as session:
        titles = session.scalars(select(Job.title).where(Job.status == "open").limit(2_000)).all()
    draw = random.Random(1)  # made-up searches
    words = [word for title in titles for word in title.split() if word.isalnum()]
    return [{"q": " ".join(draw.choices(words, k=draw.randint(1, 3)))} for _ in range(count)]


if __name__ == "__main__":
    main()
