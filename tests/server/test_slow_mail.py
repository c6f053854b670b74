"""A mail server that takes two seconds is felt by no request."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest
from tests.domains.mail.smtp import mail_server
from tests.server.running import gunicorn, wait_until

pytestmark = [pytest.mark.server, pytest.mark.full]

COMMAND = str(Path(sys.executable).with_name("talentsphere"))
REQUESTS = 200
CLOSE_MS = 5.0


def ask(connection: http.client.HTTPConnection) -> float:
    """Ask for a new password, and return the milliseconds until the answer."""
    began = time.perf_counter()
    body = json.dumps({"email": "ada@example.org"})
    connection.request("POST", "/api/v2/auth/password/forgot", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    assert response.status == 202
    return (time.perf_counter() - began) * 1000


def median_of(folder: Path, **variables: str) -> float:
    """Return the median in ms of a request that mails, with a worker beside the server, as an operator runs both."""
    environment = {**os.environ, "TALENTSPHERE_HOME": str(folder), "RATE_LIMIT_ENABLED": "false", **variables}
    environment.pop("DATABASE_URL", None)
    subprocess.run([COMMAND, "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL)
    create = [COMMAND, "users", "create", "--email", "ada@example.org", "--role", "candidate"]
    subprocess.run(create, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    worker = subprocess.Popen([COMMAND, "worker"], env=environment, stderr=subprocess.DEVNULL)
    try:
        with gunicorn(folder, application="talentsphere.wsgi:app", RATE_LIMIT_ENABLED="false", **variables) as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            for _ in range(20):
                ask(connection)
            return median([ask(connection) for _ in range(REQUESTS)])
    finally:
        worker.terminate()
        worker.wait(30)


def test_a_request_that_mails_takes_as_long_with_a_slow_mail_server(tmp_path):
    without, beside = tmp_path / "without", tmp_path / "beside"
    without.mkdir()
    beside.mkdir()
    with mail_server(delay_s=2.0) as server:
        kept = median_of(without)
        slow = median_of(beside, SMTP_URL=server.url)
        wait_until(lambda: server.messages, 20, "a mail was sent")
    print(f"median of {REQUESTS}: without a mail server {kept:.1f} ms, with one that takes 2 s {slow:.1f} ms")
    assert abs(slow - kept) < CLOSE_MS
