"""Every command of the program, as click knows it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from bursar.cli import main
from bursar.cli.program import COMMANDS

ROOT: Final = Path(__file__).resolve().parents[1]
RUNS: Final = {("serve",), ("worker",), ("migrate",), ("demo",), ("bill",)}
"""What runs without an argument; only its wrong arguments are tried."""


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its words."""
    context = click.Context(main)
    for name in COMMANDS:
        found = main.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from (((name, sub), one) for sub, one in found.commands.items())
        else:
            yield (name,), found


ALL: Final = dict(commands())
