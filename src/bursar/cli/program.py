"""The program `bursar`: its commands by name, and what a mistake looks like."""

import sys
from importlib import import_module
from typing import Any, Final

import click

from bursar.core.problem import Problem
from bursar.postgres import NotStarted, Unusable
from bursar.postgres.programs import NoPrograms

COMMANDS: Final = {
    "serve": "bursar.cli.serve:serve",
    "worker": "bursar.cli.serve:worker",
    "migrate": "bursar.cli.serve:migrate",
    "demo": "bursar.cli.demo:demo",
    "key": "bursar.cli.key:key",
    "staff": "bursar.cli.staff:staff",
    "erase": "bursar.cli.erase:erase",
    "export": "bursar.cli.export:export",
    "bill": "bursar.cli.bill:bill",
    "backup": "bursar.cli.backup:backup",
    "restore": "bursar.cli.backup:restore",
    "doctor": "bursar.cli.doctor:doctor",
    "catalog": "bursar.cli.catalog:catalog",
    "policy": "bursar.cli.policy:policy",
    "scenario": "bursar.cli.scenario:scenario",
    "quote": "bursar.cli.quote:quote",
}


class Program(click.Group):
    """Loads a command when it is called, so that each starts as fast as what it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, name = where.split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """What the command returns; a problem with what was asked is one line and a failure."""
        try:
            return super().invoke(ctx)
        except (Problem, NotStarted, NoPrograms, Unusable) as problem:
            print(f"bursar: {problem}", file=sys.stderr)
            ctx.exit(1)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Bursar administers billing and subscriptions for companies that sell software by the seat.

    Example: bursar quote --help
    """
