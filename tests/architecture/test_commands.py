"""Every command says what it does, and ``docs/commands.md`` names it."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from tests.architecture.repository import ROOT

from talentsphere.cli import main

pytestmark = pytest.mark.once

DOCUMENT = ROOT / "docs" / "commands.md"


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield (what to type, command) of each command below ``command``."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from walk(found, f"{path} {name}")
    else:
        yield path, command


COMMANDS = dict(walk(main, "talentsphere"))


@pytest.mark.parametrize("path", COMMANDS)
def test_command_has_help_and_so_has_each_option(path):
    command = COMMANDS[path]
    silent = [one.name for one in command.params if isinstance(one, click.Option) and not one.help]

    assert command.help
    assert silent == []


@pytest.mark.parametrize("path", COMMANDS)
def test_command_is_documented(path):
    assert f"`{path}" in DOCUMENT.read_text()


def test_nothing_is_documented_that_does_not_exist():
    lines = DOCUMENT.read_text().splitlines()
    typed = [line.split("`")[1] for line in lines if line.startswith("| `talentsphere")]
    gone = [text for text in typed if not any(f"{text} ".startswith(f"{path} ") for path in COMMANDS)]

    assert gone == []
