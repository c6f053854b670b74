"""A control of RX4: callers are remembered for a minute, and nobody is told that a session is over."""

from talentsphere.domains.accounts import remembering
from talentsphere.host.words import Words

remembering.FOR_S = 60.0
Words.renew = lambda *_args: None

from tests.drills.telling import app  # noqa: E402, F401
