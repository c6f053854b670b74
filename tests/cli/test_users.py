"""``talentsphere users``, and the first admin."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

TALENTSPHERE = Path(sys.executable).with_name("talentsphere")
PASSWORD = "correct horse battery"


@pytest.fixture
def run(tmp_path):
    """Run the command on an instance of its own, with a database."""

    def talentsphere(*command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "TALENTSPHERE_HOME": str(tmp_path / "home")}
        return subprocess.run(
            [TALENTSPHERE, *command], env=environment, input=given, capture_output=True, text=True, check=False
        )

    assert talentsphere("db", "upgrade").returncode == 0
    return talentsphere


@pytest.fixture
def admin_file(tmp_path) -> Path:
    return tmp_path / "home" / "initial-admin.txt"


def test_the_first_admin_is_made_once_and_written_down(run, admin_file):
    assert run("users", "ensure-admin").returncode == 0
    written = admin_file.read_text()
    email, password = written.splitlines()
    assert (email, password[:10], len(password)) == ("email: admin@talentsphere.local", "password: ", 34)
    assert stat.S_IMODE(admin_file.stat().st_mode) == 0o600

    again = run("users", "ensure-admin")
    assert (again.returncode, again.stdout) == (0, "there is an admin already\n")
    assert admin_file.read_text() == written


def test_what_was_written_before_a_crash_holds(run, admin_file):
    admin_file.write_text("email: root@example.org\npassword: correct horse battery\n")
    assert run("users", "ensure-admin").returncode == 0

    assert admin_file.read_text() == "email: root@example.org\npassword: correct horse battery\n"
    taken = run("users", "create", "--email", "root@example.org", "--role", "admin")
    assert (taken.returncode, "has an account already" in taken.stderr) == (1, True)


def test_an_admin_that_was_made_by_hand_is_enough(run, admin_file):
    made = run("users", "create", "--email", "root@example.org", "--role", "admin")
    assert (made.returncode, len(made.stdout.strip())) == (0, 24)
    assert run("users", "ensure-admin").returncode == 0

    assert not admin_file.exists()


@pytest.mark.parametrize(
    ("command", "given", "reason"),
    [
        (["--email", "x", "--role", "admin"], "", "email: Not a valid email address."),
        (["--email", "a@example.org", "--role", "admin", "--password-stdin"], "short\n", "password: "),
        (["--email", "a@example.org", "--role", "admin", "--password-stdin"], "password1\n", "first that are guessed"),
        (["--email", "a@example.org", "--role", "recruiter"], "", "give --company"),
        (["--email", "a@example.org", "--role", "candidate", "--company", "1"], "", "works for no company"),
        (["--email", "a@example.org", "--role", "recruiter", "--company", "acme"], "", "there is no company acme"),
    ],
)
def test_what_cannot_be_made_is_a_sentence_and_status_1(run, command, given, reason):
    done = run("users", "create", *command, given=given)

    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stdout == ""
