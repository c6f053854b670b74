"""``talentsphere users``: accounts, as the operator."""

from __future__ import annotations

import sys

import click

from talentsphere.cli.context import with_app

ROLES = ("admin", "recruiter", "hiring_manager", "interviewer", "candidate")


@click.group()
def users() -> None:
    """Make accounts."""


@users.command()
@click.option("--email", required=True, help="The address that the person signs in with.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the person may do.")
@click.option("--name", help="The person's name; without it, the part of the address before the @.")
@click.option("--company", metavar="ID|SLUG", help="Where a recruiter, hiring manager or interviewer works.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@with_app
def create(email: str, role: str, name: str | None, company: str | None, password_stdin: bool) -> None:
    """Make an account whose address counts as verified; a password that was made is printed, this once.

    Exit status 1 when the address is taken, the company is missing, or the password is too weak.
    """
    from talentsphere.domains.accounts.operating import create_user, new_password
    from talentsphere.errors import DomainError

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else new_password()
    try:
        user_id = create_user(email, role, name, company, password)
    except DomainError as error:
        click.echo(f"talentsphere: {error.detail}", err=True)
        sys.exit(1)
    click.echo(f"user {user_id}: {email}, {role}", err=True)
    if not password_stdin:
        click.echo(password)


@users.command("ensure-admin")
@with_app
def ensure_admin() -> None:
    """Make the first admin unless there is one, and write who it is to `TALENTSPHERE_HOME/initial-admin.txt`."""
    from talentsphere.domains.accounts import operating

    path = operating.ensure_admin()
    click.echo(f"the first admin: see {path}" if path else "there is an admin already")
