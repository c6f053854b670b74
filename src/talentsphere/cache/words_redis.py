"""The words of several hosts: one hash in Redis, raised by a script and read by one HMGET.

The server's ``run_id`` is part of the table, as every connection learnt it when it was made: a Redis that was
restarted, maybe from an old snapshot, or another one that took its place, has no table. While Redis does not answer,
nothing is read from the cache. A writer that could not tell it notes the stamp in a word of its host (``Doubt``): from
then on no process of the host uses a body, until one of them has raised the base of all tags to that stamp.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from talentsphere.cache.breaker import Breaker, redis_client
from talentsphere.cache.doubt import Doubt
from talentsphere.cache.words import Ask, Look

KEY = "talentsphere:cache:words"
RUN_ID, INSTANCE, EPOCH, PENDING, HIGHEST, KNOWN = "run_id", "instance", "epoch", "pending", "highest", "known"
BASE_FIELD = "0"
FIXED = (RUN_ID, INSTANCE, EPOCH, PENDING, HIGHEST, KNOWN, BASE_FIELD)

RAISE = """
if redis.call('HGET', KEYS[1], 'run_id') ~= ARGV[1] then return 0 end
local instance = redis.call('HGET', KEYS[1], 'instance')
if instance ~= '0' and instance ~= ARGV[3] then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'run_id', ARGV[1], 'instance', 0, 'epoch', ARGV[4], 'pending', 1, 'highest', 0, '0', 0)
end
local stamp = tonumber(ARGV[2])
local function raise(field)
  local found = redis.call('HGET', KEYS[1], field)
  if not found or tonumber(found) < stamp then redis.call('HSET', KEYS[1], field, ARGV[2]) end
end
raise('highest')
for i = 5, #ARGV do raise(ARGV[i]) end
return 1
"""
NOTE = """
if redis.call('HGET', KEYS[1], 'run_id') ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[1], 'instance') ~= ARGV[3] then return 0 end
local known = redis.call('HGET', KEYS[1], 'known')
if not known or tonumber(known) < tonumber(ARGV[2]) then redis.call('HSET', KEYS[1], 'known', ARGV[2]) end
return 1
"""
MAKE = """
if redis.call('HGET', KEYS[1], 'run_id') == ARGV[1] and ARGV[3] == '' then return 0 end
if ARGV[3] ~= '' and redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[3] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'run_id', ARGV[1], 'instance', 0, 'epoch', ARGV[2], 'pending', 1, 'highest', 0, '0', 0)
return 1
"""
ACTIVATE = """
if redis.call('HGET', KEYS[1], 'run_id') ~= ARGV[1] or redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[2] then return 0 end
if redis.call('HGET', KEYS[1], 'pending') == '0' then return 1 end
local stamp = tonumber(ARGV[3])
for _, field in ipairs({'0', 'highest'}) do
  if tonumber(redis.call('HGET', KEYS[1], field)) < stamp then redis.call('HSET', KEYS[1], field, ARGV[3]) end
end
redis.call('HSET', KEYS[1], 'instance', ARGV[4], 'pending', 0)
return 1
"""
RENEW = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
return 1
"""
TRIES = 3
Result = TypeVar("Result")


