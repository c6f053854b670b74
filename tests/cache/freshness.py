"""Processes that read and write at once, and judge each other: is anything older than what was acknowledged before?

    python -m tests.cache.freshness LEDGER SEED OPERATIONS BROKEN

runs one process against the instance of the environment and prints ``{"reads", "hits", "writes", "stale"}``. The ledger
is a file that all share: for each posting the number that its last acknowledged write gave it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import mmap
import os
import random
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask

JOBS = 8
WRITES = 0.05
SIZE = 4096


class Ledger:
    """What was acknowledged, and who writes which posting."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")
        self._words = memoryview(mmap.mmap(self._file.fileno(), SIZE)).cast("Q")
        self._locks = [threading.Lock() for _ in range(JOBS + 1)]
        self._files = [path.with_name(f"{path.name}-{job}").open("ab") for job in range(JOBS + 1)]

    @staticmethod
    def make(path: Path) -> None:
        path.write_bytes(b"\0" * SIZE)

    def acknowledged(self, job: int) -> int:
        return self._words[job]

    @contextlib.contextmanager
    def writing(self, job: int):
        """Give the next number of the posting; it is acknowledged when the block ends well."""
        with self._locks[job]:
            fcntl.flock(self._files[job], fcntl.LOCK_EX)
            try:
                number = self._words[64 + job] + 1
                self._words[64 + job] = number
                yield number
                self._words[job] = number
            finally:
                fcntl.flock(self._files[job], fcntl.LOCK_UN)


class Player:
    """One thread of one process."""

    def __init__(self, app: Flask, ledger: Ledger, seed: int, *, through_door: bool) -> None:
        from talentsphere.server.answers import Phrasebook
        from talentsphere.server.hits import hits_of

        self._app, self._ledger, self._random = app, ledger, random.Random(seed)
        self._client = app.test_client()
        self._hits = hits_of(app, Phrasebook((), secure=False)) if through_door else None
        self._token = {"Authorization": f"Bearer {os.environ['FRESHNESS_TOKEN']}", "If-Match": "*"}
        self.counts: Counter[str] = Counter()

    def play(self, turns: Iterator[int]) -> None:
        """Take turns as long as there are any: who is answered by the door takes more."""
        for _ in turns:
            job = self._random.randint(1, JOBS)
            if self._random.random() < WRITES:
                self._write(job)
            else:
                self._read(job, self._random.choice((f"/api/v2/jobs/{job}", "/api/v2/jobs?limit=50")))

    def _write(self, job: int) -> None:
        with self._ledger.writing(job) as number:
            body = {"salary_min": number, "salary_max": number}
            answer = self._client.patch(f"/api/v2/jobs/{job}", json=body, headers=self._token)
            assert answer.status_code == 200, (answer.status_code, answer.get_data())
        self.counts["writes"] += 1

    def _read(self, job: int, target: str) -> None:
        owed = [self._ledger.acknowledged(each) for each in range(JOBS + 1)]
        body, is_hit = self._asked(target)
        found = {row["id"]: row["salary_min"] for row in body.get("data", [body])}
        assert job in found
        self.counts["reads"] += 1
        self.counts["hits"] += is_hit
        self.counts["stale"] += any(number < owed[each] for each, number in found.items())

    def _asked(self, target: str) -> tuple[dict, bool]:
        from talentsphere.server.door import Head

        if self._hits is not None:
            answer = self._hits.find(Head("GET", target.encode(), [(b"host", b"a")]), b"id")
            if answer is not None:
                return json.loads(answer.body), True
        answer = self._client.get(target, environ_overrides={"RAW_URI": target})
        return answer.get_json(), answer.headers["X-Cache"] == "HIT"


def break_freshness(app: Flask, how: str) -> None:
    """Make the product as one that announces ``never``: what is after the COMMIT may as well not be, for who dies."""
    from talentsphere.db.changes import CHANGES, Announcer

    announcer: Announcer = app.extensions[CHANGES]
    if how == "never":
        app.extensions[CHANGES] = Announcer(announcer.tags_of, lambda *_change: None)


def main(ledger: str, seed: str, operations: str, broken: str) -> None:
    from talentsphere.app import create_app
    from talentsphere.settings import Settings

    app = create_app(Settings.from_env())
    break_freshness(app, broken)
    book = Ledger(Path(ledger))
    players = [Player(app, book, int(seed) * 2 + n, through_door=n == 0) for n in range(2)]
    turns = iter(range(int(operations)))
    with ThreadPoolExecutor(len(players)) as pool:
        list(pool.map(lambda player: player.play(turns), players))
    total: Counter[str] = sum((player.counts for player in players), Counter())
    print(json.dumps({name: total[name] for name in ("reads", "hits", "writes", "stale")}))


def run(environment: dict[str, str], folder: Path, *, processes: int, operations: int, broken: str) -> Counter[str]:
    """Run that many processes, and return their counts summed; a process that fails raises."""
    ledger = folder / f"ledger-{struct.unpack('I', os.urandom(4))[0]}"
    Ledger.make(ledger)
    command = [sys.executable, "-m", "tests.cache.freshness", str(ledger)]
    running = [
        subprocess.Popen(
            [*command, str(seed), str(operations // processes), broken],
            env={**os.environ, **environment}, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )
        for seed in range(processes)
    ]  # fmt: skip
    total: Counter[str] = Counter()
    for process in running:
        said, _ = process.communicate()
        assert process.returncode == 0, said
        total.update(json.loads(said.splitlines()[-1]))
    return total


if __name__ == "__main__":
    main(*sys.argv[1:])
