"""Handing a mail over encrypted and with a login, to a server whose certificate is checked."""

from __future__ import annotations

import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.domains.mail.smtp import mail_server

from talentsphere.domains.mail.delivery import MailServer, deliver
from talentsphere.tasks.queue import TaskFailed

pytestmark = pytest.mark.once
KINDS = pytest.mark.parametrize(("at_once", "form"), [(False, "smtp://{}?starttls=1"), (True, "smtps://{}")])


@pytest.fixture
def certificate(tmp_path) -> Path:
    """A certificate for 127.0.0.1 that nobody signed but itself, with its key."""
    file = tmp_path / "mail.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        [*made, "-days", "2", "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out",
         tmp_path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + (tmp_path / "certificate.pem").read_bytes())
    return file


@pytest.fixture
def message() -> EmailMessage:
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = "jobs@example.org", "ada@example.org", "Hello"
    return found


def url_of(server, form: str) -> str:
    return form.format(f"post:p%40ss@127.0.0.1:{server.server_address[1]}")


@KINDS
def test_a_mail_goes_encrypted_with_a_login(certificate, message, monkeypatch, at_once, form):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(certificate=certificate, at_once=at_once) as server:
        deliver(MailServer.of(url_of(server, form)), message)

    assert server.logins == [("post", "p@ss")]
    assert [found["Subject"] for found in server.messages] == ["Hello"]


@KINDS
def test_a_certificate_that_nobody_vouches_for_gets_neither_login_nor_mail(certificate, message, at_once, form):
    with mail_server(certificate=certificate, at_once=at_once) as server, pytest.raises(TaskFailed, match="SSLCert"):
        deliver(MailServer.of(url_of(server, form)), message)

    assert (server.logins, server.messages) == ([], [])


def test_a_server_that_cannot_encrypt_gets_no_password(message):
    with mail_server() as server, pytest.raises(TaskFailed, match="SMTP_URL"):
        deliver(MailServer.of(url_of(server, "smtp://{}?starttls=1")), message)

    assert (server.logins, server.messages) == ([], [])
