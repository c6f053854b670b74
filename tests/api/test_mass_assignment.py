"""Nothing can be set that is not documented: every body of every operation, with fields that are nobody's to give."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from marshmallow import INCLUDE, Schema
from sqlalchemy import select
from tests.contract import document_of
from tests.factories import bearer, make_company, make_job, make_team, make_user

from talentsphere.api.examples import example_of
from talentsphere.db.base import Base

COVETED = {
    "role": "admin", "is_admin": True, "id": 99, "user_id": 1, "company_id": 1, "status": "open",
    "created_at": "2020-01-01T00:00:00Z", "password_hash": "x", "version": 99,
}  # fmt: skip
CHANGING = ("post", "put", "patch", "delete")


def bodies(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Return (method, path, schema, example) of every JSON body in the document."""
    found = []
    for path, item in document["paths"].items():
        for method in CHANGING:
            content = item.get(method, {}).get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                schema = resolved(document, content["schema"])
                found.append((method, path, schema, example_of(schema, document["components"]["schemas"])))
    return found


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def places(document: dict[str, Any], schema: dict[str, Any], value: Any, pointer: str = "") -> list[tuple[str, set]]:
    """Return each object of an example that has fixed fields: (its JSON pointer, their names)."""
    schema = resolved(document, schema)
    if isinstance(value, list):
        return [
            place for n, one in enumerate(value) for place in places(document, schema["items"], one, f"{pointer}/{n}")
        ]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    inner = [(schema["properties"][name], part, f"{pointer}/{name}") for name, part in value.items()]
    return [(pointer, set(schema["properties"]))] + [
        place for property_, part, below in inner for place in places(document, property_, part, below)
    ]


def with_field(body: dict[str, Any], pointer: str, name: str) -> dict[str, Any]:
    """Return the body with ``name`` in the object at ``pointer``."""
    changed = target = deepcopy(body)
    for step in pointer.split("/")[1:]:
        target = target[int(step)] if isinstance(target, list) else target[step]
    target[name] = COVETED[name]
    return changed


def everything(database) -> str:
    """Return every row of every table."""
    with database.reading() as session:
        tables = Base.metadata.sorted_tables
        return repr([sorted(map(repr, session.execute(select(table)).all())) for table in tables])


@pytest.fixture
def admin(database) -> dict[str, str]:
    company = make_company()
    make_team(company)
    make_job(company=company)
    make_user("recruiter", company)
    return {**bearer(make_user("admin")), "If-Match": "*"}


@pytest.fixture
def candidate(admin) -> dict[str, str]:
    """Only candidates apply."""
    return bearer(make_user(email="applies@example.org"))


def taken(client, headers, candidate) -> list[str]:
    """Return each field that was not refused as unknown, and what answered it."""
    document = document_of(client.application)
    found = []
    for method, path, schema, example in bodies(document):
        address = re.sub(r"\{[^}]+\}", "1", path)
        asking = candidate if (method, path[7:]) == ("post", "/jobs/{job}/applications") else headers
        for pointer, documented in places(document, schema, example):
            for name in COVETED.keys() - documented:
                answer = client.open(
                    address, method=method.upper(), headers=asking,
                    json=with_field(example, pointer, name),
                )  # fmt: skip
                refused = [error.get("pointer") for error in (answer.get_json() or {}).get("errors", ())]
                if answer.status_code != 422 or f"#{pointer}/{name}" not in refused:
                    found.append(f"{method} {path} #{pointer}/{name}: {answer.status_code}")
    return found


def test_no_body_takes_a_field_that_is_not_documented(client, admin, candidate, database):
    before = everything(database)
    assert taken(client, admin, candidate) == []
    assert everything(database) == before
    assert len(bodies(document_of(client.application))) >= 30


def test_a_schema_that_takes_more_would_be_noticed(client, admin, candidate, monkeypatch):
    """The control."""
    from talentsphere.domains.accounts.schemas import NewAccount

    load = Schema.load

    def load_all(self, data, **how):
        return load(self, data, **(how | ({"unknown": INCLUDE} if type(self) is NewAccount else {})))

    monkeypatch.setattr(Schema, "load", load_all)
    found = taken(client, admin, candidate)
    assert found
    assert all("/auth/register" in each for each in found), found
