"""The ``talentsphere`` command: one module a group, loaded only when it is used."""

from __future__ import annotations

import importlib
from typing import Any

import click

from talentsphere import __version__

COMMANDS = {
    "db": ("talentsphere.cli.database", "db", "Create, change and check the database."),
    "import": ("talentsphere.cli.importing", "import_", "Read jobs and skills from files."),
    "seed": ("talentsphere.cli.importing", "seed", "Fill the database with made-up postings."),
    "jobs": ("talentsphere.cli.jobs", "jobs", "Act on postings."),
    "api-keys": ("talentsphere.cli.api_keys", "api_keys", "Make, list and revoke keys for integrations."),
    "cache": ("talentsphere.cli.cache", "cache", "Look at the cache, empty it, fill it."),
    "users": ("talentsphere.cli.users", "users", "Make accounts."),
    "logs": ("talentsphere.cli.logs", "logs", "Clean up the activity log."),
    "changes": ("talentsphere.cli.changes", "changes", "Look at the change feed, and prune it."),
    "rollups": ("talentsphere.cli.rollups", "rollups", "Compare the figures of hiring with a recount."),
    "search": ("talentsphere.cli.searching", "search", "Look after the search index."),
    "prepare": (
        "talentsphere.cli.preparing",
        "prepare",
        "Migrate, and import the sample into an empty database.",
    ),
    "worker": ("talentsphere.cli.working", "worker", "Work tasks off: what happens later."),
    "tasks": ("talentsphere.cli.tasks", "tasks", "Look at tasks, and try dead letters again."),
    "outbox": ("talentsphere.cli.outbox", "outbox", "Look at mails."),
    "serve": ("talentsphere.cli.serving", "serve", "Serve with gunicorn."),
    "doctor": ("talentsphere.cli.doctor", "doctor", "Tell the mode, the versions, the gaps and their fix."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: Any = getattr(importlib.import_module(module), name)
        return command  # type: ignore[no-any-return]

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.version_option(__version__)
def main() -> None:
    """TalentSphere: a self-hosted hiring-platform backend."""
