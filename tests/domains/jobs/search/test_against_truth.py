"""Searches and facets against a look at every posting, on the engine under test: so both engines answer alike."""

from __future__ import annotations

from random import Random

import pytest
from tests.domains.jobs.search import truth

from talentsphere.db.base import now
from talentsphere.db.session import reading
from talentsphere.domains.jobs.search import asking, finding
from talentsphere.domains.jobs.search.asking import asked_of
from talentsphere.domains.jobs.search.facets import FACETS, band_of

SEARCHES, FILTERED = 300, 50
SMALL = {
    "country": "country", "employment_type": "employment_type", "experience_level": "experience_level",
}  # fmt: skip


def vocabulary(every) -> list[str]:
    """Words as often as they stand somewhere, so that most searches find something."""
    random = Random(1)
    texts = [f"{each.row.title} {each.row.description_text}" for each in random.sample(every, 150)]
    return [word for text in texts for word in text.split() if word.isalnum()]


def question(random: Random, words: list[str], every) -> str:
    def term() -> str:
        kind, word = random.random(), random.choice(words)
        if kind < 0.55:
            return word
        if kind < 0.65:
            return f"{word[: random.randint(1, 5)]}*"
        if kind < 0.75:
            return f"-{word}"
        if kind < 0.85:
            return f"title:{random.choice(random.choice(every).row.title.split())}"
        text = random.choice(every).row.description_text.split()
        at = random.randrange(len(text))
        return ('"' if random.random() < 0.8 else '-"') + " ".join(text[at : at + 2]).replace('"', "") + '"'

    return " ".join(term() for _ in range(random.choice([1, 1, 1, 2, 2, 3, 4])))


def ids_and_scores(client, **query) -> list[tuple[int, int]]:
    found, cursor = [], ""
    while cursor is not None:
        answer = client.get("/api/v2/jobs/search", query_string={**query, "limit": 100, "explain": 1, "cursor": cursor})
        assert answer.status_code == 200, answer.json
        found += [(each["id"], each["score"]) for each in answer.json["data"]]
        cursor = answer.json["next"]
    return found


