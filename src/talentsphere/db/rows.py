"""Types of rows and statements whose columns the caller chooses."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Select
from sqlalchemy.orm import Session

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]
Reader: TypeAlias = Connection | Session
"""What a query runs on: the connection of ``reading()``, or the session of a write that looks something up."""
