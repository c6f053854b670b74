"""A Redis of the test's own: it may be flushed, stopped, killed and frozen."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

import redis


class RedisServer:
    """A server on a socket below ``folder``."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder, self._options = folder, options
        self._socket = Path(f"/tmp/ts-{folder.name}-{id(self):x}.sock")
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}?db=0"
        self.client = redis.Redis.from_url(self.url)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop(signal.SIGKILL)
        self._socket.unlink(missing_ok=True)

    def start(self) -> None:
        command = ["redis-server", "--port", "0", "--unixsocket", str(self._socket), "--dir", str(self._folder)]
        command += ["--save", "", "--appendonly", "no", *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with contextlib.suppress(redis.RedisError):
                self.client.ping()
                return
            time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def stop(self, by: int = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(by)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill it, and start it from the last snapshot."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        self.client.flushall()
