"""What a search answers: costs, freshness, hostile text, aliases, and an index that equals a rebuilt one."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import select, text
from tests.factories import bearer, make_company, make_job, make_jobs, make_skill, make_user

from talentsphere.db.changes import FOLLOWERS
from talentsphere.db.events import add_event
from talentsphere.db.session import writing
from talentsphere.domains.jobs.models import Job, SearchDoc
from talentsphere.domains.jobs.search.documents import document_of
from talentsphere.domains.jobs.search.facets import FACETS
from talentsphere.domains.jobs.search.store import _COLUMNS
from talentsphere.domains.jobs.search.upkeep import count_pieces, merge, reindex
from talentsphere.domains.jobs.tagging import mark_jobs
from talentsphere.domains.skills.models import SkillName

SEARCH = "/api/v2/jobs/search"
FRESH = {"Cache-Control": "no-cache"}


def titles(client, q: str, **query) -> list[str]:
    answer = client.get(SEARCH, query_string={"q": q, **query})
    assert answer.status_code == 200, answer.json
    return [each["title"] for each in answer.json["data"]]


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    "q", ["nowhere", "rare", "often often2", "half", '"build pipelines"', "ra*", "half -rare", "a"]
)
def test_a_search_costs_three_statements_and_facets_three_more(client, count_queries, version, q):
    make_jobs(40, description_text="Half of all. Build pipelines. Often often2.", skills=["Python"])
    make_jobs(30, description_text="Something else.")
    make_job("Rare bird", description_text="Rare.")
    for more, most in (("", 3), (f"&facets={','.join(FACETS)}", 6), ("&count=exact&sort=newest", 3)):
        query = more.replace("&count=exact", "") if version == "v1" else more
        count_queries()
        answer = client.get(f"/api/{version}/jobs/search?q={q}&explain=true&skill=python{query}", headers=FRESH)
        assert (answer.status_code, count_queries() <= most) == (200, True)


def test_a_write_is_seen_by_the_next_search_while_answers_are_kept(client):
    company = make_company()
    headers = bearer(make_user("recruiter", company))
    body = {"title": "Beekeeper", "description": "Bees.", "status": "open", "skills": []}
    assert titles(client, "beekeeper") == []
    assert client.get(f"{SEARCH}?q=beekeeper").headers["X-Cache"].startswith("HIT")
    made = client.post("/api/v2/jobs", json=body, headers=headers).json
    job = f"/api/v2/jobs/{made['id']}"
    assert titles(client, "beekeeper") == ["Beekeeper"]
    client.patch(job, json={"title": "Honey maker"}, headers={**headers, "If-Match": '"1"'})
    assert titles(client, "beekeeper") == []
    assert titles(client, "honey") == ["Honey maker"]
    client.post(f"{job}/pause", headers=headers)
    assert titles(client, "honey") == []
    client.post(f"{job}/publish", headers=headers)
    assert titles(client, "honey") == ["Honey maker"]
    client.post(f"{job}/close", json={"reason": "filled"}, headers=headers)
    assert titles(client, "honey") == []


def test_an_alias_finds_the_skill_from_the_next_call_on(client):
    skill = make_skill("Kubernetes")
    make_job("Platform Engineer", skills=["Kubernetes"])
    assert titles(client, "k8s") == []
    with client.application.app_context(), writing() as session:
        session.add(SkillName(name_key="k8s", skill_id=skill.id, alias="k8s"))
        add_event(session, "skill.updated", skill.id)
    assert titles(client, "k8s") == ["Platform Engineer"]
    assert titles(client, "K8s engineer") == ["Platform Engineer"]


def test_the_title_counts_more_than_a_skill_and_that_more_than_the_text(client):
    make_job("Cook", description_text="Sometimes python.")
    make_job("Baker", skills=["Python"])
    make_job("Python expert")
    make_job("Python")
    answer = client.get(f"{SEARCH}?q=python&explain=true").json
    assert [each["title"] for each in answer["data"]] == ["Python", "Python expert", "Baker", "Cook"]
    assert all(sum(each["explain"].values()) == each["score"] for each in answer["data"])
    assert [each["explain"]["text"] for each in answer["data"]] == [700, 700, 420, 210]


def test_some_of_the_words_are_enough_when_few_postings_hold_all(client):
    make_job("Nurse")
    make_job("Night nurse")
    answer = client.get(f"{SEARCH}?q=night+nurse").json
    assert [each["title"] for each in answer["data"]] == ["Night nurse", "Nurse"]
    assert answer["applied"]["match"] == "any"
    assert client.get(f"{SEARCH}?q=nurse").json["applied"]["match"] == "all"
    assert "some of them" in client.get("/api/v1/jobs/search?q=night+nurse").json["meta"]["warnings"][0]


def test_highlights_escape_everything_but_their_marks(client):
    make_job("<script>C++</script> developer", description_text="Use <img onerror=x> C++, and C# & more.")
    [shown] = client.get(SEARCH, query_string={"q": "c++", "highlight": "true"}).json["data"]
    assert "<mark>" in shown["highlight"]["text"]
    for found in shown["highlight"].values():
        assert "<" not in found.replace("<mark>", "").replace("</mark>", "")
    assert "<mark>C++</mark>, and C#" in shown["highlight"]["text"]


@pytest.mark.parametrize(
    "q",
    [
        '"', '"""', '"a', "*", "a*", "**", "NEAR(", "NEAR(a b, 3)", "a AND", "OR", "NOT", "-", "--", "-a", "title:",
        "title:-", "title:*", "(", ")", "a:b", "'", "''; DROP TABLE jobs; --", "\\", "%", "_", "_1a", "_r1", "^a",
        "😀", "😀 a", "שלום עולם", "مهندس", "日本", "日", "a" * 1000, "a " * 32, "é", "\u202eabc", "\ufeff", "0",
        "a\x01b", "&|!<->", "{a}",
        "a & b | !c", "'a':*", "x'y", ":q", "%(q)s", "{0}", "\ud7ff", "ſ", "ﬁn", "İ",
    ],
)  # fmt: skip
def test_hostile_text_is_a_result_or_a_refusal_that_names_q(client, q):
    make_job("a b", description_text="שלום עולם مهندس 日本語 a é")
    for version in ("v1", "v2"):
        for more in ({}, {"sort": "newest"}, {"highlight": "true", "facets": "skill,country"}):
            answer = client.get(f"/api/{version}/jobs/search", query_string={"q": q, **more})
            assert answer.status_code in (200, 400)
            if answer.status_code == 400:
                assert answer.json["errors"][0]["parameter"] == "q"


