"""The program `bursar`: its commands by name, and what a mistake looks like."""

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final

import click

from bursar.cli.failure import document, explained, fail, shortened
from bursar.core.messages.text import escaped

JSON: Final = "--json"
GIVEN: Final = "bursar.given"
"""Where a context has the arguments of the whole command."""
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

    def main(self, args: Sequence[str] | None = None, *more: Any, **named: Any) -> Any:
        """Run a command, and end; what an operator can mend is one line and a failure."""
        try:
            return super().main(args, *more, **named)
        except Exception as error:
            told = explained(error)
            if told is None:
                raise
            fail(*told, as_json=JSON in (sys.argv if args is None else args))
            sys.exit(1)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments apart, and keep them as they were given."""
        ctx.meta[GIVEN] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Do what the command does. Errors: ClickException, also as a document where that was asked."""
        given = ctx.meta[GIVEN]
        for stream in (sys.stdout, sys.stderr):
            # A terminal that does not know a character is shown its number.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            _check_text(given)
            return super().invoke(ctx)
        except click.ClickException as error:
            short = shortened(error)
            if JSON in given:
                document("usage" if isinstance(error, click.UsageError) else "failed", short.message)
            raise short from None


def _check_text(arguments: Iterable[str]) -> None:
    """Raise UsageError unless every argument is text that a person can see; bytes that are none are not."""
    for number, argument in enumerate(arguments, 1):
        shown = escaped(argument)
        if shown != argument:
            raise click.UsageError(f'argument {number} holds characters that cannot be seen: "{shown[:60]}"')


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Bursar administers billing and subscriptions for companies that sell software by the seat.

    Example: bursar quote --help
    """
