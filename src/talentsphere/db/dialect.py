"""Statements that the two databases spell differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import JSON

from talentsphere.db.base import Base
from talentsphere.db.rows import AnySelect


def add_to_counters(session: Session, model: type[Base], counter: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add each row's ``counter`` to the row of ``model`` with the same primary key, made when missing."""
    if not rows:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement: Any = insert(model)
    total = getattr(model, counter) + statement.excluded[counter]
    keys = [column.name for column in model.__table__.primary_key]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_={counter: total}), list(rows))


class json_rows(GenericFunction[Any]):  # read as an SQL function
    """``json_rows('a', column_a, 'b', column_b)``: the matching rows as one JSON array of objects."""

    type = JSON()
    inherit_cache = True


@compiles(json_rows, "sqlite")
def _json_rows_sqlite(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"json_group_array(json_object{compiler.process(element.clause_expr, **kwargs)})"


@compiles(json_rows, "postgresql")
def _json_rows_postgresql(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"coalesce(json_agg(json_build_object{compiler.process(element.clause_expr, **kwargs)}), '[]')"


def count_up_to(rows: AnySelect, limit: int) -> ColumnElement[int]:
    """Return the number of ``rows`` as an expression that stops counting at ``limit``."""
    bounded: Subquery = rows.limit(limit).subquery()
    return select(func.count()).select_from(bounded).scalar_subquery()


def insert_unless_taken(
    session: Session, model: type[Base], values: Mapping[str, Any], unique: Any, returned: Any
) -> Any | None:
    """Insert a row, and return its ``returned`` column; nothing when another row has its ``unique`` ones already."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    columns = unique if isinstance(unique, tuple) else (unique,)
    statement: Any = insert(model).values(values).on_conflict_do_nothing(index_elements=columns).returning(returned)
    return session.execute(statement).scalar_one_or_none()


def insert_unless_there(session: Session, model: type[Base], row: Mapping[str, Any]) -> bool:
    """Insert ``row``, or return False when one with the same unique values is there; one statement."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement: Any = insert(model.__table__)  # type: ignore[arg-type]
    return bool(session.connection().execute(statement.on_conflict_do_nothing(), row).rowcount)


def put_row(session: Session, model: type[Base], row: Mapping[str, Any]) -> None:
    """Insert ``row``, or give the one with its primary key these values; one statement."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    keys = [column.name for column in model.__table__.primary_key]
    values = {name: value for name, value in row.items() if name not in keys}
    statement: Any = insert(model.__table__).values(row)  # type: ignore[arg-type]
    session.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
