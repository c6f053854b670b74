"""The mixed journey: visitors read, recruiters write 5 % of the time; what does the cache save?

    .venv/bin/python benchmarks/mixed_journey.py [--requests 20000] [--jobs 5000] [--clients 8] [--out FILE]

Starts the product twice on scratch instances (SQLite, or ``--database-url`` for an empty PostgreSQL database a round),
with the cache and without, plays the same requests on both, and prints the hit rate and the statements per 1,000
requests, which every answer tells in ``Server-Timing``. A visit is the first page of the list, sometimes the second, a
filter, the statistics or the companies, and four postings, the newest ones most (Zipf). A write changes one of those
postings, or adds one. ``REDIS_URL`` and all other settings are the environment's. Exit status 1 when a request failed
or the hit rate is not above 80 %.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
WRITES = 0.05
WANTED = 0.80
SEEN = 200
"""Postings that visitors open."""
FILTERS = (
    "remote=true", "employment_type=full_time", "employment_type=contract", "location=Berlin",
    "remote=true&employment_type=full_time", "experience_level=senior",
)  # fmt: skip
QUERIES = re.compile(r'desc="(\d+) quer')


class Request(NamedTuple):
    """One request of the journey."""

    method: str
    target: str
    body: str | None = None


class Tally(NamedTuple):
    """What one round did."""

    name: str
    requests: int
    writes: int
    said: Counter[str]
    statements: int
    failed: int
    seconds: float

    @property
    def hit_rate(self) -> float:
        return self.said["HIT"] / max(1, self.said["HIT"] + self.said["MISS"])

    @property
    def per_thousand(self) -> float:
        return 1000 * self.statements / self.requests


def visit(dice: random.Random, jobs: list[int]) -> Iterator[Request]:
    """Yield what one visitor asks for."""
    yield Request("GET", "/api/v2/jobs")
    if dice.random() < 0.2:
        yield Request("GET", "/api/v2/jobs?page=2")
    if dice.random() < 0.2:
        yield Request("GET", f"/api/v2/jobs?{dice.choice(FILTERS)}")
    if dice.random() < 0.1:
        yield Request("GET", dice.choice(("/api/v2/jobs/stats", "/api/v2/companies")))
    for _ in range(4):
        yield Request("GET", f"/api/v2/jobs/{popular(dice, jobs)}")


def popular(dice: random.Random, jobs: list[int]) -> int:
    """Return a posting, the n-th newest with a weight of 1/n."""
    return dice.choices(jobs, [1 / n for n in range(1, len(jobs) + 1)])[0]


def written(dice: random.Random, jobs: list[int], company: int) -> Request:
    """Return one write of a recruiter."""
    if dice.random() < 0.7:
        changed = {"title": f"Engineer {dice.random()}"}
        return Request("PATCH", f"/api/v2/jobs/{popular(dice, jobs)}", json.dumps(changed))
    new = {"title": f"Engineer {dice.random()}", "description": "We build things. " * 20, "company_id": company}
    return Request("POST", "/api/v2/jobs", json.dumps(new))


def journey(seed: int, count: int, jobs: list[int], company: int) -> list[Request]:
    """Return ``count`` requests, the same for equal seeds."""
    dice, found = random.Random(seed), []
    while len(found) < count:
        for request in visit(dice, jobs):
            found.append(request)
            if dice.random() < WRITES / (1 - WRITES):
                found.append(written(dice, jobs, company))
    return found[:count]


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._key = key

    def ask(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        headers = {"Accept-Encoding": "gzip"}
        if request.body is not None:
            headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", "If-Match": "*"}
        self._connection.request(request.method, request.target, request.body, headers)
        answer = self._connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def play(name: str, port: int, key: str, requests: list[list[Request]]) -> Tally:
    """Play one list of requests on each of as many connections, and count."""
    said: Counter[str] = Counter()
    statements, failed = [], []

    def run(own: list[Request]) -> None:
        client = Client(port, key)
        for request in own:
            status, headers, body = client.ask(request)
            if not 200 <= status < 300:
                failed.append((request.method, request.target, status, body[:200]))
            if request.method == "GET":
                said[headers.get("x-cache", "none")] += 1
            statements.append(sum(map(int, QUERIES.findall(headers.get("server-timing", "")))))

    began = time.monotonic()
    with ThreadPoolExecutor(len(requests)) as pool:
        list(pool.map(run, requests))
    for each in failed[:3]:
        print("failed:", *each, file=sys.stderr)
    writes = sum(request.method != "GET" for own in requests for request in own)
    return Tally(name, len(statements), writes, said, sum(statements), len(failed), time.monotonic() - began)


@contextmanager
def serving(folder: str, jobs: int, **variables: str) -> Iterator[tuple[int, str]]:
    """Give the port of a fresh instance with ``jobs`` seeded postings, and a key that may write."""
    talentsphere = Path(sys.executable).with_name("talentsphere")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"TALENTSPHERE_HOME": folder, "PORT": str(port), "LOG_LEVEL": "WARNING", "RATE_LIMIT_API": "100000000/minute"}
    environment = {**os.environ, **own, **variables}

    def command(*words: str) -> str:
        done = subprocess.run([talentsphere, *words], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode().strip()

    command("prepare")
    command("seed", "--jobs", str(jobs))
    key = command("api-keys", "create", "--scope", "jobs:write").split()[-1]
    server = subprocess.Popen([talentsphere, "serve"], env=environment, cwd=ROOT)
    try:
        wait_for(port)
        yield port, key
    finally:
        server.terminate()
        server.wait(60)


def wait_for(port: int) -> None:
    """Return when the server is ready."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if Client(port, "").ask(Request("GET", "/health/ready"))[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not become ready")


