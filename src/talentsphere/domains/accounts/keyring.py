"""What a process holds to make and judge credentials, built once with the application."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from talentsphere.domains.accounts.passwords import Passwords
from talentsphere.domains.accounts.remembered_keys import RememberedKeys
from talentsphere.domains.accounts.remembering import RememberedCallers
from talentsphere.domains.accounts.tokens import AccessTokens, derived_keys
from talentsphere.host.words import Words
from talentsphere.settings import Settings

KEYRING = "talentsphere.keyring"


@dataclass(frozen=True)
class Keyring:
    """Keys and memories of one process; files that the host shares are below ``TALENTSPHERE_HOME/run``."""

    passwords: Passwords
    access_tokens: AccessTokens
    refresh_keys: tuple[bytes, ...]
    public_url: str
    remembered: RememberedCallers
    remembered_keys: RememberedKeys

    @classmethod
    def of(cls, settings: Settings) -> Keyring:
        """Return that of the instance; no file is opened yet."""
        words = Words(settings.home / "run" / "sign-ins")
        return cls(
            passwords=Passwords.of(settings),
            access_tokens=AccessTokens.of(settings),
            refresh_keys=tuple(derived_keys(settings, "refresh token")),
            public_url=settings.public_url,
            remembered=RememberedCallers(words),
            remembered_keys=RememberedKeys(words),
        )


def keyring() -> Keyring:
    """Return the one of the current application."""
    found: Keyring = current_app.extensions[KEYRING]
    return found
