"""Fingerprints of postings: equal ones for equal words, and sketches by which near copies are found and measured.

A **sketch** is a MinHash of the shingles (three words in a row) of title, place and text, by one permutation with 64
bins (Li, Owen, Zhang 2012), of which it keeps 8 bits each: the share of equal bins estimates which share of all
shingles two postings have in common (Jaccard). Empty bins take from the next one (Shrivastava, Li 2014).
Four **bands** of three bins each are indexed. Measured with 800 real adverts in which words were replaced: the estimate
is 0.03 off on average; of those that share 90 % of their shingles 99.5 % meet in a band, of 80 % some 90 %. Pure.
"""

from __future__ import annotations

import string
from bisect import bisect_left
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from zlib import crc32

BINS, BANDS, ROWS = 64, 4, 3
BAND_NAMES = tuple(f"near_{number}" for number in range(1, BANDS + 1))
ALIKE_FROM = 0.7
"""The least score of what is shown as similar."""
SHOWN = 10
_BETWEEN = str.maketrans(dict.fromkeys(string.punctuation + "–—‘’“”«»•·…", " "))  # as adverts have them
_BIN_SHIFT, _REST, _FAR = 26, (1 << 26) - 1, 0x2545F49
CHANCE = 1 / 256
"""How often bins of nothing alike are equal."""

Fingerprint = dict[str, Any]
"""``text_hash``, ``near_1`` to ``near_4`` and ``sketch``: columns of ``jobs``."""


def fingerprint_of(title: str, location: str | None, text: str) -> Fingerprint:
    """Return the fingerprint of a posting; some 0.1 ms for an advert of 350 words."""
    words = " ".join(f"{title} {location or ''} {text}".casefold().translate(_BETWEEN).split()).encode()
    digest = blake2b(words, digest_size=8).digest()
    bins = _bins(words)
    return {
        "text_hash": int.from_bytes(digest, "big", signed=True),
        **{name: _band(bins, band) for band, name in enumerate(BAND_NAMES)},
        "sketch": bytes(value & 0xFF for value in bins).hex(),
    }


def likeness(held: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return ``{id, score, why}`` of the posting ``held`` that ``new`` is like, or nothing when it is not.

    Both have the columns of a fingerprint, ``title_key`` and ``location_key``.
    """
    is_same = held["text_hash"] == new["text_hash"]
    score = 1.0 if is_same else _shared(held["sketch"], new["sketch"])
    if score < ALIKE_FROM:
        return None
    why = ["same_text" if is_same else "similar_text"]
    why += ["same_title"] if held["title_key"] == new["title_key"] else []
    why += ["same_place"] if held["location_key"] and held["location_key"] == new["location_key"] else []
    return {"id": held["id"], "score": score, "why": why}


def _shared(one: str, other: str) -> float:
    equal = sum(a == b for a, b in zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)) / BINS
    return round(min(max(0.0, (equal - CHANCE) / (1 - CHANCE)), 0.99), 2)


def _bins(words: bytes) -> list[int]:
    """Return the smallest shingle of each bin; an empty one has what the next full one has, marked by how far that is.

    CRC-32 is the same in every process, and fast.
    """
    row = words.split(b" ")
    row += row[-1:] * (3 - len(row))
    pairs = map(crc32, row[1:], map(crc32, row))  # each goes on with the word after it
    shingles = sorted(map(crc32, row[2:], pairs))
    found = (shingles[bisect_left(shingles, place << _BIN_SHIFT) % len(shingles)] for place in range(BINS))
    return [(value + ((value >> _BIN_SHIFT) - place) % BINS * _FAR) & _REST for place, value in enumerate(found)]


def _band(bins: list[int], band: int) -> int:
    values = (bins[band + row * (BINS // ROWS)] for row in range(ROWS))
    return crc32(b"".join(value.to_bytes(4, "big") for value in values)) - (1 << 31)
