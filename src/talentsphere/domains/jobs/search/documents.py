"""Postings as documents of the search index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from talentsphere.domains.jobs.models import SAMPLE
from talentsphere.search.index import Index
from talentsphere.search.tokens import (
    TOKENIZER,
    Document,
    as_text,
    as_vector,
    filter_token,
    pay_tokens,
    stored_words,
    tokens_of,
)

INDEX = Index(table="search_doc", fts="fts_jobs", gin="gin_search_doc_tokens")
SAMPLED = "_9"
"""Stands in one document of ``SAMPLE``."""
Values = Mapping[str, Any] | RowMapping
KINDS = {
    "country": "c", "employment_type": "e", "experience_level": "l", "currency": "m", "company_id": "o",
}  # fmt: skip
PLACES = {"location_key": "pl", "city_key": "pc", "region_key": "pr"}
SKILL, REMOTE, FEATURED = "s", "r", "f"
STATED = ("pay_yearly", "location", "employment_type", "experience_level")


def document_of(job: Values, skills: Sequence[Mapping[str, Any]], dialect: str) -> dict[str, Any]:
    """Return the row of ``search_doc`` of a posting, of its columns by name and its skills ({id, name})."""
    fields = (job["description_text"], job["location"] or "", *(skill["name"] for skill in skills))
    tokens = tokens_of(Document(job["key"], job["title"], fields, list(_filters(job, skills))))
    return {
        "key": job["key"],
        "job_id": job["id"],
        **{name: job[name] for name in ("company_id", "country", "remote", "employment_type", "experience_level")},
        "pay": job["pay_yearly"],
        "complete": sum(bool(job[name]) for name in STATED) + bool(skills),
        "tokenizer": TOKENIZER,
        "skills": as_text([str(skill["id"]) for skill in skills]),
        "head": as_text(stored_words(job["title"])),
        "tokens": as_text(tokens) if dialect == "sqlite" else as_vector(tokens, job["key"]),
    }


def _filters(job: Values, skills: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for name, kind in {**KINDS, **PLACES}.items():
        if job[name] is not None:
            yield filter_token(kind, job[name])
    yield filter_token(REMOTE, int(job["remote"]))
    yield filter_token(FEATURED, int(job["featured"]))
    yield from (filter_token(SKILL, skill["id"]) for skill in skills)
    yield from pay_tokens(job["pay_yearly"])
    if job["id"] % SAMPLE == 0:
        yield SAMPLED
