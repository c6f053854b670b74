"""What the bulk routes of both versions do alike: one transaction, and an answer by mode."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, reach
from talentsphere.api.json import json_response
from talentsphere.db.session import writing
from talentsphere.domains.jobs import bulk
from talentsphere.domains.jobs.bodies import NewJob
from talentsphere.domains.jobs.bulk_rows import EACH, Outcome, outcomes
from talentsphere.domains.jobs.bulk_schemas import JobChangesOf, judged

Body = dict[str, Any]
NEW_JOB, CHANGES = NewJob(), JobChangesOf()


def create(body: Body) -> Response:
    rows, refusals = judged(NEW_JOB, body["jobs"])
    with writing() as session:
        result = bulk.add_jobs(session, reach(), actor(), rows, body["mode"], refusals)
    return _answer(body["mode"], 201, result)


def update(body: Body) -> Response:
    rows, refusals = judged(CHANGES, body["jobs"])
    with writing() as session:
        result = bulk.change_jobs(session, reach(), actor(), rows, body["mode"], refusals)
    return _answer(body["mode"], 200, result)


def close(body: Body) -> Response:
    with writing() as session:
        result = bulk.close_jobs(session, reach(), actor(), body["ids"], body["mode"], body["reason"])
    return _answer(body["mode"], 200, result)


def _answer(mode: str, status: int, result: bulk.Result) -> Response:
    rows = outcomes(*result)
    if mode == EACH:
        return json_response({"results": rows}, 207)
    return json_response({"data": [_written(row) for row in rows]}, status)


def _written(row: Outcome) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("index", "status")}
