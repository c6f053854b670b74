"""Suggestions: what is completed, from which word on, how soon it is there and when it is gone."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.factories import bearer, make_company, make_job, make_jobs, make_skill, make_user

from talentsphere.db.session import reading, writing
from talentsphere.domains.suggestions import services
from talentsphere.domains.suggestions.models import SuggestLabel, SuggestTop
from talentsphere.domains.suggestions.queries import corrections, suggest
from talentsphere.domains.suggestions.tasks import clean, fold, walk

V2 = "/api/v2/jobs/suggest"


@pytest.fixture
def folded(app):
    """Fold in what the feed tells of, as a worker does."""

    def run() -> None:
        with app.app_context():
            for task in (fold, fold):
                with writing() as session:
                    task(session, {})
            with writing() as session:
                walk(session, {"after": 0})

    return run


def texts(client, q: str, **parameters) -> list[str]:
    answer = client.get(V2, query_string={"q": q, **parameters})
    assert answer.status_code == 200, answer.get_json()
    return [each["text"] for each in answer.get_json()["data"]]


def test_each_kind_is_completed_from_any_of_its_words(client, folded):
    make_skill("Kubernetes", aliases=["k8s"])
    make_job("Senior Data Engineer", company="Eastwind Data", skills=["Kubernetes"])
    folded()
    assert texts(client, "dat") == ["Senior Data Engineer", "Eastwind Data"]
    assert texts(client, "k8") == ["Kubernetes"]
    assert texts(client, "onta") == ["Toronto, Ontario"]
    assert texts(client, "data eng") == ["Senior Data Engineer"]
    assert texts(client, "ngineer") == []


def test_one_letter_accents_and_case_do(client, folded):
    make_job("Ärztin", company="Zeta")
    folded()
    assert texts(client, "a") == ["Ärztin"]
    assert texts(client, "ÄRZT") == ["Ärztin"]


def test_kinds_are_chosen_and_versions_differ_in_shape(client, folded):
    make_job("Data Engineer", company="Data Works")
    folded()
    assert texts(client, "data", type="company") == ["Data Works"]
    v1 = client.get("/api/v1/jobs/suggest?q=data+w").get_json()
    assert v1 == {"items": [{"type": "company", "text": "Data Works", "slug": "data-works", "jobs": 1}]}


def test_what_most_postings_have_comes_first(client, folded):
    make_jobs(3, title="Data Analyst")
    make_job("Data Architect")
    folded()
    assert texts(client, "data", type="title") == ["Data Analyst", "Data Architect"]


@pytest.mark.parametrize("q", ["", "a" * 101])
def test_nothing_and_too_much_are_refused(client, q):
    assert client.get(V2, query_string={"q": q}).status_code == 400


@pytest.mark.parametrize("q", ["%", "*", '"', "💥", "\u202eabc", "NEAR("])
def test_signs_complete_nothing_and_harm_nothing(client, q):
    assert texts(client, q) == []


def test_a_closed_posting_is_suggested_no_more_at_once_and_a_deleted_one_is_swept(app, client, folded):
    job = make_job("Lighthouse Keeper")
    folded()
    assert texts(client, "light") == ["Lighthouse Keeper"]
    admin = bearer(make_user("admin"))
    answer = client.post(f"/api/v2/jobs/{job.id}/close", json={"reason": "filled"}, headers=admin | {"If-Match": "*"})
    assert answer.status_code == 200, answer.get_json()
    assert texts(client, "light") == []
    with app.app_context(), writing() as session:
        clean(session, {})
    with app.app_context(), reading() as session:
        left = session.execute(select(SuggestLabel.label).where(SuggestLabel.kind == "title")).all()
    assert left == []


def test_a_new_title_is_there_after_the_next_fold(client, folded):
    make_job("First")
    folded()
    assert texts(client, "sec") == []
    make_job("Second")
    folded()
    assert texts(client, "sec") == ["Second"]


def test_a_heavy_beginning_keeps_its_best(app, client, folded, monkeypatch, count_queries):
    monkeypatch.setattr(services, "HEAVY", 5)
    for n in range(8):
        make_jobs(1 + n % 3, title=f"Data Thing {n}")
    folded()
    with app.app_context(), reading() as session:
        assert session.execute(select(SuggestTop.prefix).where(SuggestTop.prefix == "data")).first()
        assert len(suggest(session, "data", ("title",), 20)) == 8
    assert texts(client, "dat", limit=3, type="title") == ["Data Thing 2", "Data Thing 5", "Data Thing 1"]


def test_suggestions_cost_at_most_two_statements_and_none_from_the_cache(client, folded, count_queries):
    make_job("Data Engineer")
    folded()
    count_queries()
    client.get(V2, query_string={"q": "da"})
    assert count_queries() <= 2
    assert client.get(V2, query_string={"q": "da"}).headers["X-Cache"] == "HIT"


@pytest.mark.parametrize(
    ("word", "meant"), [("pyhton", "python"), ("enginer", "engineer"), ("python", None), ("ab", None), ("zzzzzz", None)]
)
def test_mistyped_words_are_corrected(app, client, folded, word, meant):
    make_skill("Python")
    make_job("Software Engineer", skills=["Python"])
    folded()
    with app.app_context(), reading() as session:
        assert corrections(session, [word]).get(word) == meant


def test_placeholders_and_drafts_are_not_suggested(client, folded):
    make_job("Secret Draft", status="draft")
    make_company("Hidden")
    folded()
    assert texts(client, "secret") == []
    assert texts(client, "hidden") == []


def test_a_search_that_finds_nothing_says_what_was_probably_meant(client, folded):
    make_jobs(3, title="Python developer")
    folded()
    alone = client.get("/api/v2/jobs/search?q=pyhton").get_json()
    assert (alone["data"], alone["did_you_mean"]) == ([], "python")
    warned = client.get("/api/v1/jobs/search?q=pyhton").get_json()["meta"]["warnings"]
    assert warned == ["nothing was found; did you mean python?"]
    assert "did_you_mean" not in client.get("/api/v2/jobs/search?q=python").get_json()
