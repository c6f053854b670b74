"""The page at ``/api/docs``: from this instance alone, and nothing of it twice."""

from __future__ import annotations

import re

import pytest

from talentsphere.api.static import FOLDER, static_files, static_url

IMMUTABLE = "public, max-age=31536000, immutable"
LINKED = re.compile(r'(?:src|href)="([^"]+)"')


def linked(client) -> list[str]:
    return LINKED.findall(client.get("/api/docs").text)


def test_the_page_is_html_that_links_only_this_instance(client):
    page = client.get("/api/docs")
    assert page.content_type == "text/html; charset=utf-8"
    assert {target[0] for target in linked(client)} == {"/"}
    assert "<title>TalentSphere API</title>" in page.text
    assert not re.search(r"<script>|<style|\bstyle=|\bon\w+=", page.text)


def test_its_policy_lets_a_browser_load_only_this_instance(client):
    policy = client.get("/api/docs").headers["Content-Security-Policy"]
    assert re.findall(r"https?:|\*|unsafe", policy) == []
    assert "script-src 'self'" in policy


def test_every_linked_address_answers(client):
    assert {client.get(target).status_code for target in linked(client)} == {200}


def test_files_are_kept_for_ever_and_compressed(client):
    for target in [target for target in linked(client) if target.startswith("/static/")]:
        response = client.get(target, headers={"Accept-Encoding": "br"})
        assert response.headers["Cache-Control"] == IMMUTABLE
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert len(response.data) < 450_000


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [
        ("docs.css", "text/css"),
        ("docs.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
        ("swagger-ui.LICENSE.txt", "text/plain"),
    ],
)
def test_files_have_their_type(client, name, mimetype):
    assert client.get(static_url(name)).mimetype == mimetype


def test_a_second_load_transfers_nothing_but_revalidations(client):
    page = client.get("/api/docs")
    document = client.get("/api/openapi.json")
    kept = {target for target in linked(client) if client.get(target).headers["Cache-Control"] == IMMUTABLE}
    again = [
        client.get(target, headers={"If-None-Match": first.headers["ETag"]})
        for target, first in (("/api/docs", page), ("/api/openapi.json", document))
    ]
    assert {(response.status_code, response.data) for response in again} == {(304, b"")}
    assert {target for target in linked(client) if target.startswith("/static/")} == kept


def test_the_page_is_asked_about_before_it_is_used_again(client):
    assert "max-age=0, must-revalidate" in client.get("/api/docs").headers["Cache-Control"]


def test_an_address_holds_the_hash_of_its_content():
    assert static_url("docs.css") in {f"/static/{name}" for name in static_files()}
    assert re.fullmatch(r"/static/docs\.[0-9a-f]{18}\.css", static_url("docs.css"))


@pytest.mark.parametrize(
    "name", ["docs.css", "docs.000000000000000000.css", "..%2Fapp.py", "%2e%2e%2fapp.py", ".", "nothing.js"]
)
def test_no_other_file_is_served(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def test_vendored_files_come_with_their_licence():
    licence = (FOLDER / "swagger-ui.LICENSE.txt").read_text()
    assert "Apache License" in licence
    assert "SmartBear" in licence
