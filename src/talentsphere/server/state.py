"""What all connections of a worker share."""

from __future__ import annotations

from collections.abc import Callable

from uvicorn.server import ServerState

from talentsphere.server.answers import Phrasebook, header_lines
from talentsphere.server.limits import Limits


class DoorState(ServerState):
    """uvicorn's state, with the limits and the phrases of the door."""

    def __init__(self, limits: Limits, phrases: Phrasebook, flush: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.limits = limits
        self.phrases = phrases
        self.draining = False
        self.date_line = b""
        self._flush = flush

    def flush_counts(self) -> None:
        """Give what was counted in the loop to the figures of the host; once a second."""
        if self._flush is not None:
            self._flush()

    def note_date(self) -> None:
        """Render uvicorn's Date header, which it renews each second."""
        self.date_line = header_lines(self.default_headers)
