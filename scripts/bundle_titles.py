#!/usr/bin/env python3
"""Make the bundled dictionary of job titles of a published one: the same rows, each title once.

    scripts/bundle_titles.py path/to/job_titles.csv.gz            writes src/talentsphere/sample/titles.csv.gz
    scripts/bundle_titles.py path/to/job_titles.csv.gz --dry-run  only counts

The same input gives the same bytes. Provenance and attribution: src/talentsphere/sample/PROVENANCE.md.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
from pathlib import Path

from talentsphere.search.words import words_of

TARGET = Path(__file__).resolve().parent.parent / "src/talentsphere/sample/titles.csv.gz"
COLUMNS = ("source", "code", "group", "title", "aliases")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dictionary", type=Path)
    parser.add_argument("--dry-run", action="store_true")
    arguments = parser.parse_args()
    with gzip.open(arguments.dictionary, "rt", encoding="utf-8", newline="") as file:
        rows = sorted(map(cleaned, csv.DictReader(file)), key=lambda row: (row["source"], row["code"]))
    print(f"{len(rows):,} occupations, {sum(row['aliases'].count('|') + 1 for row in rows):,} other titles")
    if not arguments.dry_run:
        TARGET.write_bytes(gzip.compress(written(rows), compresslevel=9, mtime=0))


def cleaned(row: dict[str, str]) -> dict[str, str]:
    """Return the row without titles that are the same words as another of it."""
    named = {tuple(words_of(row["title"])): row["title"]}
    for alias in row["aliases"].split("|"):
        named.setdefault(tuple(words_of(alias)), alias.strip())
    named.pop((), None)
    return row | {"aliases": "|".join(list(named.values())[1:])}


def written(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    main()
