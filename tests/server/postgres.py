"""A throw-away PostgreSQL: the one that is given, or one started from the installed binaries."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.server.running import wait_until


@contextlib.contextmanager
def postgres():
    """Yield a database URL."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given.startswith("postgresql"):
        yield given
        return
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="ts-pg-", dir="/tmp"))
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    initdb = [binaries / "initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, user=user, stdout=subprocess.DEVNULL, cwd="/")
    options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-k", folder, *options],
        user=user,
        cwd="/",
        stderr=subprocess.DEVNULL,
    )
    ready = [binaries / "pg_isready", "-q", "-h", folder, "-U", "test"]
    try:
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, 30, "PostgreSQL answers")
        yield f"postgresql+psycopg2://test@/postgres?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [shutil.which("initdb")]
    assert found[-1], "PostgreSQL is not installed"
    return Path(found[-1]).parent


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.getuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
