"""What tests of hiring share."""

from __future__ import annotations

import time

import pytest

from talentsphere.domains.accounts.keyring import KEYRING


@pytest.fixture
def lasting(app, monkeypatch) -> None:
    """Let the process remember callers for the whole test: who counts statements counts those about the data."""
    at = time.monotonic()
    monkeypatch.setattr(app.extensions[KEYRING].remembered, "_clock_s", lambda: at)
