"""Skills on both versions: by name, by alias, by the beginning of the name."""

from __future__ import annotations

import pytest
from tests.factories import make_job, make_skill


@pytest.fixture
def skills(client):
    """Four skills, one with aliases and one with a name in another script."""
    make_skill("Kubernetes", aliases=["k8s", "Kube"])
    make_skill("C++", slug="c-plus-plus")
    make_skill("Kotlin", kind="language")
    make_skill("Überwachung")


def test_skills_are_listed_by_name_with_their_aliases(client, skills):
    data = client.get("/api/v2/skills").get_json()["data"]
    assert [skill["name"] for skill in data] == ["C++", "Kotlin", "Kubernetes", "Überwachung"]
    assert data[2] == {"id": 1, "name": "Kubernetes", "slug": "kubernetes", "aliases": ["Kube", "k8s"]}


def test_a_skill_without_aliases_leaves_them_out_on_v2_only(client, skills):
    assert "aliases" not in client.get("/api/v2/skills/kotlin").get_json()
    assert client.get("/api/v1/skills/kotlin").get_json()["aliases"] == []


@pytest.mark.parametrize(
    ("prefix", "names"), [("K", ["Kotlin", "Kubernetes"]), ("c%2B", ["C++"]), ("ÜBER", ["Überwachung"]), ("x", [])]
)
def test_skills_are_found_by_the_beginning_of_their_name(client, skills, prefix, names):
    assert [skill["name"] for skill in client.get(f"/api/v2/skills?q={prefix}").get_json()["data"]] == names
    v1 = client.get(f"/api/v1/skills?q={prefix}").get_json()
    assert ([skill["name"] for skill in v1["items"]], v1["total"]) == (names, len(names))


def test_a_wildcard_is_an_ordinary_character(client, skills):
    assert client.get("/api/v2/skills?q=%25").get_json()["data"] == []


@pytest.mark.parametrize("reference", ["9", "cobol", "k8s", "%00"])
def test_unknown_skills_are_not_found(client, skills, reference):
    assert client.get(f"/api/v2/skills/{reference}").status_code == 404


def test_a_new_alias_finds_jobs_at_once(client):
    make_job("Operator", skills=["Kubernetes"])
    assert client.get("/api/v2/jobs?skill=kube").get_json()["data"] == []
    make_skill("Kube Plus", aliases=["kube"])
    make_job("Pilot", skills=["Kube Plus"])
    assert [job["title"] for job in client.get("/api/v2/jobs?skill=KUBE").get_json()["data"]] == ["Pilot"]


def test_skills_are_walked_by_cursor(client, skills):
    names, cursor = [], ""
    while cursor is not None:
        body = client.get(f"/api/v2/skills?limit=1&cursor={cursor}").get_json()
        names += [skill["name"] for skill in body["data"]]
        cursor = body["next"]
    assert names == ["C++", "Kotlin", "Kubernetes", "Überwachung"]
