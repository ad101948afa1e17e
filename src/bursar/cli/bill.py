"""`bursar bill`: one round of the worker, now."""

from datetime import UTC, datetime

import click

from bursar.cli.files import as_json, show
from bursar.cli.home import django


@click.command()
@as_json
def bill(as_json: bool) -> None:
    """Apply and invoice everything that has fallen due, collect it, and finish open payments; then end.

    Example: bursar bill
    """
    with django():
        from bursar.jobs.steps import run_once

        try:
            count = run_once(datetime.now(UTC))
        except ExceptionGroup as group:
            failed = len(group.exceptions)
            raise click.ClickException(
                f"{failed} things failed; the log above says which, the others are done"
            ) from None
    show({"looked_at": count}, as_json, f"{count} things were due")
