"""Bulk inserts keep every character, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from tests.factories import POSTED_AT

from talentsphere.db.bulk import insert_rows
from talentsphere.domains.companies.models import Company

TEXTS = ["", "\\N", "\\", "a\tb\nc\rd", "quote \" and ' and, comma", "é – 日本 \U0001f600", "\\n", "NULL", None]


def rows(names):
    return [
        {
            "id": place, "name": "x", "name_key": str(place), "slug": str(place), "description": name,
            "confidential": place % 2 == 0, "open_jobs": -place, "version": 1, "created_at": POSTED_AT,
            "updated_at": POSTED_AT,
        }
        for place, name in enumerate(names, start=1)
    ]  # fmt: skip


@pytest.mark.unfed
def test_values_come_back_as_they_were(database):
    with database.writing() as session:
        insert_rows(session, Company.__table__, rows(TEXTS))

    with database.reading() as session:
        found = session.scalars(select(Company).order_by(Company.id)).all()
    assert [company.description for company in found] == TEXTS
    assert [company.confidential for company in found] == [place % 2 == 0 for place in range(1, len(TEXTS) + 1)]
    assert {company.created_at for company in found} == {POSTED_AT}


def test_nothing_is_no_statement(database):
    with database.writing() as session:
        insert_rows(session, Company.__table__, [])


def test_a_conflict_is_the_error_of_an_insert_and_leaves_nothing(database):
    twice = [*rows(["a"]), *rows(["b"])]

    with pytest.raises(DBAPIError), database.writing() as session:
        insert_rows(session, Company.__table__, twice)

    with database.reading() as session:
        assert session.scalars(select(Company.id)).all() == []
