"""`bursar policy`: who may change what."""

import click

from bursar.cli.files import as_json, read_text, show
from bursar.policy import document


@click.group()
def policy() -> None:
    """Who may change what: check a policy file, show what is in force, publish a file.

    Example: bursar policy check policies/standard.toml
    """


@policy.command()
@click.argument("file")
@as_json
def check(file: str, as_json: bool) -> None:
    """Read FILE and say what it holds, without publishing it.

    Example: bursar policy check policies/standard.toml
    """
    found = document.read_toml(read_text(file), file, 1)
    types = ", ".join(found.account_types)
    show(document.write(found), as_json, f"{file} holds: {len(found.account_types)} account types ({types})")
