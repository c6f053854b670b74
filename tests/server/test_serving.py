"""The command, the configuration that it finds, the product itself, and the fallback worker."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.checker import Checker
from tests.server.running import ROOT, exchange, free_port, get, gunicorn, nginx, statuses, wait_until

from talentsphere.cli.serving import CONFIGURATION

pytestmark = pytest.mark.server

PRODUCT = "talentsphere.wsgi:app"


def test_the_file_at_the_top_is_the_configuration_of_the_package():
    from gunicorn.app.wsgiapp import WSGIApplication

    class Read(WSGIApplication):
        def __init__(self, location: str) -> None:
            self.location = location
            super().__init__("", prog="gunicorn")

        def load_config(self) -> None:
            self.load_config_from_module_name_or_filename(self.location)

    top, package = (Read(at).cfg for at in (str(ROOT / "gunicorn.optimized.conf.py"), CONFIGURATION))
    assert {name: each.get() for name, each in top.settings.items()} == {
        name: each.get() for name, each in package.settings.items()
    }
    assert package.preload_app


def test_serve_becomes_gunicorn(tmp_path):
    port = free_port()
    environment = {**os.environ, "TALENTSPHERE_HOME": str(tmp_path), "PORT": str(port), "WORKERS": "1"}
    command = [Path(sys.executable).with_name("talentsphere"), "serve", "tests.server.application:app"]
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
    try:
        wait_until(lambda: answers(port), 20, "the server answers")
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()


def answers(port: int) -> bool:
    try:
        return get(port, "/health/live")[0] == 200
    except OSError:
        return False


def test_a_bad_setting_is_a_sentence_and_status_78(tmp_path):
    environment = {**os.environ, "TALENTSPHERE_HOME": str(tmp_path), "PORT": "nonsense"}
    command = [Path(sys.executable).with_name("talentsphere"), "serve"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 78
    assert "PORT" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("product")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["TALENTSPHERE_HOME"] = str(folder)
    talentsphere = Path(sys.executable).with_name("talentsphere")
    subprocess.run([talentsphere, "db", "upgrade"], env=environment, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module", params=["ours", "gthread"])
def product(request, home):
    """The product itself, under our worker and under the fallback."""
    options = ("-k", "gthread") if request.param == "gthread" else ()
    with gunicorn(home, *options, application=PRODUCT) as server:
        yield server


def test_the_product_answers(product):
    assert json.loads(product.get("/health/live")[2])["status"] == "ok"
    assert product.get("/health/ready")[0] == 200
    status, headers, body = product.get("/api/v2/jobs")
    assert (status, json.loads(body)["data"]) == (200, [])
    assert headers["x-request-id"]


def test_every_error_of_the_product_is_a_problem(product):
    for target, status in (("/nowhere", 404), ("/api/v2/jobs?contry=de", 400), ("/api/v2/jobs/1", 404)):
        answer = product.get(target)
        assert answer[0] == status
        assert answer[1]["content-type"] == "application/problem+json"
        assert json.loads(answer[2])["request_id"] == answer[1]["x-request-id"]


def test_gthread_serves_the_same_shapes(tmp_path):
    kinds = {"get": 4, "post": 2, "pipelined": 1, "slow_upload": 1, "stream": 1}
    with gunicorn(tmp_path, "-k", "gthread") as server:
        with Checker(server.port, 4, kinds) as checker:
            wait_until(lambda: checker.tally.total > 50, 20, "50 answers")
            tally = checker.stop()
        assert (tally.failed, tally.wrong) == ([], []), str(tally)


def test_nginx_carries_all_shapes(tmp_path):
    kinds = {"get": 4, "post": 2, "chunked": 2, "pipelined": 1, "slow_upload": 1, "stream": 1}
    with gunicorn(tmp_path) as server, nginx(server.port) as port:
        with Checker(port, 4, kinds) as checker:
            wait_until(lambda: checker.tally.total > 50, 20, "50 answers")
            tally = checker.stop()
        assert (tally.failed, tally.wrong) == ([], []), str(tally)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * 9000), 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n" % (b"a" * 9000), 431),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n", 501),
        (b"GET /.nginx-problems/400 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ],
)
def test_errors_of_nginx_are_problems(data, status):
    with nginx(free_port()) as port:
        received = exchange(port, data, 1)
    head, _, body = received.partition(b"\r\n\r\n")
    assert statuses(received) == [status]
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == status
    assert f"X-Request-ID: {json.loads(body)['request_id']}\r\n".encode() in head + b"\r\n"


def test_nginx_hides_no_address_of_the_application(tmp_path):
    with gunicorn(tmp_path) as server, nginx(server.port) as port:
        assert get(port, "/problems/job-closed")[2] == b"missing"


def test_dead_upstream_is_a_problem_with_retry_after():
    with nginx(free_port()) as port:
        status, headers, body = get(port, "/")
    assert (status, headers["retry-after"], json.loads(body)["status"]) == (502, "1", 502)


def test_nginx_sends_no_client_claims_upstream(tmp_path):
    claims = b"X-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 7.7.7.7\r\nUpgrade: x\r\nConnection: upgrade\r\n"
    with gunicorn(tmp_path) as server, nginx(server.port) as port:
        received = exchange(port, b"GET /headers HTTP/1.1\r\nHost: a\r\n" + claims + b"\r\n", 0.5)
    assert b"HTTP_X_FORWARDED_FOR=127.0.0.1\n" in received
    assert b"HTTP_UPGRADE" not in received


def test_body_digest_survives_nginx(tmp_path):
    body = bytes(range(256)) * 4000
    head = b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    with gunicorn(tmp_path) as server, nginx(server.port) as port:
        received = exchange(port, head + body, 5)
    assert hashlib.sha256(body).hexdigest()[:16].encode() in received
