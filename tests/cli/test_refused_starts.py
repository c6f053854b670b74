"""A production instance with a weak secret or an impossible setting does not start, and says which variable it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.running import free_port

from talentsphere.settings import PUBLISHED
from talentsphere.starting import EX_CONFIG

STRONG = "Vb3-9qLrT0x_2sWcY8mKpZ5dHnJ7fGaE1uRi4oQtBw6"
TALENTSPHERE = Path(sys.executable).with_name("talentsphere")
BAD = [
    ("SECRET_KEY", {"SECRET_KEY": ""}),
    ("SECRET_KEY", {"SECRET_KEY": "Vb3-9qLrT0x_2sWcY8mKpZ5dHnJ7fGa"}),
    ("SECRET_KEY", {"SECRET_KEY": "changeme-changeme-changeme-changeme-1234567890"}),
    ("SECRET_KEY", {"SECRET_KEY": "abababababababababababababababababababababab"}),
    ("SECRET_KEY", {"SECRET_KEY": "Qm9vdHN0cmFwIHRlc3RzIHdpdGggYSBsb25nIGtleQ"}),
    ("PREVIOUS_SECRET_KEYS", {"PREVIOUS_SECRET_KEYS": f"{STRONG},an-old-and-short-one"}),
    ("DATABASE_URL", {"DATABASE_URL": "mysql://owner:hunter2-canary@db/board"}),
    ("DATABASE_URL", {"DATABASE_URL": "sqlite:///:memory:"}),
    ("REDIS_URL", {"REDIS_URL": "http://:hunter2-canary@cache:6379"}),
    ("CORS_ORIGINS", {"CORS_ORIGINS": "*"}),
    ("RATE_LIMIT_LOGIN", {"RATE_LIMIT_LOGIN": "unlimited-canary"}),
    ("WORKERS", {"WORKERS": "4-canary"}),
    ("CACHE_TTL_JOBLIST", {"CACHE_TTL_JOBLIST": "301"}),
    ("CACHE_TTL_JOB_LIST", {"CACHE_TTL_JOB_LIST": "5m-canary"}),
    ("CACHE_TTL_JOB_LIST", {"CACHE_TTL_JOB_LIST": "99999999"}),
    ("FLASK_DEBUG", {"FLASK_DEBUG": "1"}),
    ("TALENTSPHERE_ENV", {"TALENTSPHERE_ENV": "staging-canary"}),
]  # fmt: skip


def serve(folder: Path, **variables: str) -> subprocess.Popen[str]:
    """Begin to start the server of a production instance."""
    environment = {
        "PATH": os.environ["PATH"], "TALENTSPHERE_HOME": str(folder), "TALENTSPHERE_ENV": "production",
        "SECRET_KEY": STRONG, "PORT": str(free_port()), "WORKERS": "1", **variables,
    }  # fmt: skip
    return subprocess.Popen(
        [TALENTSPHERE, "serve"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize(("name", "variables"), BAD)
def test_a_bad_production_environment_is_refused_by_its_variable_alone(tmp_path, name, variables):
    process = serve(tmp_path, **variables)
    said, _ = process.communicate(timeout=30)
    assert (process.returncode, said.count("\n")) == (EX_CONFIG, 1), said
    assert said.startswith("talentsphere: ")
    assert name in said
    assert [value for value in variables.values() if len(value) > 4 and value in said] == []
    assert "canary" not in said


def test_a_good_one_starts(tmp_path):
    """The control."""
    process = serve(tmp_path)
    assert process.stdout is not None
    try:
        assert any("Listening at" in line for line in process.stdout)
    finally:
        process.terminate()
        process.communicate(timeout=60)  # a worker that was just forked may miss TERM until graceful_timeout


def test_the_key_of_the_tests_is_among_the_published_ones(make_settings):
    assert make_settings().secret_key.value() in PUBLISHED
