"""``talentsphere outbox``: the mails that were written, as they read."""

from __future__ import annotations

import sys
from typing import Any

import click
import orjson

from talentsphere.cli.context import with_app


@click.group()
def outbox() -> None:
    """Look at mails."""


@outbox.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, with what the mail shows.")
@with_app
def list_(limit: int, as_json: bool) -> None:
    """List mails, the newest first."""
    from talentsphere.db.session import reading
    from talentsphere.domains.mail.queries import list_mails

    with reading() as session:
        mails = list_mails(session, limit)
    for mail in mails:
        line = f"{mail.id:6}  {mail.status:8} {mail.created_at:%Y-%m-%d %H:%M:%S}  {mail.template:16} {mail.recipient}"
        click.echo(_json(mail._mapping) if as_json else line)
    if not mails and not as_json:
        click.echo("no mails")


@outbox.command()
@click.argument("mail_id", type=click.IntRange(1), metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with subject, text and HTML.")
@with_app
def show(mail_id: int, as_json: bool) -> None:
    """Print the mail with this ID as it reads; exit status 1 when there is none."""
    from flask import current_app

    from talentsphere.db.session import reading
    from talentsphere.domains.mail.letters import letter_of, message_id
    from talentsphere.domains.mail.queries import find_mail

    settings = current_app.extensions["talentsphere.settings"]
    with reading() as session:
        mail = find_mail(session, mail_id)
    if mail is None:
        click.echo(f"talentsphere: there is no mail {mail_id}", err=True)
        sys.exit(1)
    letter = letter_of(mail, settings) if mail.context else None
    if as_json:
        whole = {name: value for name, value in mail._mapping.items() if name != "preferences"}
        texts = {name: getattr(letter, name, None) for name in ("subject", "text", "html")}
        click.echo(_json({**whole, "message_id": message_id(mail, settings), **texts}))
        return
    click.echo(f"To: {mail.recipient}\nState: {mail.status}\nMessage-ID: {message_id(mail, settings)}")
    click.echo(
        f"Subject: {letter.subject}\n\n{letter.text}" if letter else "\nwhat it said was forgotten when it was sent"
    )


def _json(shown: Any) -> str:
    return orjson.dumps(dict(shown), option=orjson.OPT_UTC_Z).decode()
