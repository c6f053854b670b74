"""``If-Match``: of a tag only the version counts; v2 must be told, the others may."""

from __future__ import annotations

import pytest
from flask import Response

from talentsphere.api.conditions import check_version, conditional
from talentsphere.errors import PreconditionFailed, PreconditionRequired

THIS = "/api/v2/jobs/1"


@conditional
def change() -> Response:
    """A view of an object at version 3."""
    check_version(3)
    return Response(status=204)


@conditional
def careless() -> Response:
    return Response(status=204)


def ask(app, held, method="PATCH", path=THIS, view=change) -> Response:
    headers = {} if held is None else {"If-Match": held}
    with app.test_request_context(path, method=method, headers=headers):
        return view()


@pytest.mark.parametrize(
    "held",
    ['"3-d822c41c9db203e45c"', '"3-0"', '"3"', 'W/"3-d8"', '"3-d8:gzip"', '"1-a", "3-b"', 'W/"1-a", W/"3-b:br"', "*"],
)  # fmt: skip
def test_a_tag_of_the_version_allows_the_change_in_any_representation(app, held):
    assert ask(app, held).status_code == 204


@pytest.mark.parametrize("held", ['"2-d8"', '"33-d8"', '"-3"', '"d8-3"', '"x"', "2", ",", '""', 'W/"2", "4-a"', "3 3"])
def test_a_tag_of_another_version_is_refused_with_the_present_one(app, held):
    with pytest.raises(PreconditionFailed) as refusal:
        ask(app, held)
    assert refusal.value.extras == {"version": 3}


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("held", [None, "", " "])
def test_v2_must_be_told_the_version(app, method, held):
    with pytest.raises(PreconditionRequired):
        ask(app, held, method)


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/api/v1/jobs/1"), ("POST", "/api/v2/jobs/1/close")])
def test_v1_and_actions_may_be_told_the_version(app, method, path):
    assert ask(app, None, method, path).status_code == 204
    with pytest.raises(PreconditionFailed):
        ask(app, '"2-a"', method, path)


def test_a_view_that_forgets_to_compare_fails(app):
    with pytest.raises(AssertionError, match="check_version"):
        ask(app, '"2-a"', view=careless)