def test_three_hundred_searches_find_what_a_look_at_every_posting_finds_in_the_same_order(app, board, monkeypatch):
    monkeypatch.setattr(finding, "CUT", 60)  # so that a board of a thousand postings is cut too
    monkeypatch.setattr(truth, "CUT", 60)
    monkeypatch.setattr(asking, "FIRST", 150)
    monkeypatch.setattr(asking, "SECOND", 500)
    asking._floors.clear()
    client, every = board
    random, words = Random(7), vocabulary(every)
    wrong, cut, empty = [], 0, 0
    for _ in range(SEARCHES):
        query = {"q": question(random, words, every)}
        if client.get("/api/v2/jobs/search", query_string=query).status_code == 400:
            continue  # nothing but signs
        with app.app_context(), reading() as session:
            asked = asked_of(session, {"q": " ".join(query["q"].split())})
        wanted = [(id_, score) for score, _, id_ in truth.found(asked, every, int(now().timestamp()) // 86_400)]
        cut, empty = cut + (len(wanted) >= 60), empty + (not wanted)
        if ids_and_scores(client, **query) != wanted:
            wrong.append(query)
    assert wrong == []
    assert cut > 30
    assert empty < 100


def test_a_look_at_other_postings_finds_something_else(app, board):
    """The comparison can fail."""
    client, every = board
    with app.app_context(), reading() as session:
        asked = asked_of(session, {"q": "manager"})
    wanted = truth.found(asked, every[1:] if "manager" in every[0].words else every, int(now().timestamp()) // 86_400)
    first = next(each for each in every if "manager" in each.words)
    lacking = truth.found(asked, [each for each in every if each is not first], int(now().timestamp()) // 86_400)
    assert ids_and_scores(client, q="manager") != [(id_, score) for score, _, id_ in lacking]
    assert wanted


def some_filters(random: Random, every) -> dict:
    row = random.choice(every).row
    filters: dict = {}
    if random.random() < 0.4:
        filters["country"] = [row.country or "US", random.choice(["DE", "CA", "GB"])][: random.randint(1, 2)]
    if random.random() < 0.3:
        filters["remote"] = [random.random() < 0.5]
    if random.random() < 0.3:
        filters["employment_type"] = [row.employment_type or "full_time", "contract"][: random.randint(1, 2)]
    if random.random() < 0.3 and row.experience_level:
        filters["experience_level"] = [row.experience_level]
    if random.random() < 0.3:
        filters["salary_min"] = [random.choice([1, 30_000, 52_345, 80_000])]
    if random.random() < 0.2:
        filters["company"] = [row.company_id]
    if random.random() < 0.3 and row.skills:
        filters["skill"] = [skill["slug"] for skill in row.skills][: random.randint(1, 2)]
    if random.random() < 0.1 and row.city_key:
        filters["city"] = [row.city_key]
    if random.random() < 0.1 and row.location_key:
        filters["location"] = [row.location_key, "remote"][: random.randint(1, 2)]
    if random.random() < 0.1:
        filters["featured"] = [False]
    return filters


def passes(posting, filters: dict, apart: str = "") -> bool:
    row = posting.row
    for name, values in filters.items():
        own = {"salary": "salary_min"}.get(apart, apart)
        if name == own:
            continue
        held = {
            "company": row.company_id, "city": row.city_key, "featured": row.featured, "remote": row.remote,
        }.get(name, getattr(row, name, None))  # fmt: skip
        if name == "skill":
            if not {skill["slug"] for skill in row.skills} & set(values):
                return False
        elif name == "salary_min":
            if row.pay_yearly < values[0]:
                return False
        elif name == "location":
            if row.location_key not in values and not ("remote" in values and row.remote):
                return False
        elif held not in values:
            return False
    return True


def values_of(posting, facet: str) -> list:
    row = posting.row
    if facet == "skill":
        return [skill["slug"] for skill in row.skills]
    value = {"salary": band_of(row.pay_yearly), "company": row.company_id}.get(facet, getattr(row, facet, None))
    return [] if value is None else [value]


def test_fifty_sets_of_filters_count_and_show_what_a_look_at_every_posting_counts(app, board):
    client, every = board
    random, words = Random(3), vocabulary(every)
    slugs = {}
    for _ in range(FILTERED):
        filters, word = some_filters(random, every), random.choice(words)
        answer = client.get(
            "/api/v2/jobs/search",
            query_string={**filters, "q": word, "facets": ",".join(FACETS), "count": "exact", "limit": 100},
        ).json
        with app.app_context(), reading() as session:
            [wanted] = asked_of(session, {"q": word}).words
        matching = [each for each in every if truth.has(each, wanted)]
        assert answer["total"] == sum(passes(each, filters) for each in matching), (word, filters)
        for facet in FACETS:
            counts: dict = {}
            for each in matching:
                for value in values_of(each, facet) if passes(each, filters, facet) else ():
                    counts[value] = counts.get(value, 0) + 1
            shown = answer["facets"][facet]
            assert [each["count"] for each in shown] == sorted(counts.values(), reverse=True)[:20], (
                facet,
                word,
                filters,
            )
            if facet != "company":
                assert all(counts[each["value"]] == each["count"] for each in shown)
            slugs |= {each["value"]: each["name"] for each in shown if facet == "company"}
    assert len(slugs) > 5


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_pages_forward_and_back_show_each_match_once(board, sort):
    client, every = board
    query = {"q": "manager", "sort": sort, "limit": 7}
    pages, cursors, cursor = [], [], ""
    while cursor is not None:
        answer = client.get("/api/v2/jobs/search", query_string={**query, "cursor": cursor}).json
        pages.append([each["id"] for each in answer["data"]])
        cursors.append(answer.get("prev"))
        cursor = answer["next"]
    shown = [id_ for page in pages for id_ in page]
    assert len(shown) == len(set(shown)) > 14
    if sort == "newest":
        assert shown == [each.row.id for each in every if "manager" in each.words]
    before = client.get("/api/v2/jobs/search", query_string={**query, "cursor": cursors[2]}).json
    assert [each["id"] for each in before["data"]] == pages[1]
