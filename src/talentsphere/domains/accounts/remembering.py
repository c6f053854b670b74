"""What a process remembers of callers for a second, so that a request of the same session costs no statement.

The session row is the truth. Whoever ends a session or changes a person calls ``tell_all_after_commit`` in the same
transaction: once it is committed, and before the request is answered, the host's words of the session and the person
are new, and every worker of the host asks the database again. Another host, and whoever changed rows without telling,
is noticed within ``FOR_S``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session

from talentsphere.api.auth import Principal
from talentsphere.domains.accounts.tokens import Claims
from talentsphere.host.words import Words

FOR_S = 1.0
MOST = 10_000
"""Sessions that a process remembers; about 6 MB."""


@dataclass(frozen=True)
class _Remembered:
    caller: Principal
    words: tuple[int, ...]
    until_s: float


class RememberedCallers:
    """Callers by what their tokens claim, each with the words that were read before the database was asked."""

    def __init__(self, words: Words, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._words = words
        self._clock_s = clock_s
        self._known: dict[tuple[int, int, int], _Remembered] = {}

    def find(self, claims: Claims, ask: Callable[[], Principal | None]) -> Principal | None:
        """Return whom ``claims`` stand for: as remembered, or else what ``ask`` finds; nobody is not remembered."""
        key = (claims.user_id, claims.session_id, claims.token_version)
        words, now_s = self._words.read(*_names([claims.user_id], [claims.session_id])), self._clock_s()
        known = self._known.get(key)
        if known is not None and known.words == words and now_s < known.until_s:
            return known.caller
        caller = ask()
        if caller is not None:
            self._remember(key, _Remembered(caller, words, now_s + FOR_S))
        return caller

    def tell_all_after_commit(
        self, session: Session, *, user_ids: Iterable[int] = (), session_ids: Iterable[int] = ()
    ) -> None:
        """Make every process of the host ask again about these people and sessions, once ``session`` is committed."""
        names = _names(user_ids, session_ids)
        event.listen(session, "after_commit", lambda _session: self._words.renew(*names), once=True)

    def clear(self) -> None:
        """Forget everybody."""
        self._known.clear()

    def _remember(self, key: tuple[int, int, int], found: _Remembered) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = found


def _names(user_ids: Iterable[int], session_ids: Iterable[int]) -> list[str]:
    return [*(f"user:{id_}" for id_ in user_ids), *(f"session:{id_}" for id_ in session_ids)]
