"""One cached body with all that is needed to send it, and to know whether it is fresh."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field

SMALLEST = 500
"""Bytes from which a body is compressed."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a body that may be cached."""
OVERHEAD = 1500
"""Bytes of an entry besides its bodies, about."""
GZIP_LEVEL, BROTLI_QUALITY, ZSTD_LEVEL = 5, 4, 3
GZIP_WINDOW = 31


class Damaged(ValueError):
    """What was stored is not what was kept."""


@dataclass(slots=True)
class Entry:
    """A whole answer: plain when it is short, else compressed once."""

    policy: str
    route: str
    status: int
    headers: tuple[tuple[str, str], ...]
    """Those of the answer itself, without validators, lengths and encodings."""
    etag: str
    """Without quotes, and without the suffix of an encoding."""
    length: int
    """Bytes of the plain body."""
    epoch: int
    horizon: int
    slots: tuple[int, ...]
    made_at: float
    ends_at: float
    bodies: dict[str, bytes] = field(default_factory=dict)
    """The body by encoding: ``gzip`` or ``identity`` is stored, others are made when they are asked for."""
    rendered: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    """What the door has rendered of it, lines and body, by the encoding that a client likes best."""

    def body(self, encoding: str) -> bytes:
        """Return the body in ``encoding``: identity, gzip, br or zstd; raise ``Damaged`` when it does not inflate."""
        found = self.bodies.get(encoding)
        if found is None:
            plain = inflated(self.bodies["gzip"], self.length) if "gzip" in self.bodies else self.bodies["identity"]
            found = plain if encoding == "identity" else compressed(plain, encoding)
            if encoding != "identity":  # the plain one is rarely asked for, and long
                self.bodies[encoding] = found
        return found

    def encoding_for(self, chosen: str) -> str:
        """Return how the body is sent to a client that likes ``chosen`` best: short ones are never compressed."""
        return chosen if self.length >= SMALLEST else "identity"

    @property
    def size(self) -> int:
        return OVERHEAD + 2 * sum(map(len, self.bodies.values()))  # room for one more encoding


def compressed(body: bytes, encoding: str) -> bytes:
    """Return ``body`` compressed; the same bytes each time."""
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    if encoding == "br":
        import brotli

        made: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
        return made
    from backports import zstd

    return zstd.compress(body, ZSTD_LEVEL)


def inflated(data: bytes, length: int) -> bytes:
    """Return the plain body, which has ``length`` bytes: never more memory than that is used."""
    if not 0 <= length <= LARGEST:
        raise Damaged("too long")
    inflater = zlib.decompressobj(GZIP_WINDOW)
    try:
        plain = inflater.decompress(data, length + 1)
    except zlib.error as error:
        raise Damaged(str(error)) from None
    if len(plain) != length or not inflater.eof:
        raise Damaged("another length")
    return plain
