"""The board of a job with ten stages and ten thousand applications: three statements, each by its index, and quick."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from tests.factories import bearer, make_company, make_job, make_user

from talentsphere.db.plans import NamedQuery, judge
from talentsphere.db.session import engines_of
from talentsphere.domains.accounts.models import User
from talentsphere.domains.applications.models import Application, ApplicationTally, JobStage
from talentsphere.domains.applications.plans import _board

AT = datetime(2026, 7, 1, tzinfo=UTC)
STAGES, APPLICATIONS = [f"stage-{n}" for n in range(9)] + ["hired"], 10_000
BOARD = "/api/v2/jobs/1/board"

pytestmark = pytest.mark.unfed


@pytest.fixture
def recruiter(client, database):
    company = make_company()
    make_job(company=company)
    with database.writing() as session:
        people = [{
            "email": f"c{n}@x.org", "email_key": f"c{n}@x.org", "full_name": f"C {n}", "role": "candidate",
            "password_hash": "!", "preferences": {},
        } for n in range(APPLICATIONS)]  # fmt: skip
        ids = session.scalars(insert(User).returning(User.id), people).all()
        stages = [STAGES[n % 10] for n in range(APPLICATIONS)]
        session.execute(insert(Application), [{
            "job_id": 1, "candidate_id": id_, "company_id": 1, "stage": stage, "applied_at": AT, "entered_at": AT,
            "status": "hired" if stage == "hired" else "active", "answers": [], "cover_letter": "I care. " * 100,
        } for id_, stage in zip(ids, stages, strict=True)])  # fmt: skip
        session.execute(insert(JobStage), [{
            "job_id": 1, "stage": stage, "position": n, "name": stage,
            "kind": "hired" if stage == "hired" else "screen",
        } for n, stage in enumerate(STAGES)])  # fmt: skip
        session.execute(insert(ApplicationTally), [{
            "company_id": 1, "job_id": 1, "stage": stage, "status": "hired" if stage == "hired" else "active",
            "n": APPLICATIONS // 10,
        } for stage in STAGES])  # fmt: skip
    return bearer(make_user("recruiter", company))


def test_a_board_of_ten_thousand_is_three_statements_by_index(client, app, recruiter, count_queries, lasting):
    headers, took = {**recruiter, "Cache-Control": "no-cache"}, []
    board = client.get(BOARD, headers=headers).get_json()
    plain = FlaskClient(app, app.response_class)  # the other one compares each answer with its document
    for _ in range(20):
        count_queries()
        begun = time.perf_counter()
        plain.get(BOARD, headers=headers)
        took.append((time.perf_counter() - begun) * 1000)
        assert count_queries() == 3
    assert [(each["count"], len(each["cards"])) for each in board["stages"]] == [(1000, 20)] * 10
    newest = [card["id"] for card in board["stages"][0]["cards"]]
    assert newest == sorted(newest, reverse=True)
    print(f"board: median {statistics.median(took):.1f} ms, worst of 20 {max(took):.1f} ms")

    used = judge(engines_of(app).read, [NamedQuery("board", ("ix_applications_board",), _board, ("companies",), _one)])
    assert used[0].faults == (), used[0].plan


def _one(_session) -> int:
    return 1
