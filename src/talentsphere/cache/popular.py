"""What was asked for most, remembered across restarts: what is worth warming."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import orjson

KEPT = 200


class Popular:
    """Counts by target in the file ``path``; earlier ones fade with every note. Raises nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, asked: Mapping[str, int]) -> None:
        """Add what a worker was asked for since its last note."""
        counts = Counter({target: count // 2 for target, count in self._read().items()})
        counts.update(asked)
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
            draft.write_bytes(orjson.dumps(dict(counts.most_common(KEPT))))
            draft.rename(self._path)

    def targets(self) -> list[str]:
        """Return the targets, the most asked for first."""
        return [target for target, _ in Counter(self._read()).most_common()]

    def _read(self) -> dict[str, int]:
        try:
            found = orjson.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return {str(target): int(count) for target, count in found.items()} if isinstance(found, dict) else {}
