"""What a process remembers of API keys for a second, so that a request with a known key costs no statement."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session

from talentsphere.api.auth import Principal
from talentsphere.domains.accounts.remembering import FOR_S, MOST
from talentsphere.host.words import Words


@dataclass(frozen=True)
class _Remembered:
    caller: Principal
    words: tuple[int, ...]
    until_s: float


class RememberedKeys:
    """Callers by the hash of their key, each with the word that was read before the database was asked."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._known: dict[str, _Remembered] = {}

    def find(self, secret_hash: str, ask: Callable[[], Principal | None]) -> Principal | None:
        """Return for whom the key acts: as remembered, or else what ``ask`` finds; nobody is not remembered."""
        words, now_s = self._words.read(f"key:{secret_hash}"), time.monotonic()
        known = self._known.get(secret_hash)
        if known is not None and known.words == words and now_s < known.until_s:
            return known.caller
        caller = ask()
        if caller is not None:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[secret_hash] = _Remembered(caller, words, now_s + FOR_S)
        return caller

    def tell_all_after_commit(self, session: Session, secret_hash: str) -> None:
        """Make every process of the host ask again about this key, once ``session`` is committed."""
        event.listen(session, "after_commit", lambda _session: self._words.renew(f"key:{secret_hash}"), once=True)
