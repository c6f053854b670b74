"""A mail server of a few lines, which keeps what it gets and can be slow, refuse, encrypt and ask for a login."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


class MailServer(socketserver.ThreadingTCPServer):
    """``messages`` is what arrived; ``answers`` are codes given to the next messages instead of 250.

    With ``certificate`` it encrypts: after STARTTLS, or from the first byte when ``at_once``. Then it offers a login,
    and ``logins`` are the users and passwords that came.
    """

    daemon_threads = allow_reuse_address = True

    def __init__(self, delay_s: float = 0.0, certificate: Path | None = None, *, at_once: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.delay_s, self.at_once = delay_s, at_once
        self.tls: ssl.SSLContext | None = None
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.logins: list[tuple[str, str]] = []
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    """SMTP as far as smtplib speaks it, with the extensions STARTTLS and AUTH PLAIN."""

    server: MailServer

    def handle(self) -> None:
        if self.server.tls is not None and self.server.at_once:
            self.encrypt()
        self.say(220)
        while line := self.rfile.readline():
            command = line.split()[0].upper()
            if command == b"DATA":
                self.say(354)
                self.receive()
            elif command == b"EHLO":
                is_clear = self.server.tls is not None and not isinstance(self.connection, ssl.SSLSocket)
                self.wfile.write(b"250-ok\r\n250 STARTTLS\r\n" if is_clear else b"250-ok\r\n250 AUTH PLAIN\r\n")
            elif command == b"STARTTLS":
                self.say(220)
                self.encrypt()
            elif command == b"AUTH":
                _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                self.server.logins.append((user, password))
                self.say(235)
            else:
                if command == b"RCPT":
                    self.server.recipients.append(line.decode().strip())
                self.say(221 if command == b"QUIT" else 250)

    def encrypt(self) -> None:
        assert self.server.tls is not None
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def receive(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        time.sleep(self.server.delay_s)
        self.server.messages.append(message_from_bytes(b"".join(lines), policy=default))
        self.say(self.server.answers.pop(0) if self.server.answers else 250)

    def say(self, code: int) -> None:
        self.wfile.write(f"{code} ok\r\n".encode())


@contextmanager
def mail_server(
    delay_s: float = 0.0, certificate: Path | None = None, *, at_once: bool = False
) -> Iterator[MailServer]:
    with MailServer(delay_s, certificate, at_once=at_once) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
