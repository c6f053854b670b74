"""The OpenAPI document against the routes, and the client that compares every answer with it."""

from __future__ import annotations

import re
import uuid

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from tests.contract import check_body, document_of, documented_path
from tests.factories import (
    bearer,
    close_job,
    make_application,
    make_company,
    make_job,
    make_skill,
    make_team,
    make_user,
)

from talentsphere.tasks.models import Task

TASK_ID = uuid.UUID(int=1)
METHODS = {"get", "post", "put", "patch", "delete"}
PROBLEM = "application/problem+json"
SUMMARY = re.compile(r"[A-Z][a-z]+ ([a-z]|`/)")
SUCCESS = {"200", "201", "202", "204", "207"}


@pytest.fixture(scope="module")
def document(app):
    return document_of(app)


@pytest.fixture(scope="module")
def operations(document):
    """(path, operation) of each."""
    return [
        (path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def conforms(document, schema, value) -> list[str]:
    whole = {**schema, "components": document["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def test_the_document_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_route_is_documented_and_nothing_else(app, document):
    routes = {
        (documented_path(rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods
        if method.lower() in METHODS
    }
    assert routes == {(path, method) for path, item in document["paths"].items() for method in METHODS & item.keys()}


def test_operation_ids_are_there_and_unique(operations):
    ids = [operation["operationId"] for _, operation in operations]
    assert sorted(set(ids)) == sorted(ids)


def test_every_operation_says_what_it_does(operations):
    silent = [path for path, operation in operations if not SUMMARY.match(operation["summary"])]
    assert silent == []


def test_every_operation_documents_success_and_failure(operations):
    bare = [
        path
        for path, operation in operations
        if not (SUCCESS & operation["responses"].keys() and "default" in operation["responses"])
    ]
    assert bare == []


def test_every_public_answer_documents_its_revalidation(app, document):
    public = {
        documented_path(rule.rule)
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "is_public", False)
    }
    assert len(public) >= 20
    assert [path for path in public if "304" not in document["paths"][path]["get"]["responses"]] == []


def test_every_parameter_is_described_and_has_an_example(document, operations):
    silent = []
    for path, operation in operations:
        for parameter in [*operation.get("parameters", ()), *document["paths"][path].get("parameters", ())]:
            shown = {"example", "examples", "default", "enum"} & {*parameter, *parameter["schema"]}
            is_boolean = parameter["schema"].get("items", {}).get("type") in ("boolean", "integer")
            if not parameter.get("description") or not (shown or is_boolean):
                silent.append(f"{path}?{parameter['name']}")
    assert silent == []


def test_every_path_parameter_of_a_route_is_documented(document):
    missing = [
        path
        for path, item in document["paths"].items()
        for name in re.findall(r"{(\w+)}", path)
        if name not in [parameter["name"] for parameter in item.get("parameters", ())]
    ]
    assert missing == []


def test_every_json_answer_has_an_example_that_its_schema_allows(document, operations):
    answers = [*document["components"]["responses"].values()]
    answers += [answer for _, operation in operations for answer in operation["responses"].values()]
    media = [media for answer in answers for name, media in answer.get("content", {}).items() if "json" in name]
    assert [conforms(document, each["schema"], each["example"]) for each in media] == [[]] * len(media)


def test_every_parameters_example_is_one_that_its_schema_allows(document, operations):
    schemas = [parameter["schema"] for _, operation in operations for parameter in operation.get("parameters", ())]
    wrong = [schema for schema in schemas for shown in schema.get("examples", ()) if conforms(document, schema, shown)]
    assert wrong == []


def test_patterns_are_anchored_as_json_schema_needs_it(operations):
    schemas = [parameter["schema"] for _, operation in operations for parameter in operation.get("parameters", ())]
    patterns = {
        each["pattern"] for schema in schemas for each in (schema, schema.get("items", {})) if "pattern" in each
    }
    assert [pattern for pattern in patterns if not re.fullmatch(r"\^[^\\]+\$", pattern)] == []


@pytest.mark.parametrize(
    "target",
    [
        "/health",
        "/health/live",
        "/health/ready",
        "/api/openapi.json",
        "/api/docs",
        *(
            f"/api/{version}/{path}"
            for version in ("v1", "v2")
            for path in (
                "jobs", "jobs?fields=id", "jobs?contry=de", "jobs/featured", "jobs/stats", "jobs/batch?ids=1,2,9",
                "jobs/suggest?q=k", "jobs/suggest?q=",
                "jobs/1", "jobs/1?fields=title", "jobs/1/similar", "jobs/2", "jobs/9", "nowhere",
                "companies", "companies?fields=slug", "companies/1", "companies/viamo", "companies/nobody",
                "skills", "skills?q=k", "skills/kubernetes", "skills/9",
            )
        ),
    ],
)  # fmt: skip
def test_every_route_keeps_its_contract(client, target):
    make_skill("Kubernetes", aliases=["k8s"])
    make_job(skills=["Kubernetes"], featured=True)
    close_job(make_job())
    assert client.get(target).status_code in (200, 400, 404, 410)


def test_the_client_refuses_a_field_that_is_not_documented(app, document):
    operation = document["paths"]["/health/live"]["get"]
    with pytest.raises(AssertionError, match="undreamt"):
        check_body(app, operation, 200, "application/json", b'{"status":"ok","version":"1","undreamt":1}', "GET", True)


def test_the_client_refuses_a_missing_field_unless_fields_asked_for_less(app, document):
    operation = document["paths"]["/api/v2/companies/{reference}"]["get"]
    with pytest.raises(AssertionError, match="required"):
        check_body(app, operation, 200, "application/json", b'{"id":1}', "GET", True)
    job = document["paths"]["/api/v2/jobs/{reference}"]["get"]
    check_body(app, job, 200, "application/json", b'{"id":1}', "GET", False)
    with pytest.raises(AssertionError, match="required"):
        check_body(app, job, 200, "application/json", b'{"id":1}', "GET", True)


def test_the_client_refuses_an_undocumented_status(app, document):
    operation = document["paths"]["/health/live"]["get"]
    with pytest.raises(AssertionError, match="status"):
        check_body(app, operation, 201, "application/json", b"{}", "GET", True)


def test_the_client_refuses_an_undocumented_type(app, document):
    operation = document["paths"]["/health/live"]["get"]
    with pytest.raises(AssertionError, match="text/html"):
        check_body(app, operation, 200, "text/html", b"", "GET", True)


def read_rules(app, version) -> list[str]:
    """The address of each view of a version, its path parameters filled in."""
    return [
        re.sub(r"<[^>]+>", "1", re.sub(r"<uuid:[^>]+>", str(TASK_ID), rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"/api/{version}/") and "GET" in rule.methods
    ]


def test_every_view_of_v2_refuses_a_parameter_that_it_does_not_know(client, app):
    make_job(skills=["Python"])
    admin = bearer(make_user("admin"))
    answers = {target: client.get(f"{target}?nonsense=1", headers=admin) for target in read_rules(app, "v2")}
    assert {target: answer.status_code for target, answer in answers.items()} == dict.fromkeys(answers, 400)
    errors = [error["parameter"] for answer in answers.values() for error in answer.get_json()["errors"]]
    assert errors.count("nonsense") == len(answers) >= 10


def test_every_view_of_v1_ignores_a_parameter_that_it_does_not_know(client, app, database):
    with database.writing() as session:
        session.add(Task(public_id=TASK_ID, kind="test.nothing"))
    company = make_company()
    make_application(make_job(company=company, skills=["Python"]))
    make_team(company)
    admin = bearer(make_user("admin"))
    targets = [target for target in read_rules(app, "v1") if not target.endswith("/batch")]
    needed = dict.fromkeys(("/api/v1/jobs/search", "/api/v1/jobs/suggest"), "&q=data")
    statuses = {
        target: client.get(f"{target}?nonsense=1{needed.get(target, '')}", headers=admin).status_code
        for target in targets
    }
    assert len(targets) >= 9
    assert statuses == dict.fromkeys(targets, 200)


def test_health_takes_what_monitors_add_to_an_address(client):
    assert client.get("/health/live?t=1769850000").status_code == 200
