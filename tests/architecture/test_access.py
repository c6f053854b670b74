"""Every route says who may call it, and what says nothing lets nobody in."""

from __future__ import annotations

import pytest

from talentsphere.api.policy import POLICY
from talentsphere.app import create_app


def views(app) -> dict[str, object]:
    return {rule.endpoint: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}


def test_every_route_declares_who_may_call_it(app):
    undeclared = [
        name for name, view in views(app).items() if not (getattr(view, "is_open", False) or hasattr(view, "action"))
    ]
    assert undeclared == []


def test_every_action_is_taken_by_a_route(app):
    taken = {view.action for view in views(app).values() if hasattr(view, "action")}
    assert set(POLICY) - taken == set()


def test_a_route_that_declares_nothing_refuses_everybody(make_settings):
    app = create_app(make_settings())
    app.add_url_rule("/forgotten", view_func=lambda: "open")
    assert app.test_client().get("/forgotten").status_code == 401


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "Bearer x", "Bearer a.b.c", "bearer tsk_nothing"])
def test_credentials_that_do_not_hold_are_401_and_say_how_to_sign_in(make_settings, header):
    app = create_app(make_settings())
    app.add_url_rule("/forgotten", view_func=lambda: "open")
    response = app.test_client().get("/forgotten", headers={"Authorization": header} if header else {})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="talentsphere"')
