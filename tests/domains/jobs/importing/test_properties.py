"""Whatever a file holds, the run ends and each row is counted once."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from tests.domains.jobs.importing.files import all_counted, counts, gzipped, import_bytes, lines, records, row

from talentsphere.domains.jobs.importing.mapping import FIELDS
from talentsphere.domains.jobs.models import Job

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20)
    | st.sampled_from(["2026-01-01", "Full-time", "Berlin, DE", "100000", "US", "open"])
    | st.sampled_from(["&amp;lt;", "<p>x", "GdaÅ\x84sk"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
rows = st.dictionaries(st.sampled_from([*FIELDS, "@type", "@graph", "jsonld", "name"]), values, max_size=8)
some_rows = st.lists(
    rows | st.fixed_dictionaries({"title": st.text(min_size=1), "external_id": st.sampled_from("abc")}), max_size=6
)


@SLOW
@given(some_rows)
def test_each_json_line_is_counted_once_and_a_second_run_adds_nothing(app, database, written):
    content = b"".join(orjson.dumps(each, option=orjson.OPT_NON_STR_KEYS) + b"\n" for each in written)

    first, _ = import_bytes(app, content)
    second, _ = import_bytes(app, content)

    assert all_counted(first)
    assert all_counted(second)
    assert first.read == second.read == len(records(content))
    assert (second.added, second.updated, second.rejected) == (0, 0, first.rejected)


@SLOW
@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode), st.booleans())
def test_any_bytes_are_read_to_their_end(app, database, content, is_zipped):
    summary, _ = import_bytes(app, gzipped(content) if is_zipped else content)

    assert all_counted(summary)


@SLOW
@given(st.data())
def test_a_damaged_file_keeps_its_rows_and_is_counted(app, database, data):
    whole = gzipped(lines(*(row(external_id=str(n), title=f"Job {n}") for n in range(50))))
    place = data.draw(st.integers(2, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[place] ^= data.draw(st.integers(1, 255))

    summary, _ = import_bytes(app, bytes(damaged))

    assert all_counted(summary)


@SLOW
@given(st.lists(st.lists(st.text(max_size=12), max_size=4), max_size=6))
def test_any_csv_is_counted(app, database, cells):
    content = "title,company,salary_min\n" + "\n".join(",".join(line) for line in cells)

    summary, _ = import_bytes(app, content.encode())

    assert all_counted(summary)


def test_the_count_would_notice_a_lost_row(app, database):
    summary, _ = import_bytes(app, lines(row()))
    summary.read += 1

    assert not all_counted(summary)


@pytest.mark.parametrize(
    "name", ["jobs.jsonl.gz", "jobs_listings.jsonl.gz", "sample_jobs.jsonl.gz", "jobposting_schemaorg.jsonl"]
)
def test_real_files_import_with_a_reason_for_each_reject_and_twice_alike(app, database, real_data: Path, name):
    content = _first_rows(real_data / name)
    first, rejects = import_bytes(app, content, name)
    second, _ = import_bytes(app, content, name)

    assert all_counted(first)
    assert first.rejected == len([reason for _, reason in rejects.reasons if reason]) < first.read / 500 + 1
    assert counts(second) == (0, 0, first.read - first.rejected, first.rejected)
    with database.reading() as session:
        assert session.scalar(select(func.count(Job.id))) == first.added


@pytest.fixture
def swept(database):
    """Leave no dead rows behind: on PostgreSQL the checks of foreign keys would read them all in later tests."""
    yield
    if not database.is_sqlite:
        with database.writing() as session:
            session.execute(text("TRUNCATE jobs, companies CASCADE"))


@pytest.mark.full
@pytest.mark.usefixtures("swept")
@pytest.mark.parametrize("name", ["jobs.jsonl.gz", "jobs_listings.jsonl.gz"])
def test_whole_real_files_import_twice_alike(app, database, real_data: Path, name):
    content = (real_data / name).read_bytes()
    first, _ = import_bytes(app, content, name, helper=True)
    second, _ = import_bytes(app, content, name)

    assert first.rejected < 20
    assert counts(second) == (0, 0, first.read - first.rejected, first.rejected)


def _first_rows(path: Path, size: int = 1_000_000) -> bytes:
    """Return the beginning of a file, whole lines of it."""
    import gzip

    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return content if len(content) <= size else content[: content.rindex(b"\n", 0, size) + 1]
