"""`bursar bill`: what falls due by itself, done now."""

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
            done = run_once(datetime.now(UTC))
        except ExceptionGroup as group:
            many = len(group.exceptions)
            raise click.ClickException(f"{many} things failed; the log above says which, the others are done") from None
    show({"looked_at": done}, as_json, f"{done} things were due")
