"""The authorization matrix: every guarded route x every caller x {own, another's, missing}, as ``POLICY`` says.

A route that comes later is in it without a line here, unless it names a new kind of object or needs a body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.architecture.world import MISSING, MISSING_TASK, Caller, World, make_world
from tests.factories import PASSWORD
from tests.scratch import empty
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from talentsphere.api.policy import COMPANY, EVERYTHING, HIRING_TEAM, OWN, POLICY, RECRUITER
from talentsphere.db.base import Base
from talentsphere.db.caller import Extent

REFERENCES = {"companies": "company", "jobs": "job"}
"""What ``<reference>`` names, by the part of the address before it."""
BODIES: dict[str, dict[str, Any]] = {
    "create_company": {"name": "Initech"},
    "update_company": {"description": "Makes things."},
    "create_job": {"title": "Nurse", "description": "Care for people."},
    "update_job": {"title": "Nurse"},
    "close_job": {"reason": "filled"},
    "create_jobs": {"jobs": [{"title": "Nurse", "description": "Care for people."}]},
    "update_jobs": {"jobs": [{"id": 1, "version": 1, "title": "Nurse"}]},
    "close_jobs": {"ids": [1], "reason": "filled"},
    "create_team": {"name": "Sales"},
    "update_team": {"name": "Sales"},
    "update_person": {"is_active": False},
    "create_api_key": {"name": "feed", "scopes": ["jobs:read"]},
    "create_invitation": {"email": "lin@example.org", "role": "interviewer"},
    "put_hiring_team_member": {"role": "interviewer"},
    "create_application": {"cover_letter": "I care."},
    "update_application": {"tags": ["relocation"]},
    "move_application": {"stage": "screen"},
    "move_applications": {"ids": [1], "stage": "screen"},
    "reject_application": {"reason": "salary"},
    "create_note": {"text": "Strong on SQL."},
    "update_note": {"text": "Strong on SQL and Python."},
    "put_job_stages": {"stages": [{"name": "New", "kind": "new"}, {"name": "Hired", "kind": "hired"}]},
    "create_stage_template": {"name": "Long", "stages": [{"name": "New", "kind": "new"}]},
    "update_account": {"full_name": "Ada"},
    "change_password": {"old_password": PASSWORD, "new_password": "a much better one 17"},
}
UNTOUCHED = {"sessions", "refresh_tokens", "api_keys", "activity_logs"}
"""Tables that signing in and using a key write."""
DENIED = {401, 403, 404}
TWINS = {"another's": "another's, missing", "another's, missing": "another's, missing", "missing": "missing"}
"""Each object out of reach with the missing one that it may not be told from."""

Cell = tuple[Caller, str, int | None]
"""Who asks for which object, and the status of the refusal; None when it is allowed."""


class Matrix:
    """The cells of one route, and what its address and body are for each."""

    def __init__(self, app: Flask, route: Route, method: str) -> None:
        self.app, self.route, self.method = app, route, method
        self.view: Any = app.view_functions[route.endpoint]

    def cells(self, world: World) -> Iterator[Cell]:
        """Give every cell that makes sense for the route."""
        for caller in world.callers:
            extent = self.extent_of(caller)
            for kind in self._kinds(extent):
                yield caller, kind, self._refusal(caller, extent, kind)

    def extent_of(self, caller: Caller) -> Extent | None:
        rule = self.view.rule
        if caller.role is None:
            return caller.extent if rule.scope in caller.scopes else None
        return rule.roles.get(caller.role)

    def _kinds(self, extent: Extent | None) -> tuple[str, ...]:
        if not self.route.arguments:
            return ("own",)
        unshared = ("unshared",) if extent is HIRING_TEAM and "job" in self._names().values() else ()
        return ("own", *TWINS, *unshared)

    def _refusal(self, caller: Caller, extent: Extent | None, kind: str) -> int | None:
        if not caller.headers:
            return 401
        if extent is None:
            return 404 if self.view.rule.is_hidden else 403
        is_theirs = kind == "own" or (kind == "another's" and extent is EVERYTHING)
        return None if is_theirs else 404

    def _names(self) -> dict[str, str]:
        """Return what each argument of the route names."""
        before = self.route.rule.split("/<reference>")[0].rpartition("/")[2]
        return {each: REFERENCES[before] if each == "reference" else each for each in self.route.arguments}

    def ask(self, caller: Caller, kind: str, world: World) -> TestResponse:
        headers = {**caller.headers, "If-Match": "*"}
        body = None if self.method in ("GET", "DELETE") else self._body(caller, world)
        address = self._address(caller, kind, world)
        return self.app.test_client().open(address, method=self.method, headers=headers, json=body)

    def _body(self, caller: Caller, world: World) -> dict[str, Any]:
        name = self.route.endpoint.partition(".")[2]
        body = BODIES.get(name, {})
        names_company = name in ("create_job", "create_team") and self.extent_of(caller) is EVERYTHING
        if name == "create_jobs" and self.extent_of(caller) is EVERYTHING:
            return {"jobs": [{**row, "company_id": world.own.company.id} for row in body["jobs"]]}
        return {**body, "company_id": world.own.company.id} if names_company else body

    def _address(self, caller: Caller, kind: str, world: World) -> str:
        values = {each: self._value(caller, name, kind, world) for each, name in self._names().items()}
        if kind.endswith("missing"):
            name = "job" if "job" in values else list(values)[-1]
            values[name] = MISSING_TASK if name == "task_id" else MISSING
        adapter = self.app.url_map.bind("localhost")
        query = "?ids=1" if self.route.rule.endswith("/batch") else ""
        return adapter.build(self.route.endpoint, values, self.method) + query

    def _value(self, caller: Caller, name: str, kind: str, world: World) -> Any:
        extent = self.extent_of(caller)
        if extent is OWN or name == "session_id" or (name == "note_id" and extent is HIRING_TEAM):
            mine = world.mine.get(caller.name, world.strangers)
            return (world.strangers if kind.startswith("another's") else mine)[name]
        if kind == "unshared" and name == "job":
            return world.own.unshared_job
        return (world.other if kind.startswith("another's") else world.own).ids[name]


def guarded(app: Flask, action: str) -> list[Matrix]:
    routes = [route for route in app.url_map.iter_rules() if hasattr(app.view_functions[route.endpoint], "action")]
    taken = [route for route in routes if app.view_functions[route.endpoint].action == action]
    return [Matrix(app, route, method) for route in taken for method in route.methods - {"HEAD", "OPTIONS"}]


def mistakes(matrix: Matrix, database: Any) -> list[str]:
    """Return a sentence for each cell that is not as the policy says; refused ones must change nothing."""
    world = renewed(database)
    before, found = dump(database), []
    refused = [cell for cell in matrix.cells(world) if cell[2]]
    answers = {(caller.name, kind): matrix.ask(caller, kind, world) for caller, kind, _ in refused}
    for caller, kind, status in refused:
        answer = answers[caller.name, kind]
        if answer.status_code != status:
            found.append(f"{caller.name} asking for {kind} got {answer.status_code} instead of {status}")
        twin = answers.get((caller.name, TWINS.get(kind, "missing")))
        if status == 404 and twin is not None and said(answer) != said(twin):
            found.append(f"{caller.name} can tell {kind} from what is missing: {said(answer)} {said(twin)}")
    if dump(database) != before:
        found.append("a refused request changed something")
    for number, (_, _, status) in enumerate(list(matrix.cells(world))):
        if status is None:
            world = renewed(database) if matrix.method != "GET" else world
            caller, kind, _ = list(matrix.cells(world))[number]
            answer = matrix.ask(caller, kind, world)
            if answer.status_code in DENIED or answer.status_code >= 500:
                found.append(f"{caller.name} asking for {kind} got {answer.status_code}: {answer.text[:200]}")
    return [f"{matrix.method} {matrix.route.rule}: {sentence}" for sentence in found]


def renewed(database: Any) -> World:
    empty(database.engine)
    return make_world(database)


def dump(database: Any) -> dict[str, list[Any]]:
    with database.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in UNTOUCHED]
        return {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}


def said(answer: TestResponse) -> tuple[Any, ...]:
    """Return what tells one refusal from another, whatever the ids in it."""
    body = answer.get_json()
    body.pop("request_id", None)
    headers = {name for name, _ in answer.headers if name not in ("X-Request-ID", "Server-Timing")}
    return answer.status_code, re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4,12}){4}|\d+", "#", repr(body)), sorted(headers)


@pytest.mark.parametrize("action", POLICY)
def test_every_caller_reaches_exactly_what_the_policy_opens(app, database, action):
    matrices = guarded(app, action)
    assert matrices, f"no route takes {action}"
    assert [mistake for matrix in matrices for mistake in mistakes(matrix, database)] == []


@pytest.mark.parametrize(
    ("action", "change"),
    [
        ("job.update", lambda rule: replace(rule, roles={**rule.roles, RECRUITER: EVERYTHING})),
        ("job.read", lambda rule: replace(rule, roles={**rule.roles, "interviewer": COMPANY})),
        ("team.write", lambda rule: replace(rule, roles={**rule.roles, "candidate": EVERYTHING})),
        ("job.create", lambda rule: replace(rule, scope="webhooks:read")),
    ],
)
def test_a_check_that_is_missing_is_noticed(app, database, monkeypatch, action, change: Callable[[Any], Any]):
    """The control: the view judges by a weaker rule than the matrix expects."""
    matrix = max(guarded(app, action), key=lambda each: len(each.route.arguments))
    expected = matrix.view.rule
    monkeypatch.setattr(Matrix, "extent_of", by_rule(expected))
    monkeypatch.setattr(matrix.view, "rule", change(expected))
    assert mistakes(matrix, database) != []


def by_rule(rule: Any) -> Callable[[Matrix, Caller], Extent | None]:
    def extent_of(_matrix: Matrix, caller: Caller) -> Extent | None:
        if caller.role is None:
            return caller.extent if rule.scope in caller.scopes else None
        return rule.roles.get(caller.role)

    return extent_of
