"""The control of RX6: every thread that wants a hash makes it at once."""

from contextlib import nullcontext

from talentsphere.host.locks import HostSemaphore

HostSemaphore.held = lambda _self: nullcontext()

from tests.drills.counted_hashes import app  # noqa: E402, F401
