"""Formats: found out from the content, read row by row."""

from __future__ import annotations

import pytest
from tests.domains.jobs.importing.files import gzipped, lines, records, row, titles

pytestmark = pytest.mark.once


def test_json_lines_are_numbered_and_blank_ones_are_none():
    found = records(b"\n" + lines(row(title="A")) + b"  \n" + lines(row(title="B")))

    assert [(record.line, record.fields["title"]) for record in found] == [(2, "A"), (4, "B")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"title": "caf\xe9"}', "not valid UTF-8 at byte 15"),
        (b'{"title": "x"', "not valid JSON"),
        (b'{"title": "x\x00"}', "not valid JSON"),
        (b"[1]", "a row must be an object"),
        (b"7", "a row must be an object"),
        (b'{"title": "' + b"x" * 5_000_000 + b'"}', "the line has more than 4 MiB"),
    ],
)
def test_a_bad_line_is_refused_and_the_next_is_read(line, reason):
    first, bad, last = records(lines(row(title="A"), line, row(title="B")))

    assert bad.line == 2
    assert bad.refused is not None
    assert bad.refused.startswith(reason)
    assert titles([first, last]) == ["A", "B"]


def test_csv_reads_quoted_line_breaks_and_numbers_rows_by_their_first_line():
    found = records(b'Title;Company Name;Salary-Min\n"Data\nEngineer";Viamo;10\nNurse;;\n')

    assert [(record.line, dict(record.fields)) for record in found] == [
        (2, {"title": "Data\nEngineer", "company": "Viamo", "salary_min": "10"}),
        (4, {"title": "Nurse"}),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a,b,c,d", "the row has 4 cells, the header 2"),
        (b"caf\xe9,b", "not valid UTF-8"),
        (b"x" * 5_000_000 + b",b", "a line has more than 4 MiB"),
    ],
)
def test_a_bad_csv_row_is_refused_and_the_next_is_read(line, reason):
    bad, good = records(b"title,company\n" + line + b"\nNurse,Viamo\n")

    assert (bad.line, bad.refused) == (2, reason)
    assert good.fields["title"] == "Nurse"


def test_a_json_document_may_be_a_list_or_hold_one():
    assert titles(records(b'[\n{"title": "A"},\n{"title": "B"}\n]')) == ["A", "B"]
    assert titles(records(b'{\n"jobs": [{"title": "A"}, {"title": "B"}]}')) == ["A", "B"]


def test_columns_can_be_mapped_also_into_objects():
    [record] = records(
        lines({"headline": "Nurse", "employer": {"name": "Viamo"}}), title="headline", company="employer.name"
    )

    assert record.fields["title"] == "Nurse"
    assert record.fields["company"] == "Viamo"


def test_a_file_that_breaks_off_keeps_its_rows_and_ends_with_a_reject():
    content = gzipped(lines(*(row(external_id=str(n), title=f"Job {n * n * 7919}") for n in range(5000))))

    *taken, last = records(content[: len(content) // 2])

    assert taken
    assert all(record.refused is None for record in taken)
    assert last.line == taken[-1].line + 1
    assert last.refused == "the gzip data ends too early"


def test_an_empty_file_has_no_rows():
    assert records(b"") == []
    assert records(gzipped(b"\n \n")) == []
