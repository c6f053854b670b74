"""What the door knows of addresses: under which key the house has stored the answer to exactly this target."""

from __future__ import annotations

MOST = 4096
LONGEST = 512


class Memo:
    """Keys by raw target, written when a public answer was stored; dropped whole when it is full.

    A target that nobody stored an answer for never gets in, so made-up ones cannot fill it.
    """

    def __init__(self) -> None:
        self._keys: dict[bytes, str] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, target: bytes) -> str | None:
        return self._keys.get(target)

    def put(self, target: bytes, key: str) -> None:
        if len(target) > LONGEST or self._keys.get(target) == key:
            return
        if len(self._keys) >= MOST:
            self._keys = {}
        self._keys[target] = key
