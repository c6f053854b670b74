"""``talentsphere api-keys``: keys for integrations, as the operator."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import click
import orjson

from talentsphere.api.policy import SCOPES
from talentsphere.cli.context import with_app

if TYPE_CHECKING:
    from talentsphere.db.rows import Reader


@click.group("api-keys")
def api_keys() -> None:
    """Make, list and revoke API keys."""


@api_keys.command()
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), metavar="SCOPE",
              help="What it may do, such as jobs:write; may be given several times.")  # fmt: skip
@click.option("--company", metavar="ID|SLUG", help="Whose key it is; without it, one of the whole instance.")
@click.option("--name", default="", help="What it is for.")
@click.option("--expires-days", type=click.IntRange(1, 3650), metavar="DAYS", help="When it ends by itself.")
@click.option("--json", "as_json", is_flag=True, help="Print the key as JSON.")
@with_app
def create(scopes: tuple[str, ...], company: str | None, name: str, expires_days: int | None, as_json: bool) -> None:
    """Make a key and print its secret, which is shown only this once.

    Exit status 1 when there is no such company, or it may not have the scope.
    """
    from talentsphere.db.base import now
    from talentsphere.db.caller import Actor
    from talentsphere.db.session import writing
    from talentsphere.domains.accounts.api_keys import add_api_key
    from talentsphere.errors import DomainError

    expires_at = now() + timedelta(days=expires_days) if expires_days else None
    try:
        with writing() as session:
            company_id = _company_id(session, company) if company else None
            key, secret = add_api_key(session, Actor(), name[:100], scopes, company_id, expires_at)
    except DomainError as error:
        click.echo(f"talentsphere: {error.detail}", err=True)
        sys.exit(1)
    if as_json:
        shown = {"id": key.id, "secret": secret, "company_id": company_id, "scopes": key.scopes.split(" "),
                 "expires_at": expires_at}  # fmt: skip
        click.echo(orjson.dumps(shown, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS).decode())
    else:
        click.echo(secret)
        click.echo(f"API key {key.id}: keep the secret, it is not shown again", err=True)


@api_keys.command()
@click.argument("key_id", type=click.IntRange(1, 2**31 - 1), metavar="ID")
@with_app
def revoke(key_id: int) -> None:
    """End the key with this ID, at once and for good."""
    from talentsphere.db.caller import Actor, Extent, Reach
    from talentsphere.db.session import writing
    from talentsphere.domains.accounts.api_keys import revoke_api_key
    from talentsphere.errors import NotFound

    try:
        with writing() as session:
            revoke_api_key(session, Reach(Extent.EVERYTHING), Actor(), key_id)
    except NotFound as error:
        click.echo(f"talentsphere: {error.detail}", err=True)
        sys.exit(1)
    click.echo(f"API key {key_id} is revoked")


@api_keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@with_app
def list_(as_json: bool) -> None:
    """List every key, without its secret."""
    from talentsphere.db.caller import Extent, Reach
    from talentsphere.db.paging import Window
    from talentsphere.db.session import reading
    from talentsphere.domains.accounts.key_queries import list_keys
    from talentsphere.domains.accounts.models import ApiKey

    columns = (ApiKey.id, ApiKey.start, ApiKey.company_id, ApiKey.scopes, ApiKey.name, ApiKey.revoked_at)
    with reading() as connection:
        rows = list_keys(connection, Reach(Extent.EVERYTHING), Window(10_000), columns)
    for row in rows:
        whose = f"company {row.company_id}" if row.company_id else "instance"
        state = "revoked" if row.revoked_at else "valid"
        line = f"{row.id:5} {row.start}... {whose:14} {state:8} {row.scopes}  {row.name}"
        click.echo(orjson.dumps(dict(row._mapping)).decode() if as_json else line.rstrip())


def _company_id(session: Reader, reference: str) -> int:
    from talentsphere.domains.companies.models import Company
    from talentsphere.domains.companies.queries import find_company
    from talentsphere.errors import NotFound

    found = find_company(session, reference, (Company.id,))
    if found is None:
        raise NotFound(f"there is no company {reference}")
    company_id: int = found.id
    return company_id
