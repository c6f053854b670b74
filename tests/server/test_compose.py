"""What docker-compose.optimized.yml makes of nginx.conf: the same file, with the application on another machine."""

import re
import shutil
import subprocess

import pytest
from tests.server.running import ROOT

pytestmark = pytest.mark.server

COMPOSE = (ROOT / "docker-compose.optimized.yml").read_text()


@pytest.fixture
def rewritten() -> str:
    edits = re.findall(r"-e '(s/[^']+)'", COMPOSE)
    assert len(edits) == 3
    command = ["sed", *(part for edit in edits for part in ("-e", edit)), ROOT / "nginx.conf"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_nginx_finds_the_application_by_name_again_and_again(rewritten):
    assert rewritten.count("server app:5001 resolve max_fails=0;") == 2
    assert rewritten.count("zone talentsphere 64k;") == 1
    assert rewritten.count("resolver 127.0.0.11 valid=2s;") == 1
    assert "server 127.0.0.1" not in rewritten


def test_nginx_takes_what_is_written(rewritten, tmp_path):
    """Without ``resolve``, which nginx knows since 1.27.3; the image has it, this machine may not."""
    plain = rewritten.replace("app:5001 resolve", "127.0.0.1:5001")
    (tmp_path / "nginx.conf").write_text(plain)
    command = [shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_nginx_publishes_a_port():
    services = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", COMPOSE, re.MULTILINE))
    assert {name for name, text in services.items() if "    ports:" in text} == {"nginx"}
    assert {name for name, text in services.items() if "network_mode" in text} == set()
    assert set(services) == {"app", "worker", "nginx", "postgres", "redis"}


def test_the_edge_is_on_and_can_be_switched_off():
    assert COMPOSE.count("EDGE_CACHE: ${EDGE_CACHE:-true}") == 1
