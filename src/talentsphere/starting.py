"""How each process of the instance begins: with settings that work and a home, or with a sentence and status 78."""

from __future__ import annotations

import sys

from talentsphere.settings import Settings, SettingsError

EX_CONFIG = 78
"""sysexits.h: something was found in an unconfigured or misconfigured state."""


def settings_or_exit() -> Settings:
    """Return the settings and make the home when there is none, or end the process with a sentence."""
    try:
        settings = Settings.from_env()
        settings.make_home()
    except SettingsError as error:
        sys.stderr.write(f"talentsphere: {error}\n")
        sys.exit(EX_CONFIG)
    return settings
