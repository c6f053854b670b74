"""One event, one line: nothing that a client sends can forge a second."""

from __future__ import annotations

import io
import json

import pytest
import structlog

from talentsphere.telemetry.logs import MAX_FIELD, configure_logs


@pytest.fixture
def log(app):
    """(logger, what it wrote), with the processors of the application."""
    written = io.StringIO()
    configure_logs("INFO")
    processors = structlog.get_config()["processors"]
    return structlog.wrap_logger(structlog.PrintLogger(written), processors=processors), written


FORGERIES = [
    "\n",
    "\r",
    "\r\n",
    "\u2028",
    "\u2029",
    "\x85",
    "\x1b[2K",
    "\x00",
    "\x7f",
    "\x0b",
    "\x0c",
    '"}\n{"event":"x',
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_value_ends_the_line(log, forgery):
    logger, written = log
    logger.warning("seen", path=f"/jobs{forgery}forged")
    line = written.getvalue()
    assert len(line.splitlines()) == 1
    assert line.isprintable() or line[:-1].isprintable()
    assert json.loads(line)["path"] == f"/jobs{forgery}forged"


def test_a_line_has_level_time_and_event(log):
    logger, written = log
    logger.warning("seen", n=1)
    line = json.loads(written.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "seen", "level": "warning", "n": 1}


def test_a_long_value_is_cut(log):
    logger, written = log
    logger.warning("seen", path="x" * 100_000)
    assert len(json.loads(written.getvalue())["path"]) == MAX_FIELD + 1


def test_a_traceback_keeps_its_end(log):
    logger, written = log
    try:
        raise ValueError("the reason " + "x" * 10)
    except ValueError:
        logger.exception("failed", note="y" * 5000)
    assert json.loads(written.getvalue())["exception"].endswith("xxx")


def test_a_hostile_path_is_logged_in_one_line(client, log):
    logger, written = log
    logger.error("unexpected_error", path=client.get("/a%0d%0aforged%1b[31m%e2%80%a8").get_json()["instance"])
    assert len(written.getvalue().splitlines()) == 1
