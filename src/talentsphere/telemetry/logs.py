"""Logs: one JSON object a line, so that nothing a client sends can forge a second one."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import orjson
import structlog

MAX_FIELD = 2000
_ENDS_A_LINE = re.compile("[\x7f-\x9f\u2028\u2029]")
"""What some terminal or reader of lines obeys, and JSON leaves as it is."""


def configure_logs(level: str) -> None:
    """Write structlog's events of ``level`` and above to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _bounded,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        # a line and its end in one write: the workers share the file, and print() may write them apart
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _bounded(_logger: Any, _method: str, fields: Any) -> Any:
    """Cut long fields; a traceback keeps its end, which names the error."""
    for name, value in fields.items():
        if isinstance(value, str) and len(value) > MAX_FIELD:
            fields[name] = "…" + value[-MAX_FIELD:] if name == "exception" else value[:MAX_FIELD] + "…"
    return fields


def _dumps(fields: Any, **_kwargs: Any) -> str:
    line = orjson.dumps(fields, default=repr).decode()
    return _ENDS_A_LINE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
