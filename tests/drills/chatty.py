"""The control of RX13: every request is logged with what it carries."""

import structlog
from flask import request
from tests.drills.crashing import app

log = structlog.get_logger(__name__)


@app.before_request
def note():
    log.warning(
        "seen", path=request.path, body=request.get_data(as_text=True), token=request.headers.get("Authorization")
    )
