"""Control: as ``limited``, but each worker has counters of its own."""

import os

from talentsphere.api import limits
from talentsphere.host.counters import Counters


class Alone(Counters):
    """In a file of the process."""

    def _opened(self):
        self._path = self._path.with_name(str(os.getpid()))
        return super()._opened()


limits.Counters = Alone  # type: ignore[misc]

from tests.server.limited import app  # noqa: E402, F401  # its limiter is made while it is imported
