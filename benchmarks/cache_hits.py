"""What a hit costs in the door and in Flask, in microseconds of one core; words in the memory map.

    .venv/bin/python benchmarks/cache_hits.py

Fills a scratch instance with 100 postings, and prints the median of five rounds for a page of 20.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS, TIMES = 5, 20_000
TARGET = "/api/v2/jobs"


def microseconds(ask: Callable[[], object], times: int) -> float:
    """Return the median time of one ``ask``."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            ask()
        taken.append((time.process_time() - began) / times * 1e6)
    return statistics.median(taken)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "TALENTSPHERE_HOME": home,
            "DATABASE_URL": f"sqlite:///{Path(home) / 'b.db'}",
            "LOG_LEVEL": "ERROR",
        }
        from talentsphere.app import create_app
        from talentsphere.cache.core import CACHE
        from talentsphere.db import migrations
        from talentsphere.db.base import now
        from talentsphere.domains.jobs.importing.sources import dictionary_source
        from talentsphere.domains.jobs.seeding import Seeding, seed_jobs
        from talentsphere.domains.skills.store import import_dictionary
        from talentsphere.server.answers import Phrasebook
        from talentsphere.server.door import Door, Head
        from talentsphere.server.hits import hits_of
        from talentsphere.settings import Settings

        app = create_app(Settings.from_env())
        with app.app_context():
            migrations.upgrade()
            with dictionary_source().open() as file:
                import_dictionary(file)
            seed_jobs(Seeding(100, now().replace(hour=0, minute=0, second=0, microsecond=0), 1), lambda *_done: None)
        client = app.test_client()
        for _ in range(2):
            answer = client.get(TARGET, environ_overrides={"RAW_URI": TARGET})
        assert answer.headers["X-Cache"] == "HIT"
        phrases = Phrasebook((), secure=False)
        hits = hits_of(app, phrases)
        assert hits is not None
        app.extensions[CACHE].sample_every = 0
        door = Door(phrases, body_bytes=1000, find_kept=hits.find)
        headers = [(b"host", b"a"), (b"accept-encoding", b"gzip"), (b"user-agent", b"benchmark")]
        assert door.decide(Head("GET", TARGET.encode(), headers), b"id") is not None
        words, [entry, _] = (
            app.extensions[CACHE].words,
            next(iter(app.extensions[CACHE].store.memory._entries.values())),
        )
        found = {
            "the words of one body": microseconds(
                lambda: words.is_fresh(entry.epoch, entry.slots, entry.horizon), TIMES
            ),
            "a hit in the door, head included": microseconds(
                lambda: door.decide(Head("GET", TARGET.encode(), headers), b"id"), TIMES
            ),
            "a hit in Flask, test client included": microseconds(lambda: client.get(TARGET), TIMES // 20),
        }
        for name, cost in found.items():
            print(f"{name:40} {cost:8.1f} us")


if __name__ == "__main__":
    main()
