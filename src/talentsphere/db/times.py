"""Times in statements that the two databases spell differently: days and months of UTC, whole seconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class utc_day(GenericFunction[Any]):  # read as an SQL function
    """``utc_day(moment)``: the day on which it was in UTC."""

    type = Date()
    inherit_cache = True


class utc_month(GenericFunction[Any]):  # read as an SQL function
    """``utc_month(moment)``: the first day of the month in which it was in UTC."""

    type = Date()
    inherit_cache = True


class seconds_between(GenericFunction[Any]):  # read as an SQL function
    """``seconds_between(first, last)``: how many ticks of a clock with whole seconds lie between."""

    type = BigInteger()
    inherit_cache = True


def _parts(element: Any, compiler: SQLCompiler, kwargs: Any) -> list[str]:
    return [compiler.process(clause, **kwargs) for clause in element.clauses]


@compiles(utc_day, "sqlite")
def _utc_day_sqlite(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    return "date({})".format(*_parts(element, compiler, kwargs))


@compiles(utc_day, "postgresql")
def _utc_day_postgresql(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    return "CAST({} AT TIME ZONE 'UTC' AS date)".format(*_parts(element, compiler, kwargs))


@compiles(utc_month, "sqlite")
def _utc_month_sqlite(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    return "date({}, 'start of month')".format(*_parts(element, compiler, kwargs))


@compiles(utc_month, "postgresql")
def _utc_month_postgresql(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    return "CAST(date_trunc('month', {} AT TIME ZONE 'UTC') AS date)".format(*_parts(element, compiler, kwargs))


@compiles(seconds_between, "sqlite")
def _seconds_between_sqlite(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    first, last = _parts(element, compiler, kwargs)
    return f"(CAST(strftime('%s', {last}) AS INTEGER) - CAST(strftime('%s', {first}) AS INTEGER))"


@compiles(seconds_between, "postgresql")
def _seconds_between_postgresql(element: Any, compiler: SQLCompiler, **kwargs: Any) -> str:
    first, last = _parts(element, compiler, kwargs)
    return f"CAST(floor(extract(epoch FROM {last})) - floor(extract(epoch FROM {first})) AS bigint)"