@pytest.mark.parametrize("q", ["x" * 10_000, "x" * 1_001, "a " * 33, "a\0b"])
def test_too_much_is_refused(client, q):
    answer = client.get(SEARCH, query_string={"q": q})
    assert answer.status_code in (400, 414)


def test_text_that_is_not_english_is_found_as_it_is(client):
    make_job("Ingénieur données", description_text="日本語の仕事 שלום")
    for q in ("ingenieur", "INGÉNIEUR", "日本", "日", "שלום", "donn*"):
        assert titles(client, q) == ["Ingénieur données"], q


def held(session) -> list[dict]:
    """Return every document, and on SQLite what FTS5 knows of it."""
    docs = [dict(row._mapping) for row in session.execute(select(SearchDoc.__table__).order_by(SearchDoc.key))]
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.seen USING fts5vocab(main, fts_jobs, instance)"))
        found: dict[int, list] = {}
        for term, key, place in session.execute(text('SELECT term, doc, "offset" FROM temp.seen')):
            found.setdefault(key, []).append((place, term))
        words = {key: f" {' '.join(term for _, term in sorted(each))} " for key, each in found.items()}
        assert words == {doc["key"]: doc["tokens"] for doc in docs}
    return docs


def rebuilt(session) -> list[dict]:
    """Return every document as it would be made now."""
    dialect = session.get_bind().dialect.name
    rows = session.execute(select(*_COLUMNS).where(Job.status == "open").order_by(Job.key))
    docs = [document_of(row._mapping, row.skills, dialect) for row in rows]
    if dialect == "postgresql":
        for doc in docs:
            doc["tokens"] = session.scalar(text("SELECT CAST(:tokens AS tsvector)"), {"tokens": doc["tokens"]})
    return [{**doc, "skills": sorted(doc["skills"].split())} for doc in docs]


def is_right(database) -> bool:
    with database.reading() as session:
        return [{**doc, "skills": sorted(doc["skills"].split())} for doc in held(session)] == rebuilt(session)


