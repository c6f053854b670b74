"""Files as records: JSON lines, JSON documents, CSV, schema.org JSON-LD, and HTML pages that hold it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

import orjson

from talentsphere.domains.jobs.importing import jsonld
from talentsphere.domains.jobs.importing.lines import MAX_LINE_BYTES, Unreadable, content_of, numbered_lines
from talentsphere.domains.jobs.importing.mapping import mapped
from talentsphere.domains.jobs.importing.posting import Record
from talentsphere.domains.jobs.importing.tables import rows_of_csv

Lines = Iterator[tuple[int, bytes | None]]
Columns = Mapping[str, str]

MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
"""A JSON document or a page is read whole, so its size is bounded; JSON lines and CSV are not."""
TOO_LONG = f"the line has more than {MAX_LINE_BYTES >> 20} MiB"
_LISTS = ("jobs", "data", "items", "results", "postings")


def records_of(file: BinaryIO, columns: Columns, form: str | None = None) -> Iterator[Record]:
    """Yield every row of ``file`` in order, as a ``Record`` that may be a refusal; never raises for content.

    ``form`` is one of ``FORMATS``; None finds it out from the first line that is not empty.
    """
    number = 0
    try:
        for record in _read(numbered_lines(content_of(file)), columns, form):
            number = record.line
            yield record
    except Unreadable as error:
        yield Record(number + 1, {}, str(error))


def _read(lines: Lines, columns: Columns, form: str | None) -> Iterator[Record]:
    first = next((line for line in lines if line[1] is None or line[1].strip()), None)
    if first is not None:
        reader = FORMATS[form or _guessed(first[1])]
        yield from reader(itertools.chain([first], lines), columns)


def _guessed(line: bytes | None) -> str:
    text = (line or b"{}").strip()
    if text.startswith(b"<"):
        return "html"
    if text.startswith(b"["):
        return "json"
    if text.startswith(b"{"):
        return "json" if text.endswith((b"{", b",", b"[")) else "jsonl"
    return "csv"


def _json_lines(lines: Lines, columns: Columns) -> Iterator[Record]:
    for number, line in lines:
        if line is None:
            yield Record(number, {}, TOO_LONG)
        elif line and not line.isspace():
            yield from _json_line(number, line, columns)


def _json_line(number: int, line: bytes, columns: Columns) -> Iterator[Record]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        yield Record(number, {}, _mistake(line, error))
        return
    yield from _rows_of(number, value, columns, len(line))


def _mistake(text: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"not valid UTF-8 at byte {wrong.start + 1}"
    return f"not valid JSON: {error}"


def _rows_of(number: int, value: object, columns: Columns, size: int = 0) -> Iterator[Record]:
    """Yield the row, or the postings of JSON-LD: one line may hold several."""
    if jsonld.is_json_ld(value):
        yield from _postings(number, value)
    elif isinstance(value, dict):
        yield Record(number, mapped(value, columns), None, size)
    else:
        yield Record(number, {}, "a row must be an object")


def _postings(number: int, value: object) -> Iterator[Record]:
    found = False
    for posting in jsonld.postings_in(value):
        found = True
        yield Record(number, jsonld.fields_of(posting))
    if not found:
        yield Record(number, {}, "the JSON-LD holds no JobPosting")


def _document(lines: Lines, columns: Columns) -> Iterator[Record]:
    """Read one JSON text; the records' numbers are their places in its list."""
    text = _whole(lines)
    if text is None:
        yield Record(1, {}, f"the JSON document has more than {MAX_DOCUMENT_BYTES >> 20} MiB; use JSON lines")
        return
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        yield Record(1, {}, _mistake(text, error))
        return
    for number, item in enumerate(_items(value), start=1):
        yield from _rows_of(number, item, columns)


def _items(value: object) -> list[Any]:
    if isinstance(value, dict) and not jsonld.is_json_ld(value):
        return next((value[name] for name in _LISTS if isinstance(value.get(name), list)), [value])
    return value if isinstance(value, list) else [value]


def _page(lines: Lines, _columns: Columns) -> Iterator[Record]:
    """Read the JSON-LD blocks of an HTML page; the records' numbers are the lines where the blocks begin."""
    page = _whole(lines)
    blocks = list(jsonld.blocks_of(page)) if page is not None else []
    if not blocks:
        yield Record(1, {}, "the page holds no JSON-LD" if page is not None else "the page is too long")
    for number, block in blocks:
        try:
            value = orjson.loads(block)
        except orjson.JSONDecodeError as error:
            yield Record(number, {}, _mistake(block, error))
            continue
        yield from _postings(number, value)


def _whole(lines: Lines) -> bytes | None:
    held, size = list[bytes](), 0
    for _, line in lines:
        size += MAX_DOCUMENT_BYTES if line is None else len(line) + 1
        if size > MAX_DOCUMENT_BYTES:
            return None
        held.append(line or b"")
    return b"\n".join(held)


def _table(lines: Lines, columns: Columns) -> Iterator[Record]:
    for number, row, refused in rows_of_csv(lines):
        yield Record(number, {} if refused else mapped(row, columns), refused)


FORMATS: Mapping[str, Callable[[Lines, Columns], Iterator[Record]]] = {
    "jsonl": _json_lines,
    "json": _document,
    "csv": _table,
    "html": _page,
}
