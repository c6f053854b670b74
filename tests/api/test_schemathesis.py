"""schemathesis reads the document and asks everything that it allows, and what it does not."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.factories import make_jobs, make_skill
from tests.scratch import empty

from talentsphere.db.session import engines_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def operations(app):
    """Every operation of the running application's document; a board is there to answer from."""
    empty(engines_of(app).write)
    make_skill("Python", aliases=["py"])
    make_jobs(3, skills=["Python"])
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    return [operation.ok() for operation in schema.get_all_operations()]


def ask(operation, mode: GenerationMode, examples: int) -> None:
    """Ask what ``mode`` makes of the operation's parameters, and check each answer."""

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_documented(case):
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    answers_as_documented()


@pytest.mark.parametrize("examples", [20, pytest.param(200, marks=pytest.mark.full)])
def test_what_the_document_allows_is_answered_as_documented(operations, examples):
    assert len(operations) >= 25
    for operation in operations:
        has_choices = list(operation.query) or list(operation.path_parameters)
        ask(operation, GenerationMode.POSITIVE, examples if has_choices else 2)


@pytest.mark.parametrize("examples", [10, pytest.param(200, marks=pytest.mark.full)])
def test_what_it_forbids_is_answered_as_documented(operations, examples):
    asked = [operation for operation in operations if list(operation.query)]
    assert len(asked) >= 10
    for operation in asked:
        ask(operation, GenerationMode.NEGATIVE, examples)
