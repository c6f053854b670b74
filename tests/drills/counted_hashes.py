"""The product, which notes when each hash of a password begins and ends, in a file that all workers append to."""

import os
from pathlib import Path

from argon2 import PasswordHasher

NOTES = Path(os.environ["TALENTSPHERE_HOME"]) / "hashes"
verify = PasswordHasher.verify


def noted(self, stored, password):
    descriptor = os.open(NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, b"+")
    try:
        return verify(self, stored, password)
    finally:
        os.write(descriptor, b"-")
        os.close(descriptor)


PasswordHasher.verify = noted

from tests.drills.telling import app  # noqa: E402, F401
