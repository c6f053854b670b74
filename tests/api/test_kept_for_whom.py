"""RC4, RC5, RC9: nobody is given what is another's, every question has its answer, and every write shows at once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Response
from flask.testing import FlaskClient
from tests.api.kept_world import FRESH, Asker, build, policies_of, targets

from talentsphere.api import caching
from talentsphere.api.caching import known_policies
from talentsphere.cache.core import CACHE
from talentsphere.db.base import now
from talentsphere.db.changes import CHANGES, Announcer
from talentsphere.db.session import writing
from talentsphere.domains.jobs.featuring import feature_jobs
from talentsphere.domains.jobs.timing import expire_jobs

ANY = {"If-Match": "*"}
CANARIES = [f"canary-{what}-{whose}" for what in ("team", "draft", "recruiter", "hiring_manager", "interviewer")
            for whose in ("alpha", "beta")] + ["canary-candidate-1", "canary-candidate-2", "canary-admin"]  # fmt: skip
MUTATIONS = [
    "limit=2", "limit=02", "limit=3", "page_size=2", "page=2", "page=1", "count=exact", "sort=oldest", "sort=title",
    "country=CA", "country=ca", "country=US", "remote=false", "remote=true", "employment_type=FULL_TIME", "fields=id",
    "fields=id,title", "skill=python", "skill=Python", "company=alpha", "company=1", "location=Toronto", "cursor=",
    "salary_min=1", "posted_after=2020-01-01", "nonsense=1", "limit=x", "active=true", "role=recruiter", "status=draft",
    "ids=1", "ids=2,1", "level=info", "action=team.created", "include=similar",
]  # fmt: skip
HEADERS = [
    ("Accept-Encoding", "gzip"), ("Accept-Encoding", "br"), ("Accept-Encoding", "zstd"), ("Accept-Encoding", ""),
    ("Accept", "application/json"), ("Accept", "*/*"), ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "https"), ("Cookie", "session=1"), ("Accept-Language", "de"), ("Range", "bytes=0-9"),
    ("User-Agent", "other"), ("If-None-Match", "*"), ("If-None-Match", '"nothing"'), ("Origin", "https://a.example"),
    ("X-HTTP-Method-Override", "DELETE"), ("Pragma", "x"),
]  # fmt: skip


@pytest.fixture
def client(app, database) -> FlaskClient:
    """One that compares nothing with the OpenAPI document: thousands of answers are asked for here."""
    return FlaskClient(app, app.response_class)


@pytest.fixture
def askers(client) -> dict[str, Asker]:
    return build()


def asked_by_all(client, askers: dict[str, Asker], answers: int, seed: int = 1) -> Counter[str]:
    """Let everybody ask for everything in random order; count the answers, the hits and the foreign canaries."""
    draw, counts, everything = random.Random(seed), Counter(), targets()
    for _ in range(answers):
        asker, target = askers[draw.choice(list(askers))], draw.choice(everything)
        response = client.get(target, headers=asker.headers)
        shown = response.get_data(as_text=True) + str(response.headers)
        counts["answers"] += 1
        counts["hits"] += response.headers.get("X-Cache") == "HIT"
        counts["foreign"] += any(canary in shown for canary in CANARIES if canary not in asker.may_see)
    return counts


def test_every_policy_is_asked_for(app):
    assert policies_of(app, targets()) == {policy.name for policy in known_policies(app)}


def test_no_answer_shows_what_is_anothers(client, askers):
    counts = asked_by_all(client, askers, 600)
    assert counts["foreign"] == 0
    assert counts["hits"] > 50


@pytest.mark.full
def test_twenty_thousand_answers_show_nothing_of_anothers(client, askers):
    counts = asked_by_all(client, askers, 20_000)
    print(dict(counts))
    assert counts["foreign"] == 0
    assert counts["hits"] > 10_000


def test_a_key_without_its_scope_would_be_caught(client, askers, monkeypatch):
    monkeypatch.setattr(caching, "_scope", lambda _policy: ["public"])
    assert asked_by_all(client, askers, 300)["foreign"] > 0


def mutated(client, askers: dict[str, Asker], requests: int, seed: int = 2) -> Counter[str]:
    """Ask mutated questions, each as it is kept and anew; count those that differ. Something is written meanwhile."""
    draw, counts, everything = random.Random(seed), Counter(), targets()
    for number in range(requests):
        if number % 100 == 99:
            write(client, askers, number)
        target = draw.choice(everything)
        changes = "&".join(draw.sample(MUTATIONS, draw.choice((0, 1, 1, 2, 3))))
        question = f"{target}{'&' if '?' in target else '?'}{changes}" if changes else target
        own = askers[draw.choice(("anonymous", "admin", "recruiter of alpha", "candidate 1"))].headers
        headers = {**own, **dict(draw.sample(HEADERS, draw.choice((0, 1, 2))))}
        ask = client.head if draw.random() < 0.2 else client.get
        made, kept = ask(question, headers=headers), ask(question, headers=headers)
        fresh = ask(question, headers={**headers, **FRESH})
        counts["requests"] += 1
        counts["hits"] += kept.headers.get("X-Cache") == "HIT"
        counts["different"] += is_other(kept, fresh) or is_other(made, fresh)
    return counts


def is_other(kept: Response, fresh: Response) -> bool:
    own = ("Age", "Date", "X-Request-ID", "X-Cache", "Server-Timing", "RateLimit")
    if kept.status_code >= 400:  # a refusal names its request
        return kept.status_code != fresh.status_code
    seen = [(r.status_code, r.data, {n: v for n, v in r.headers.items() if n not in own}) for r in (kept, fresh)]
    return seen[0] != seen[1]


def write(client, askers: dict[str, Asker], number: int) -> None:
    new = {"title": f"Nurse {number}", "description": "Care.", "status": "open", "country": "CA"}
    assert client.post("/api/v2/jobs", json=new, headers=askers["recruiter of alpha"].headers).status_code == 201


def test_every_question_has_its_own_answer(client, askers):
    counts = mutated(client, askers, 150)
    assert counts["different"] == 0
    assert counts["hits"] > 10


@pytest.mark.full
def test_five_thousand_mutated_questions_have_their_own_answers(client, askers):
    counts = mutated(client, askers, 5_000)
    print(dict(counts))
    assert counts["different"] == 0
    assert counts["hits"] > 500


def test_a_key_without_parameters_would_be_caught(client, askers, monkeypatch):
    key_of = caching.key_of
    monkeypatch.setattr(
        caching, "key_of", lambda build, route, path, _parameters, scope: key_of(build, route, path, [], scope)
    )
    assert mutated(client, askers, 200)["different"] > 0


def writes(client, askers: dict[str, Asker]) -> Iterator[str]:
    """Do one write after another, of every kind; each is given its name once it is done."""
    admin = askers["admin"].headers | ANY
    recruiter, candidate = askers["recruiter of alpha"].headers | ANY, askers["candidate 1"].headers | ANY
    steps = [
        ("POST", "jobs", {"title": "Cook", "description": "Cook.", "status": "draft"}, recruiter),
        ("PATCH", "jobs/5", {"title": "Chef", "skills": ["Python"]}, recruiter),
        ("POST", "jobs/5/publish", {}, recruiter),
        ("PUT", "jobs/1/hiring-team/2", {"role": "hiring_manager"}, recruiter),
        ("PUT", "jobs/1/hiring-team/2", {"role": "interviewer"}, recruiter),
        ("PATCH", "jobs/2", {"title": "Renamed"}, recruiter),
        ("DELETE", "jobs/1/hiring-team/2", None, recruiter),
        ("POST", "jobs/2/confirm", {}, recruiter),
        ("POST", "jobs/bulk", {"mode": "atomic", "jobs": [{"title": "Baker", "description": "Bake."}]}, recruiter),
        ("POST", "applications/1/move", {"stage": "screen"}, recruiter),
        ("PATCH", "applications/1", {"tags": ["strong"], "source": "fair"}, recruiter),
        ("POST", "applications/1/notes", {"text": "Good."}, recruiter),
        ("POST", "applications/1/reject", {"reason": "other_candidate"}, recruiter),
        ("POST", "applications/1/undo", {}, recruiter),
        ("POST", "applications/bulk-move", {"ids": [1], "stage": "offer"}, recruiter),
        ("POST", "applications/1/withdraw", {}, candidate),
        ("POST", "jobs/2/pause", {}, recruiter),
        ("POST", "jobs/5/close", {"reason": "filled"}, recruiter),
        ("PATCH", "companies/1", {"name": "Alpha and Sons"}, admin),
        ("POST", "teams", {"name": "Kitchen"}, recruiter),
        ("PATCH", "teams/1", {"name": "Ward"}, recruiter),
        ("PATCH", "users/2", {"role": "interviewer"}, recruiter),
        ("PATCH", "users/3", {"team_id": None}, recruiter),
        ("DELETE", "teams/1", None, recruiter),
        ("PATCH", "users/3", {"is_active": False}, recruiter),
        ("PATCH", "users/me", {"full_name": "canary-candidate-1 renamed"}, candidate),
        ("POST", "companies", {"name": "Gamma"}, admin),
        ("DELETE", "jobs/5", None, recruiter),
    ]  # fmt: skip
    for method, path, body, headers in steps:
        answer = client.open(f"/api/v2/{path}", method=method, json=body, headers=headers)
        assert answer.status_code < 300, (method, path, answer.text)
        yield f"{method} {path}"
    with client.application.app_context(), writing() as session:
        feature_jobs(session, [2], featured=False)
    yield "featuring"
    with client.application.app_context(), writing() as session:
        expire_jobs(session, now())
    yield "expiring"


def stale_after_writes(
    client, askers: dict[str, Asker], everybody: tuple[str, ...], version: str
) -> list[tuple[str, str, str]]:
    """Return (write, who, address) of each kept answer that a write left older than the database."""
    questions = [(who, target) for who in everybody for target in targets() if version in target]

    def ask(who: str, target: str, **more: str) -> Response:
        return client.get(target, headers={**askers[who].headers, **more})

    for who, target in questions:
        ask(who, target)
    stale = []
    for name in writes(client, askers):
        for who, target in questions:
            if is_other(ask(who, target), ask(who, target, **FRESH)):
                stale.append((name, who, target))
    return stale


def test_every_write_is_shown_at_once(client, askers):
    assert stale_after_writes(client, askers, ("hiring_manager of alpha",), "v2") == []


@pytest.mark.full
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_write_is_shown_at_once_by_every_address_to_everybody(client, askers, version):
    everybody = ("anonymous", "admin", "recruiter of alpha", "hiring_manager of alpha", "candidate 1")
    assert stale_after_writes(client, askers, everybody, version) == []


def test_writes_that_announce_nothing_would_be_caught(app, client, askers, monkeypatch):
    announcer = app.extensions[CHANGES]
    monkeypatch.setitem(app.extensions, CHANGES, Announcer(announcer.tags_of, lambda *_change: None))
    monkeypatch.setattr(app.extensions[CACHE], "sample_every", 0)
    assert len(stale_after_writes(client, askers, ("hiring_manager of alpha",), "v2")) > 20
