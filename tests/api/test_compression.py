"""Encodings as the client weighs them."""

from __future__ import annotations

import flask_compress.flask_compress as library
import pytest
from tests.contract import decoded
from tests.factories import make_job, make_jobs

from talentsphere.api.static import FOLDER, static_url
from talentsphere.app import create_app
from talentsphere.cache import entry

BIG, SMALL = "/api/v2/jobs?limit=50", "/api/v2/jobs/stats"


@pytest.fixture
def plain(client) -> bytes:
    make_jobs(50)
    return client.get(BIG).data


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br; q=0.5, gzip; q=0.9", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("GZIP", "gzip"),
        ("", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip;q=0, br;q=0", None),
        ("gzip;q=0, identity", None),
        ("identity, gzip;q=0.5", None),
        ("*;q=0", None),
        ("deflate", None),
        ("nonsense;q=x", None),
    ],
)
def test_the_encoding_is_the_one_that_the_client_likes_best(client, plain, accepted, chosen):
    response = client.get(BIG, headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == chosen
    assert decoded(response) == plain


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_answers_vary_by_encoding_whether_compressed_or_not(client, plain, accepted):
    assert "Accept-Encoding" in client.get(BIG, headers={"Accept-Encoding": accepted}).headers["Vary"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_list_shrinks_at_least_fourfold(client, plain, encoding):
    assert len(client.get(BIG, headers={"Accept-Encoding": encoding}).data) * 4 <= len(plain)


def test_each_encoding_has_a_tag_of_its_own(client, plain):
    tags = {
        client.get(BIG, headers={"Accept-Encoding": each}).headers["ETag"]
        for each in ("gzip", "br", "zstd", "identity")
    }
    assert len(tags) == 4


def test_the_tag_of_one_encoding_serves_for_another(client, plain):
    etag = client.get(BIG, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert client.get(BIG, headers={"Accept-Encoding": "br", "If-None-Match": etag}).status_code == 304


def test_bodies_under_500_bytes_stay_plain(client):
    make_job()
    response = client.get(SMALL, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert len(response.data) < 500
    assert "Content-Encoding" not in response.headers


def test_the_length_is_that_of_the_body(client, plain):
    response = client.get(BIG, headers={"Accept-Encoding": "gzip"})
    assert int(response.headers["Content-Length"]) == len(response.data)


@pytest.fixture
def compressions(monkeypatch) -> list[str]:
    """The encoding of each body that is compressed during the test."""
    done: list[str] = []
    compress = library._compress_data

    def note(app, data, algorithm):
        done.append(algorithm)
        return compress(app, data, algorithm)

    monkeypatch.setattr(library, "_compress_data", note)
    return done


def test_a_file_is_compressed_once_for_each_encoding(settings, compressions):
    client, target = create_app(settings).test_client(), static_url("swagger-ui-bundle.js")
    answers = [client.get(target, headers={"Accept-Encoding": each}) for each in ("br", "gzip", "br", "gzip", "br")]
    assert compressions == ["br", "gzip"]
    assert {decoded(answer) for answer in answers} == {(FOLDER / "swagger-ui-bundle.js").read_bytes()}
    assert len({answer.headers["ETag"] for answer in answers}) == 2


def test_an_answer_that_is_kept_is_compressed_once_for_each_encoding(client, plain, monkeypatch):
    done: list[str] = []
    compress = entry.compressed

    def note(body, encoding):
        done.append(encoding)
        return compress(body, encoding)

    monkeypatch.setattr(entry, "compressed", note)
    for encoding in ("br", "gzip", "zstd", "br", "zstd", "identity"):
        client.get(BIG, headers={"Accept-Encoding": encoding})
    assert done == ["br", "zstd"]
