"""What a cache hit costs in the event loop, without sockets: bytes of a request in, bytes of the answer out.

    .venv/bin/python -m benchmarks.door_speed [--rounds 12] [--profile]

Gives one connection of the product the same request again and again, on a scratch instance, and prints the best round
in microseconds a hit. ``--profile`` shows where the time goes.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TARGET = "/api/v2/jobs/7"
REQUEST = f"GET {TARGET} HTTP/1.1\r\nHost: 127.0.0.1:5001\r\nAccept-Encoding: gzip\r\n\r\n".encode()
HITS = 5_000


class Nowhere(asyncio.Transport):
    """Takes what is sent."""

    sent = b""

    def write(self, data: Any) -> None:
        self.sent = data

    def is_closing(self) -> bool:
        return False

    def resume_reading(self) -> None:
        """Nothing was paused."""


def connection(app: Any, settings: Any) -> tuple[Any, Nowhere]:
    """Return a connection of a worker that serves ``app``, and where it sends to."""
    from uvicorn.config import Config

    from talentsphere.server.answers import Phrasebook
    from talentsphere.server.asgi import Gate
    from talentsphere.server.bridge import House
    from talentsphere.server.door import Door
    from talentsphere.server.hits import hits_of
    from talentsphere.server.limits import Limits
    from talentsphere.server.protocol import DoorProtocol
    from talentsphere.server.state import DoorState
    from talentsphere.server.worker import Worker

    limits, phrases = Limits.of(settings, keepalive_s=75), Phrasebook(settings.cors_origins, secure=False)
    hits = hits_of(app, phrases)
    assert hits is not None
    door = Door(phrases, body_bytes=limits.body_bytes, find_kept=hits.find)
    gate = Gate(door, House(app, threads=1, deadline_s=5), phrases, body_bytes=limits.body_bytes)
    config = Config(gate, log_config=None, **Worker.CONFIG_KWARGS)
    config.load()
    state = DoorState(limits, phrases, hits.flush)
    state.default_headers = [(b"date", b"Tue, 24 Nov 2026 12:00:00 GMT")]
    state.note_date()
    made, transport = DoorProtocol(config, state, {}, asyncio.get_running_loop()), Nowhere()
    made.connection_made(transport)
    return made, transport


async def measure(app: Any, settings: Any, rounds: int, is_profiled: bool) -> None:
    made, transport = connection(app, settings)
    made.data_received(REQUEST)
    assert b"x-cache: HIT" in transport.sent
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(HITS):
            made.data_received(REQUEST)
        took.append((time.perf_counter() - began) / HITS)
    print(f"{min(took) * 1e6:.1f} us a hit in the best of {rounds} rounds, {len(transport.sent)} bytes")
    if is_profiled:
        with cProfile.Profile() as profile:
            for _ in range(HITS):
                made.data_received(REQUEST)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"TALENTSPHERE_HOME": folder, "WORKERS": "1", "LOG_LEVEL": "ERROR"}
        for words in (["prepare"], ["seed", "--jobs", "50"]):
            command = [Path(sys.executable).with_name("talentsphere"), *words]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        from talentsphere.app import create_app
        from talentsphere.cache.core import CACHE
        from talentsphere.settings import Settings

        settings = Settings.from_env()
        app = create_app(settings)
        app.extensions[CACHE].sample_every = 0  # such a hit is for the house
        for _ in range(2):
            app.test_client().get(TARGET, environ_overrides={"RAW_URI": TARGET})
        asyncio.run(measure(app, settings, options.rounds, options.profile))


if __name__ == "__main__":
    main()
