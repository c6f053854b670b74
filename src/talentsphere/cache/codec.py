"""Entries as bytes: a format version, a keyed checksum, JSON and the body. Never a pickle.

The checksum is over the entry's key as well and needs the instance's secret: what somebody else wrote into the store,
or moved to another key, is not an entry.
"""

from __future__ import annotations

from hashlib import blake2b
from hmac import compare_digest

import orjson

from talentsphere.cache.entry import LARGEST, Damaged, Entry

MAGIC = b"TSC1"
DIGEST_BYTES = 16
LENGTH_BYTES = 4
HEAD_BYTES = len(MAGIC) + DIGEST_BYTES + LENGTH_BYTES
LONGEST = LARGEST + 65_536


class Codec:
    """Packs and unpacks with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = blake2b(secret, digest_size=32, person=b"cached bodies").digest()

    def pack(self, key: str, entry: Entry) -> bytes:
        """Return ``entry`` as it is stored under ``key``."""
        encoding = "gzip" if "gzip" in entry.bodies else "identity"
        facts = [
            entry.policy, entry.route, entry.status, entry.headers, entry.etag, entry.length, entry.epoch,
            entry.horizon, entry.slots, entry.made_at, entry.ends_at, encoding,
        ]  # fmt: skip
        meta = orjson.dumps(facts)
        rest = len(meta).to_bytes(LENGTH_BYTES) + meta + entry.bodies[encoding]
        return MAGIC + self._digest(key, rest) + rest

    def unpack(self, key: str, data: bytes) -> Entry:
        """Return the entry, or raise ``Damaged``."""
        if not isinstance(data, bytes) or len(data) > LONGEST or data[: len(MAGIC)] != MAGIC:
            raise Damaged("another format")
        digest, rest = data[len(MAGIC) : len(MAGIC) + DIGEST_BYTES], data[len(MAGIC) + DIGEST_BYTES :]
        if not compare_digest(digest, self._digest(key, rest)):
            raise Damaged("another checksum")
        size = int.from_bytes(rest[:LENGTH_BYTES])
        policy, route, status, headers, *more = orjson.loads(rest[LENGTH_BYTES : LENGTH_BYTES + size])
        etag, length, epoch, horizon, slots, made_at, ends_at, encoding = more
        pairs = tuple((name, value) for name, value in headers)
        body = {encoding: rest[LENGTH_BYTES + size :]}
        return Entry(policy, route, status, pairs, etag, length, epoch, horizon, tuple(slots), made_at, ends_at, body)

    def _digest(self, key: str, rest: bytes) -> bytes:
        return blake2b(key.encode() + b"\0" + rest, key=self._secret, digest_size=DIGEST_BYTES).digest()
