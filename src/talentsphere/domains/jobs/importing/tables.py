"""CSV with a header line, in bounded memory, whatever its cells hold."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import zip_longest

from talentsphere.domains.jobs.importing.lines import MAX_LINE_BYTES

Row = tuple[int, dict[str, str], str | None]
"""The number of its first line, the cells that are not empty by column, and why it was refused."""

_DELIMITERS = ",;\t|"
_HALF = re.compile("[\udc80-\udcff]")

csv.field_size_limit(MAX_LINE_BYTES)


def rows_of_csv(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[Row]:
    """Yield every row below the header. Columns are lower-cased, with ``_`` for spaces."""
    texts = _Texts(lines)
    header = next(texts, "")
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        columns = [_column(cell) for cell in next(csv.reader([header], delimiter=delimiter), [])]
    except csv.Error as error:
        yield texts.first, {}, f"the header is not valid CSV: {error}"
        return
    yield from _rows(texts, columns, delimiter)


def _rows(texts: _Texts, columns: list[str], delimiter: str) -> Iterator[Row]:
    reader = csv.reader(texts, delimiter=delimiter)
    while True:
        texts.begin = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield texts.first, {}, f"not valid CSV: {error}"
            continue
        if cells or texts.has_long:
            yield _row(texts, columns, cells)


class _Texts:
    """The lines as text; remembers where the row that is being read began, and whether it was cut."""

    def __init__(self, lines: Iterator[tuple[int, bytes | None]]) -> None:
        self._lines = lines
        self.begin: int | None = None
        self.has_long = False

    def __iter__(self) -> _Texts:
        return self

    def __next__(self) -> str:
        number, line = next(self._lines)
        if self.begin is None:
            self.begin, self.has_long = number, False
        self.has_long = self.has_long or line is None
        return (line or b"").decode("utf-8", "surrogateescape") + "\n"

    @property
    def first(self) -> int:
        return self.begin or 1


def _row(texts: _Texts, columns: list[str], cells: list[str]) -> Row:
    if texts.has_long:
        return texts.first, {}, f"a line has more than {MAX_LINE_BYTES >> 20} MiB"
    if len(cells) > len(columns):
        return texts.first, {}, f"the row has {len(cells)} cells, the header {len(columns)}"
    if any(_HALF.search(cell) for cell in cells if not cell.isascii()):
        return texts.first, {}, "not valid UTF-8"
    pairs = zip_longest(columns, cells, fillvalue="")
    return texts.first, {column: cell for column, cell in pairs if column and cell.strip()}, None


def _column(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())
