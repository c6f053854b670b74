"""Dashboards and figures that nobody has asked for before, at a hundred thousand applications."""

from __future__ import annotations

import statistics
import time
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.factories import bearer, make_user

from talentsphere.db.base import now
from talentsphere.db.session import engines_of
from talentsphere.db.statistics import refresh_statistics
from talentsphere.domains.accounts.models import User
from talentsphere.domains.analytics.checking import find_differences
from talentsphere.domains.applications.models import Application
from talentsphere.domains.applications.seeding import Month, seed_month

LARGE = pytest.param(100_000, marks=pytest.mark.full)
PATHS = ("/api/v1/dashboard", "/api/v1/analytics/funnel", "/api/v1/analytics/sources", "/api/v1/analytics/days")
ROUNDS = 7


def month_of(applications: int, until: datetime) -> Month:
    return Month(applications // 200, applications // 4, applications, until)


@pytest.mark.parametrize("applications", [1_000, LARGE])
def test_what_is_asked_for_first_costs_at_most_four_statements(app, database, client, count_queries, applications):
    with app.app_context():
        seed_month(month_of(applications, now()))
        refresh_statistics(engines_of(app).read)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Application)) == applications
        rows = session.execute(select(User.role, func.min(User.id)).group_by(User.role)).all()
        assert find_differences(session) == []
    with database.writing() as session:
        people: dict[str, Any] = {role: session.get(User, id_) for role, id_ in rows}
    people["admin"] = make_user("admin")

    for role, person in people.items():
        headers = {**bearer(person), "Cache-Control": "no-cache"}
        for path in PATHS if role in ("recruiter", "admin") else PATHS[:1]:
            assert ask(client, path, headers, role, count_queries) <= 4, (role, path)


def ask(client: Any, path: str, headers: dict[str, str], role: str, count_queries: Any) -> int:
    """Return how many statements the answer costs, and print how long it takes."""
    took = []
    for _ in range(ROUNDS):
        count_queries()
        begun = time.perf_counter()
        response = client.get(path, headers=headers)
        took.append((time.perf_counter() - begun) * 1e3)
        assert response.status_code == 200
    statements: int = count_queries()
    print(f"{role:15} {path:28} {statements} statements, median {statistics.median(took):6.1f} ms, first {took[0]:.1f}")
    return statements