def newest(port: int) -> tuple[list[int], int]:
    """Return the postings that visitors open, and the company that posts."""
    client, found, target = Client(port, ""), [], "/api/v2/jobs?limit=100"
    while len(found) < SEEN and target:
        page = json.loads(plain(client, target))
        found += [job["id"] for job in page["data"]]
        target = f"/api/v2/jobs?limit=100&cursor={page['next']}" if page.get("next") else ""
    company = json.loads(plain(client, "/api/v2/companies"))["data"][0]["id"]
    return found[:SEEN], company


def plain(client: Client, target: str) -> bytes:
    """Return an answer's body, not compressed."""
    client._connection.request("GET", target, headers={"Accept-Encoding": "identity"})
    return client._connection.getresponse().read()


def main(arguments: list[str] | None = None) -> int:
    """Play both rounds and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=5_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--database-url", nargs=2, default=["", ""], help="two empty databases, one a round")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    tallies = []
    for (name, switch), url in zip((("with", "true"), ("without", "false")), options.database_url, strict=True):
        more = {"DATABASE_URL": url} if url else {}
        with tempfile.TemporaryDirectory() as folder, serving(folder, options.jobs, CACHE_ENABLED=switch, **more) as at:
            jobs, company = newest(at[0])
            each = options.requests // options.clients
            tallies.append(play(name, *at, [journey(n, each, jobs, company) for n in range(options.clients)]))
    text = report(tallies, options)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")
    return int(any(tally.failed for tally in tallies) or tallies[0].hit_rate <= WANTED)


def report(tallies: list[Tally], options: argparse.Namespace) -> str:
    """Return the results as Markdown."""
    rows = [
        f"| {t.name} | {t.requests:,} | {t.writes / t.requests:.1%} | {t.hit_rate:.1%} | {t.per_thousand:,.0f} | "
        f"{t.failed} | {t.requests / t.seconds:,.0f} |"
        for t in tallies
    ]
    store = "words and bodies in Redis" if os.environ.get("REDIS_URL") else "bodies in files of the host"
    database = "PostgreSQL" if options.database_url[0] else "SQLite"
    return "\n".join(
        [
            "# The mixed journey with 5 % writes",
            "",
            f"By `benchmarks/mixed_journey.py`: {options.jobs:,} postings, {options.clients} clients, {database}, "
            f"{store}, "
            f"wanted: a hit rate above {WANTED:.0%}. Statements are those that the answers tell, writes included.",
            "",
            "| cache | requests | writes | hit rate | statements per 1,000 requests | failed | requests/s |",
            "|---|---:|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
