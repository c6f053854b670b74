"""Queries that were asked before."""

from __future__ import annotations

import pytest
from marshmallow import Schema
from tests.factories import make_job

from talentsphere.api import strict
from talentsphere.domains.jobs.v2 import bp


def test_a_query_asked_again_is_not_parsed_again(client, monkeypatch):
    make_job("Nurse")
    first = client.get("/api/v2/jobs?remote=false&limit=1").get_json()
    monkeypatch.setattr(Schema, "load", lambda *_args, **_kwargs: pytest.fail("parsed again"))

    assert client.get("/api/v2/jobs?remote=false&limit=1").get_json() == first


def test_remembered_queries_are_bounded(client):
    parser = bp.ARGUMENTS_PARSER
    for number in range(1, strict.REMEMBERED + 50):
        client.get(f"/api/v2/jobs?salary_min={number}&limit=1")

    assert len(parser._parsed) <= strict.REMEMBERED


def test_warnings_are_given_each_time(client):
    warned = [client.get("/api/v1/jobs?contry=de").get_json()["meta"]["warnings"] for _ in range(2)]

    assert warned[0] == warned[1] != []
