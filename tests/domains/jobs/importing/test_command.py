"""The commands, as an operator runs them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from tests.domains.jobs.importing.files import lines, row

from talentsphere.cli import main

pytestmark = pytest.mark.once


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command on an instance of its own."""
    monkeypatch.setenv("TALENTSPHERE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def invoke(*arguments: str, content: bytes | None = None):
        return CliRunner().invoke(main, arguments, input=content)

    (tmp_path / "home").mkdir()
    assert invoke("db", "upgrade").exit_code == 0
    return invoke


def test_import_tells_the_counts_and_the_status(run, tmp_path):
    good, bad = (tmp_path / name for name in ("good.jsonl", "bad.jsonl"))
    good.write_bytes(lines(row()))
    bad.write_bytes(lines(row(external_id="2"), row(external_id="3", title="")))

    first, again, some = (run("import", "jobs", str(file), "--json") for file in (good, good, bad))

    assert [result.exit_code for result in (first, again, some)] == [0, 0, 1]
    assert {**json.loads(first.stdout), "seconds": 0} == {
        "read": 1, "added": 1, "updated": 0, "unchanged": 0, "rejected": 0, "seconds": 0,
    }  # fmt: skip
    assert json.loads(again.stdout)["unchanged"] == 1
    assert run("import", "jobs", str(good)).stdout.startswith("1 read in ")


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{}\n", 1), (lines(row(title=""), b"{"), 1), (b'{"\n', 2), (b"\x1f\x8b\x08broken", 2), (b"", 2)],
    ids=["a row without a title", "that and half a row", "half a row", "a broken archive", "nothing"],
)
def test_a_file_of_rejects_is_told_from_one_that_cannot_be_read(run, content, status):
    assert run("import", "jobs", "-", "--format", "jsonl", content=content).exit_code == status


def test_a_missing_file_cannot_be_read(run, tmp_path):
    assert run("import", "jobs", str(tmp_path / "none.jsonl")).exit_code == 2


def test_rejects_that_cannot_be_written_are_a_usage_error(run, tmp_path):
    result = run("import", "jobs", "-", "--rejects", str(tmp_path / "none" / "rejects.jsonl"), content=lines(row()))

    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert "Invalid value for --rejects: cannot write" in result.stderr


@pytest.fixture
def analyzed(tmp_path):
    """Return the tables that the planner has statistics of."""

    def read() -> set[str]:
        with closing(sqlite3.connect(tmp_path / "home" / "talentsphere.db")) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone()
            return {name for (name,) in connection.execute("SELECT tbl FROM sqlite_stat1")} if known else set()

    return read


def test_the_planner_is_told_of_many_rows_not_of_few(run, analyzed):
    run("seed", "--jobs", "300")
    few = analyzed()
    run("seed", "--jobs", "1000", "--seed", "2")

    assert "jobs" not in few
    assert "jobs" in analyzed()


def test_the_planner_is_told_of_what_is_prepared(run, analyzed):
    assert run("prepare").exit_code == 0
    assert "skills" in analyzed()


def test_import_reads_standard_input(run):
    result = run("import", "jobs", "-", "--source", "pipe", "--json", content=lines(row()))

    assert json.loads(result.stdout)["added"] == 1


def test_rejects_are_written_with_file_line_and_reason(run, tmp_path):
    file, rejects = tmp_path / "jobs.csv", tmp_path / "rejects.jsonl"
    file.write_text("headline,company\nNurse,Viamo\n,Viamo\n")

    result = run("import", "jobs", str(file), "--map", "title=headline", "--rejects", str(rejects))

    assert result.exit_code == 1
    assert "line 3: no title" in result.stderr
    assert json.loads(rejects.read_text()) == {"file": str(file), "line": 3, "reason": "no title"}


def test_unknown_field_of_a_mapping_is_a_usage_error(run):
    result = run("import", "jobs", "-", "--map", "tittle=x")

    assert result.exit_code == 2
    assert "is not FIELD=COLUMN" in result.stderr


def test_skills_then_sample_then_feature(run):
    skills, again, sample = (
        run("import", "skills", "--json"),
        run("import", "skills", "--json"),
        run("import", "jobs", "--sample", "--json"),
    )
    feature, unknown = run("jobs", "feature", "1", "2"), run("jobs", "feature", "999999", "--json")

    assert json.loads(skills.stdout)["added"] > 20_000
    assert json.loads(again.stdout)["unchanged"] == json.loads(skills.stdout)["added"]
    assert (json.loads(sample.stdout)["added"], sample.exit_code) == (2263, 0)
    assert (feature.exit_code, feature.stdout) == (0, "2 changed\n")
    assert (unknown.exit_code, json.loads(unknown.stdout)) == (1, {"changed": 0, "missing": [999999]})


def test_a_file_that_is_no_dictionary_is_refused(run, tmp_path):
    file = tmp_path / "skills.csv"
    file.write_text("name,aliases\nPython,py\n")

    result = run("import", "skills", str(file))

    assert result.exit_code == 2
    assert "no column 'skill'" in result.stderr


def test_seed_makes_the_same_again_and_nothing_twice(run):
    first = run("seed", "--jobs", "300", "--until", "2026-06-01", "--json")
    again = run("seed", "--jobs", "300", "--until", "2026-06-01", "--json")

    assert json.loads(first.stdout)["added"] == 300
    assert (json.loads(again.stdout)["added"], json.loads(again.stdout)["unchanged"]) == (0, 300)
