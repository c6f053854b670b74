"""A board of made-up postings with real texts, which no test here changes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.domains.jobs.search.truth import postings
from tests.scratch import empty

from talentsphere.cache.core import CACHE
from talentsphere.db.session import engines_of, reading
from talentsphere.domains.jobs.importing.sources import dictionary_source
from talentsphere.domains.jobs.seeding import Seeding, seed_jobs
from talentsphere.domains.skills.book import close_books
from talentsphere.domains.skills.store import import_dictionary

COUNT = 1_200
UNTIL = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def board(app):
    """A client of the board, and every open posting."""
    empty(engines_of(app).write)
    close_books()
    with app.app_context():
        with dictionary_source().open() as opened:
            import_dictionary(opened, dry_run=False)
        seed_jobs(Seeding(COUNT, UNTIL))
        with reading() as session:
            every = postings(session)
    app.extensions[CACHE].clear()
    client = app.test_client()
    client.environ_base["HTTP_CACHE_CONTROL"] = "no-cache"
    return client, every
