"""Lines of a file of any size, plain or gzipped, in bounded memory, whatever stands in it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

CHUNK_BYTES = 16 * 1024
"""Inflates to 16 MiB at most, and little is lost before a damaged place."""
MAX_LINE_BYTES = 4 * 1024 * 1024

GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """The rest of the file cannot be read; what came before was given out."""


def content_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of ``file`` in chunks, inflated when it is gzipped; raise ``Unreadable`` at damage."""
    chunks = _chunks(file)
    first = next(chunks, b"")
    if first.startswith(UTF16_BOMS):
        raise Unreadable("the file is UTF-16, only UTF-8 is read")
    if first.startswith(GZIP_MAGIC):
        yield from _inflated(first, chunks)
    else:
        yield first.removeprefix(UTF8_BOM)
        yield from chunks


def numbered_lines(chunks: Iterable[bytes], limit: int = MAX_LINE_BYTES) -> Iterator[tuple[int, bytes | None]]:
    """Yield ``(number from 1, line without its end)``; None for a line of more than ``limit`` bytes.

    At most ``limit`` bytes and one chunk are held.
    """
    number, held, size = 1, list[bytes](), 0
    for chunk in chunks:
        *complete, rest = chunk.split(b"\n")
        for piece in complete:
            yield number, _joined(held, piece, size, limit)
            number, held, size = number + 1, [], 0
        size += len(rest)
        held = [*held, rest] if size <= limit else []
    if size:
        yield number, _joined(held, b"", size, limit)


def _joined(held: list[bytes], last: bytes, size: int, limit: int) -> bytes | None:
    if size + len(last) > limit:
        return None
    return b"".join((*held, last)).removesuffix(b"\r")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            chunk = file.read(CHUNK_BYTES)
        except OSError as error:
            raise Unreadable(f"reading stopped: {error.strerror or error}") from error
        if not chunk:
            return
        yield chunk


def _inflated(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    """Inflate one gzip member after the other; zeros between them are padding."""
    inflater, pending = None, first
    while pending:
        if inflater is None:
            pending = pending.lstrip(b"\0")
            inflater = zlib.decompressobj(wbits=31) if pending else None
        if inflater is not None:
            yield _inflate(inflater, pending)
            pending = inflater.unused_data
            inflater = None if inflater.eof else inflater
        pending = pending or next(others, b"")
    if inflater is not None:
        raise Unreadable("the gzip data ends too early")


def _inflate(inflater: zlib._Decompress, data: bytes) -> bytes:
    try:
        return inflater.decompress(data)
    except zlib.error as error:
        raise Unreadable(f"the gzip data is damaged ({error})") from error
