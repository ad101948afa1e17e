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
    """Group of all commands. It imports a command's module when it is called: all of them would double the start."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, name = place.split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def main(self, args: Sequence[str] | None = None, *more: Any, **named: Any) -> Any:
        """Run a command, and end. A fault that an operator can mend is one line and a failure, without a traceback."""
        try:
            return super().main(args, *more, **named)
        except Exception as error:
            explanation = explained(error)
            if explanation is None:
                raise
            fail(*explanation, as_json=JSON in (sys.argv if args is None else args))
            sys.exit(1)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, and keep them as they were given."""
        # Click forgets them, and a mistake in one option must not hide that --json was another.
        ctx.meta[GIVEN] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Errors: ClickException, with --json also printed as a document."""
        arguments = ctx.meta[GIVEN]
        for stream in (sys.stdout, sys.stderr):
            # A terminal in another encoding shows a number in place of a character that it lacks; Python would fail.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            _check_text(arguments)
            return super().invoke(ctx)
        except click.ClickException as error:
            short = shortened(error)
            if JSON in arguments:
                document("usage" if isinstance(error, click.UsageError) else "failed", short.message)
            raise short from None


def _check_text(arguments: Iterable[str]) -> None:
    """Raise UsageError if an argument has characters that cannot be seen, or bytes that are no text."""
    for number, argument in enumerate(arguments, 1):
        visible = escaped(argument)
        if visible != argument:
            raise click.UsageError(f'argument {number} holds characters that cannot be seen: "{visible[:60]}"')


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Bursar administers billing and subscriptions for companies that sell software by the seat.

    Example: bursar quote --help
    """