class RedisWords:
    """The table at ``url``. ``doubt`` is where this host notes what Redis could not be told."""

    def __init__(self, url: str, doubt: Doubt, key: str = KEY) -> None:
        import redis

        self._client = redis_client(url, max_connections=64)
        self._doubt, self.key, self.url = doubt, key, url
        self.breaker = Breaker("words", (redis.RedisError, OSError))
        self._trusted = 0
        """The epoch-independent id of the database that this process asked for itself."""
        self._lock = threading.Lock()

    def look(self, slots: Sequence[int]) -> Look | None:
        if not self._doubt.is_clear() or not self._trusted:
            return None
        return self.breaker.run(lambda: self._look(slots), None)

    def fields_of(self, slots: Sequence[int]) -> list[str]:
        """Return what one HMGET must ask for to judge ``slots``."""
        return [*FIXED, *map(str, slots)]

    def judged(self, run_id: str, found: Sequence[bytes | None]) -> Look | None:
        """Return what the answer to ``fields_of`` means on a connection whose server is ``run_id``."""
        if found[0] is None or found[0].decode() != run_id or found[3] != b"0":
            return None
        if not self._doubt.is_clear() or int(found[1] or 0) != self._trusted:
            return None
        word = max([int(value) for value in found[len(FIXED) - 1 :] if value is not None], default=0)
        return Look(int(found[2] or 0), word, int(found[4] or 0), int(found[5] or 0), self._trusted)

    def raise_to(self, slots: Sequence[int], stamp: int, instance: int) -> None:
        if self.breaker.run(lambda: self._raise(slots, stamp, instance), None) is None:
            self._doubt.raise_to(stamp)

    def note_horizon(self, horizon: int, instance: int) -> None:
        if self._trusted != instance:
            return

        def note(connection: Any) -> None:
            _run(connection, "EVAL", NOTE, 1, self.key, run_id_of(connection), horizon, instance)

        self.breaker.run(lambda: self._with_connection(note), None)

    def activate(self, ask: Ask) -> bool:
        done = self.breaker.run(lambda: self._activate(ask), None)
        return bool(done)

    def renew(self) -> None:
        self.breaker.run(lambda: self._ask(lambda run: run("EVAL", RENEW, 1, self.key, _random())), None)

    def _look(self, slots: Sequence[int]) -> Look | None:
        def ask(connection: Any) -> tuple[str, list[bytes | None]]:
            return run_id_of(connection), _run(connection, "HMGET", self.key, *self.fields_of(slots))

        run_id, found = self._with_connection(ask)
        return self.judged(run_id, found)

    def _raise(self, slots: Sequence[int], stamp: int, instance: int) -> bool:
        """Raise the words; without a table there is nothing to raise: the next one asks for a stamp above."""

        def ask(connection: Any) -> bool:
            _run(connection, "EVAL", RAISE, 1, self.key, run_id_of(connection), stamp, instance, _random(), *slots)
            return True

        return self._with_connection(ask)

    def _activate(self, ask: Ask) -> bool:
        for _ in range(TRIES):
            run_id, epoch, instance = self._existing()
            doubted = self._doubt.read()
            asked = ask()
            if instance not in (0, asked.instance):
                self._ask(lambda run: run("EVAL", MAKE, 1, self.key, run_id, _random(), epoch))  # noqa: B023
                continue
            if doubted:
                self._raise([0], doubted, asked.instance)
                self._doubt.clear(doubted)
            made = self._ask(lambda run: run("EVAL", ACTIVATE, 1, self.key, run_id, epoch, asked.stamp, asked.instance))  # noqa: B023
            if made:
                self._trusted = asked.instance
                return True
        return False

    def _existing(self) -> tuple[str, str, int]:
        """Return (run id, epoch, instance) of the table, made when there is none."""

        def ask(connection: Any) -> tuple[str, str, int]:
            run_id = run_id_of(connection)
            _run(connection, "EVAL", MAKE, 1, self.key, run_id, _random(), "")
            epoch, instance = _run(connection, "HMGET", self.key, EPOCH, INSTANCE)
            return run_id, (epoch or b"").decode(), int(instance or 0)

        return self._with_connection(ask)

    def _ask(self, question: Callable[[Callable[..., Any]], Result]) -> Result:
        return self._with_connection(lambda connection: question(lambda *words: _run(connection, *words)))

    def _with_connection(self, question: Callable[[Any], Result]) -> Result:
        """Ask on a connection of the pool, so that the run id is that of the server which answers."""
        pool: Any = self._client.connection_pool
        connection = pool.get_connection()
        try:
            return question(connection)
        except BaseException:
            connection.disconnect()  # what it would say next belongs to nobody
            raise
        finally:
            pool.release(connection)


def run_id_of(connection: Any) -> str:
    """Return the id of the server behind ``connection``, asked once for each time that it is connected."""
    if connection._sock is None:
        connection.connect()
    known = getattr(connection, "talentsphere_run_id", None)
    if known is None or known[0] is not connection._sock:
        info = _run(connection, "INFO", "server")
        known = (connection._sock, run_id_in(info))
        connection.talentsphere_run_id = known
    run_id: str = known[1]
    return run_id


def run_id_in(info: Any) -> str:
    """Return the run id that ``INFO server`` tells."""
    text = info.decode() if isinstance(info, bytes) else str(info)
    return next(line[7:].strip() for line in text.splitlines() if line.startswith("run_id:"))


def _run(connection: Any, *words: Any) -> Any:
    connection.send_command(*words)
    return connection.read_response()


def _random() -> str:
    return str(secrets.randbits(62) + 1)
