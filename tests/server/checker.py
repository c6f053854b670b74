"""A client that knows what each answer must be: unique echoes over keep-alive connections, all shapes mixed."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import random
import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What the clients saw. ``refused`` are connections that were not accepted, ``shed`` are answers with 503."""

    done: Counter = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    refused: int = 0
    shed: int = 0
    statuses: Counter = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.done.values())

    def __str__(self) -> str:
        return (
            f"{self.total} done {dict(self.done)}, {len(self.failed)} failed {self.failed[:5]}, "
            f"{len(self.wrong)} wrong {self.wrong[:3]}, {self.refused} refused, {self.shed} shed"
        )


class Client:
    """One keep-alive connection, which follows ``Connection: close`` and nothing else."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self) -> tuple[int, bytes, bool]:
        """Return status, body, and whether the server closes."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        if b"\r\ntransfer-encoding: chunked" in head:
            body = await self._receive_chunks()
        else:
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await self.reader.readexactly(length)
        return status, body, b"\r\nconnection: close" in head

    async def _receive_chunks(self) -> bytes:
        body = b""
        while True:
            size = int(await self.reader.readline(), 16)
            piece = await self.reader.readexactly(size + 2)
            if not size:
                return body
            body += piece[:-2]


def echoed(method: str, query: str, body: bytes | None) -> bytes:
    length = "-" if body is None else str(len(body))
    digest = hashlib.sha256(body or b"").hexdigest()[:16]
    return f"{method} {query} {length} {digest}".encode()


class Checker:
    """``connections`` clients in a thread of their own, until ``stop``."""

    def __init__(self, port: int, connections: int, kinds: dict[str, int], idle_s: float = 0.0, timeout_s: float = 45):
        self.port, self.connections, self.idle_s = port, connections, idle_s
        self.kinds = [kind for kind, weight in kinds.items() for _ in range(weight)]
        self.random = random.Random(1)
        self.timeout_s = timeout_s
        self.tally = Tally()
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> Checker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> Tally:
        self._stopping.set()
        self._thread.join()
        return self.tally

    async def _run(self) -> None:
        await asyncio.gather(*(self._client() for _ in range(self.connections)))

    async def _client(self) -> None:
        client = Client(self.port)
        while not self._stopping.is_set():
            kind = self.random.choice(self.kinds)
            try:
                await client.open()
            except OSError:
                self.tally.refused += 1
                await asyncio.sleep(0.05)
                continue
            try:
                async with asyncio.timeout(self.timeout_s):
                    closes = await getattr(self, kind)(client)
                self.tally.done[kind] += 1
            except (TimeoutError, OSError, EOFError, ValueError) as error:
                self.tally.failed.append(f"{kind}: {error!r}")
                closes = True
            if closes:
                client.close()
            if self.idle_s and self.random.random() < 0.2:
                await asyncio.sleep(self.random.random() * self.idle_s)
        client.close()

    def _query(self) -> str:
        return f"n={next(self._numbers)}"

    def _compare(self, answer: tuple[int, bytes, bool], expected: bytes) -> bool:
        status, body, closes = answer
        self.tally.statuses[status] += 1
        if status == 503:
            self.tally.shed += 1
        elif status != 200 or body != expected:
            self.tally.wrong.append(f"{status} {body[:80]!r} instead of {expected[:80]!r}")
        return closes

    async def get(self, client: Client) -> bool:
        query = self._query()
        await client.send(f"GET /echo?{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return self._compare(await client.receive(), echoed("GET", query, None))

    async def post(self, client: Client) -> bool:
        query, body = self._query(), self.random.randbytes(self.random.choice((10, 1000, 100_000)))
        head = f"POST /echo?{query} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n"
        await client.send(head.encode() + body)
        return self._compare(await client.receive(), echoed("POST", query, body))

    async def chunked(self, client: Client) -> bool:
        query, body = self._query(), self.random.randbytes(500)
        head = f"POST /echo?{query} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        await client.send(head + b"c8\r\n" + body[:200] + b"\r\n12c\r\n" + body[200:] + b"\r\n0\r\n\r\n")
        return self._compare(await client.receive(), echoed("POST", query, body))

    async def pipelined(self, client: Client) -> bool:
        queries = [self._query() for _ in range(3)]
        await client.send(b"".join(f"GET /echo?{q} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for q in queries))
        closes = False
        for query in queries:
            closes = self._compare(await client.receive(), echoed("GET", query, None))
        return closes

    async def slow_upload(self, client: Client) -> bool:
        query, body = self._query(), self.random.randbytes(300)
        head = f"POST /echo?{query} HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n".encode()
        for piece in (head, body[:100], body[100:200], body[200:]):
            await client.send(piece)
            await asyncio.sleep(0.1)
        return self._compare(await client.receive(), echoed("POST", query, body))

    async def slow_view(self, client: Client) -> bool:
        token = self._query()
        seconds = self.random.choice((0.1, 0.1, 0.1, 2))
        await client.send(f"GET /sleep?s={seconds}&token={token[2:]} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return self._compare(await client.receive(), token[2:].encode())

    async def stream(self, client: Client) -> bool:
        await client.send(b"GET /stream?n=10&size=2000&pause=0.02 HTTP/1.1\r\nHost: a\r\n\r\n")
        return self._compare(await client.receive(), b"".join(bytes([n]) * 2000 for n in range(10)))

    async def db(self, client: Client) -> bool:
        token = self._query()[2:]
        await client.send(f"GET /db?token={token} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return self._compare(await client.receive(), token.encode())


MIXED = {"get": 12, "post": 4, "chunked": 3, "pipelined": 3, "slow_upload": 1, "slow_view": 1, "stream": 1}
SIMPLE = {"get": 3, "post": 1}
