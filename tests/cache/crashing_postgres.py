"""A PostgreSQL of the test's own, that loses what it had not written when it is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg2
from tests.server.postgres import _binaries, _unprivileged
from tests.server.running import wait_until

OPTIONS = ("listen_addresses=", "max_connections=60", "wal_writer_delay=10s", "autovacuum=off", "bgwriter_delay=10s")


class CrashingPostgres:
    """A server on a socket below a folder of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ts-pg-", dir="/tmp"))
        self._user = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql+psycopg2://test@/postgres?host={self._folder}"

    def __enter__(self) -> Self:
        if self._user:
            shutil.chown(self._folder, self._user)
        initdb = [_binaries() / "initdb", "-D", self._data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, check=True, user=self._user, stdout=subprocess.DEVNULL, cwd="/")
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        options = [word for option in OPTIONS for word in ("-c", option)]
        self._process = subprocess.Popen(
            [_binaries() / "postgres", "-D", self._data, "-k", self._folder, *options],
            user=self._user, cwd="/", stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.wait()

    def wait(self) -> None:
        ready = [_binaries() / "pg_isready", "-q", "-h", self._folder, "-U", "test"]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, 30, "PostgreSQL answers")

    def kill(self) -> None:
        """Kill every process of the server at once, as the death of the machine would."""
        if self._process is None:
            return
        children = [int(pid) for pid in _children(self._process.pid)]
        for pid in (self._process.pid, *children):
            os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def kill_one_backend(self) -> None:
        """Kill one process: the server ends the others and recovers, and goes on under the same postmaster."""
        witness, victim = self._connected(), self._connected()
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        wait_until(lambda: not _answers(witness), 30, "PostgreSQL notices")
        wait_until(self._is_recovered, 30, "PostgreSQL recovers")

    def stop_writing_ahead(self) -> None:
        """Let nothing reach the disk that no COMMIT waits for."""
        connection = self._connected()
        cursor = connection.cursor()
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
        os.kill(cursor.fetchone()[0], signal.SIGSTOP)
        connection.close()

    def abort(self, times: int) -> None:
        """Use up that many transaction ids."""
        connection = self._connected()
        for _ in range(times):
            connection.cursor().execute("SELECT pg_current_xact_id()")
            connection.rollback()
        connection.close()

    def _is_recovered(self) -> bool:
        try:
            self._connected().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connected(self) -> psycopg2.extensions.connection:
        return psycopg2.connect(host=str(self._folder), user="test", dbname="postgres")


def _answers(connection: psycopg2.extensions.connection) -> bool:
    try:
        connection.cursor().execute("SELECT 1")
    except psycopg2.Error:
        return False
    return True


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
