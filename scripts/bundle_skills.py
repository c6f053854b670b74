#!/usr/bin/env python3
"""Make the bundled skill dictionary of a published one: the same rows, without aliases that belong to other skills.

    scripts/bundle_skills.py path/to/skills.csv            writes src/talentsphere/sample/skills.csv.gz
    scripts/bundle_skills.py path/to/skills.csv --dry-run  only counts

The same input gives the same bytes. Provenance and attribution: src/talentsphere/sample/PROVENANCE.md.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
from pathlib import Path

from talentsphere.domains.skills.dictionary import plausible_aliases

TARGET = Path(__file__).resolve().parent.parent / "src/talentsphere/sample/skills.csv.gz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dictionary", type=Path)
    parser.add_argument("--dry-run", action="store_true")
    arguments = parser.parse_args()
    with arguments.dictionary.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or ()), [cleaned(row) for row in reader]
    print(f"{len(rows):,} skills, {sum(bool(row['aliases']) for row in rows):,} with aliases")
    if not arguments.dry_run:
        TARGET.write_bytes(gzip.compress(written(columns, rows), compresslevel=9, mtime=0))


def cleaned(row: dict[str, str]) -> dict[str, str]:
    """Return the row without implausible ESCO aliases; when none is left, its ESCO address is another skill's too."""
    if not row["code"].startswith("http://data.europa.eu/esco/"):
        return row
    kept = plausible_aliases(row["skill"], row["aliases"].split("|"))
    return row | {"aliases": "|".join(kept), "code": row["code"] if kept else ""}


def written(columns: list[str], rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    main()
