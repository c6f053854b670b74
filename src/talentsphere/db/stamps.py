"""The database's own order of writes: what a cached body is as fresh as (``cache/words.py``).

The **stamp** of a write is the transaction's id on PostgreSQL, and on SQLite, where a writer is alone, the next number
of a counter that is written in the same transaction. The **horizon** of a read is a number below which every stamp is
decided and, if committed, visible to it. It is taken before the data; an older one is right too, only less of use.

PostgreSQL that was killed gives ids anew whose transactions had left nothing on the disk. So which database it is holds
as well since when it runs: after a crash it is another one, and nothing from before is used (``INCARNATION``).
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from talentsphere.db.base import Base

TABLE = "write_counter"
_ONE_MORE = text(
    "INSERT INTO write_counter (id, n, instance) VALUES (1, 1, :instance) "
    "ON CONFLICT (id) DO UPDATE SET n = n + 1 RETURNING n, instance"
)
_COUNTED = text("SELECT n + 1, instance FROM write_counter")
NEXT_ID = "CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)"
FIRST_UNDECIDED = f"""(SELECT coalesce(min(id), {NEXT_ID})
    FROM (SELECT CAST(CAST(xid AS text) AS bigint) AS id FROM pg_snapshot_xip(pg_current_snapshot()) AS xid) AS running
    WHERE NOT EXISTS (SELECT 1 FROM pg_stat_get_activity(NULL) AS other
        WHERE CAST(CAST(other.backend_xid AS text) AS bigint) = running.id & 4294967295
        AND other.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())))"""  # noqa: S608  # nosec B608
"""PostgreSQL: the first transaction that is running, those of other databases of the server apart, which write nothing
of ours; ``pg_snapshot_xmin`` would wait for them. Who is running is looked up only while anybody is."""

OWN_ID = "CAST(CAST(pg_current_xact_id() AS text) AS bigint)"
INCARNATION = """(instance # CAST(extract(epoch FROM pg_postmaster_start_time()) * 1000000 AS bigint)
    # CAST(extract(epoch FROM coalesce(pg_stat_get_bgwriter_stat_reset_time(), to_timestamp(0)))
        * 1000000 AS bigint))"""
"""PostgreSQL: this database since it last recovered. When one of its processes is killed, the others are ended as well
and it recovers under the postmaster that was there; what tells it then is that its statistics began anew."""

_WRITTEN = text(f"SELECT {OWN_ID}, {INCARNATION}, {FIRST_UNDECIDED} FROM write_counter")  # noqa: S608  # nosec B608
_OLDEST_UNDECIDED = text(f"SELECT {FIRST_UNDECIDED}, {INCARNATION} FROM write_counter")  # noqa: S608  # nosec B608
_ID_OF_ITS_OWN = text(f"SELECT {OWN_ID}, {INCARNATION} FROM write_counter")  # noqa: S608  # nosec B608


class WriteCounter(Base):
    """One row: which database this is, and on SQLite how many writes it has seen."""

    __tablename__ = TABLE

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigInteger)
    instance: Mapped[int] = mapped_column(BigInteger)


class Position(NamedTuple):
    """A place in the order of writes of one database."""

    number: int
    instance: int


class Written(NamedTuple):
    """The place of one write in the order of its database."""

    stamp: int
    instance: int
    after: int
    """A horizon of whatever is read once this write is committed: its reader need not ask for one."""


def stamp_of(session: Session) -> Written:
    """Return the stamp of the ``writing()`` session, after its last statement and before its COMMIT; one statement.

    On SQLite a writer is alone: after it everything up to its stamp is decided. On PostgreSQL that is so when its id is
    the first undecided one, which the snapshot of this statement tells: no other transaction below it is running.
    """
    if session.get_bind().dialect.name == "sqlite":
        stamp, instance = session.execute(_ONE_MORE, {"instance": new_instance()}).one()
        return Written(stamp, instance, stamp + 1)
    stamp, instance, first = session.execute(_WRITTEN).one()
    return Written(stamp, instance, first + 1 if first == stamp else first)


def horizon_of(connection: Connection) -> Position:
    """Return the horizon of what ``connection`` reads from now on; one statement."""
    statement = _COUNTED if connection.dialect.name == "sqlite" else _OLDEST_UNDECIDED
    return Position(*connection.execute(statement).one())


def latest_stamp(connection: Connection) -> Position:
    """Return a stamp that no write which is in flight now is above; one statement, in a transaction that writes.

    PostgreSQL: an id of one's own, which is above all that were given before. (``pg_snapshot_xmax`` will not do: it is
    one more than the highest id that has *ended*, so writes in flight may be above it.) SQLite: under the write lock.
    """
    if connection.dialect.name == "sqlite":
        number, instance = connection.execute(_COUNTED).one()
        return Position(number - 1, instance)
    return Position(*connection.execute(_ID_OF_ITS_OWN).one())


def new_instance() -> int:
    """Return the id of a new database."""
    return secrets.randbits(62) + 1
