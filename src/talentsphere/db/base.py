"""The base of every table: names of constraints that both databases and Alembic agree on."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """A plain SQLAlchemy declarative base; tables register here when ``talentsphere.domains`` is imported."""

    metadata = MetaData(naming_convention=NAMES)


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)
