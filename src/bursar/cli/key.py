"""`bursar key`: keys of the vendor's programs."""

from datetime import UTC, datetime

import click

from bursar.cli.files import as_json, show
from bursar.cli.home import django


@click.group()
def key() -> None:
    """Keys with which the vendor's programs call the API.

    Example: bursar key create shop
    """


@key.command()
@click.argument("name")
@as_json
def create(name: str, as_json: bool) -> None:
    """Make a key for the program NAME and print it once; only its hash is kept.

    Example: bursar key create shop
    """
    with django():
        from bursar.accounts.keys import create_key

        made = create_key(name, now=datetime.now(UTC))
    show({"name": name, "key": made}, as_json, f"Keep this key of {name}; it is not shown again:\n{made}")