def write_at_random(client, headers, random: Random, ids: list[int]) -> None:
    title, skills = (
        random.choice(["Cook", "Nurse", "Data engineer"]),
        random.choice([[], ["Python"], ["Python", "SQL"]]),
    )
    status = random.choice(["open", "open", "draft"])
    new = {"title": title, "description": f"Text {random.random()}", "status": status, "skills": skills}
    step = random.randrange(9)
    if step < 2 or not ids:
        ids.append(client.post("/api/v2/jobs", json=new, headers=headers).json["id"])
        return
    job = f"/api/v2/jobs/{random.choice(ids)}"
    if step == 2:
        rows = [{**new, "title": f"Bulk {n}"} for n in range(3)]
        made = client.post("/api/v2/jobs/bulk", json={"mode": "atomic", "jobs": rows}, headers=headers).json
        ids += [each["id"] for each in made["data"]]
    elif step == 3:
        client.patch(job, json={"title": title, "skills": skills, "remote": random.random() < 0.5}, headers=headers)
    elif step == 4:
        client.post(
            "/api/v2/jobs/bulk/close", json={"ids": ids[:2], "reason": "filled", "mode": "each"}, headers=headers
        )
    elif step == 8:
        client.delete(job, headers=headers)
    else:
        what = ["publish", "pause", "close"][step - 5]
        client.post(f"{job}/{what}", json={"reason": "filled"} if what == "close" else None, headers=headers)


@pytest.mark.parametrize("seed", range(3))
def test_after_any_writes_the_index_is_what_a_rebuilt_one_would_be(client, database, seed):
    make_skill("Python"), make_skill("SQL")
    headers, random, ids = bearer(make_user("recruiter", make_company())), Random(seed), list[int]()
    headers["If-Match"] = "*"
    for _ in range(40):
        write_at_random(client, headers, random, ids)
    assert is_right(database)
    with database.reading() as session:
        assert len(held(session)) > 3


def test_an_index_that_nobody_keeps_is_noticed_and_a_reindex_mends_it(client, database, app, monkeypatch):
    job = make_job("Cook")
    monkeypatch.setitem(app.extensions, FOLLOWERS, ())
    with app.app_context(), writing() as session:
        session.execute(text("UPDATE jobs SET title = 'Baker' WHERE id = :id"), {"id": job.id})
        session.execute(text("DELETE FROM search_doc WHERE job_id <> :id"), {"id": job.id})
        mark_jobs(session, [job.id])
        add_event(session, "job.updated", job.id)
    make_job("Unseen")
    assert not is_right(database)
    with app.app_context(), writing() as session:
        assert reindex(session, 0) == (2, 1, 2)  # the missing one
    with app.app_context(), writing() as session:
        assert reindex(session, 0, everything=True) == (2, 2, 2)
    assert is_right(database)
    assert titles(client, "baker") == ["Baker"]


def test_merging_leaves_the_index_as_it_is(client, database, app):
    make_jobs(30)
    for _ in range(3):
        with app.app_context(), writing() as session:
            merge(session, {})
    assert is_right(database)
    assert len(titles(client, "engineer", limit=100)) == 30


def test_a_bulk_write_leaves_few_pieces(client, database):
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has no segments")
    headers = bearer(make_user("recruiter", make_company()))
    make_skill("Python")
    with database.reading() as session:
        before = count_pieces(session)
    rows = [{"title": f"Bulk {n}", "description": "Text.", "status": "open", "skills": ["Python"]} for n in range(60)]
    made = client.post("/api/v2/jobs/bulk", json={"mode": "atomic", "jobs": rows}, headers=headers).json["data"]
    changes = [{"id": each["id"], "version": 1, "title": "Changed"} for each in made]
    client.patch("/api/v2/jobs/bulk", json={"mode": "atomic", "jobs": changes}, headers=headers)
    with database.reading() as session:
        assert 0 < count_pieces(session) - before <= 8


def test_unknown_parameters_are_refused_by_v2_and_warned_of_by_v1(client):
    refused = client.get(f"{SEARCH}?q=a&facet=country")
    assert (refused.status_code, refused.json["errors"][0]["did_you_mean"]) == (400, "facets")
    assert "facet was ignored" in client.get("/api/v1/jobs/search?q=a&facet=country").json["meta"]["warnings"][0]
