"""`bursar policy`: check, show and publish the rules of who may change what."""

import json
from datetime import UTC, datetime

import click

from bursar.cli.files import as_json, read_text, show
from bursar.cli.home import django
from bursar.core.messages.document import parse_toml
from bursar.policy import document


@click.group()
def policy() -> None:
    """Check a policy file, show the policy in force, or publish a file.

    Example: bursar policy check policies/standard.toml
    """


@policy.command()
@click.argument("file")
@click.option("--accounts", is_flag=True, help="Say as well if accounts or staff stand in the way; needs the database.")
@as_json
def check(file: str, accounts: bool, as_json: bool) -> None:
    """Read FILE and say what it holds, without publishing it.

    Example: bursar policy check --accounts policies/standard.toml
    """
    text = read_text(file)
    content = document.read_toml(text, file, 1)
    if accounts:
        with django():
            from bursar.accounts.publishing import check_policy

            check_policy(parse_toml(text, file), at=file)
    types = ", ".join(content.account_types)
    show(document.write(content), as_json, f"{file} holds: {len(content.account_types)} account types ({types})")


@policy.command()
@click.argument("file")
@as_json
def apply(file: str, as_json: bool) -> None:
    """Publish FILE as a new version, unless it is the file applied last.

    If accounts have a type that FILE no longer has, `replaces` in FILE names the type that they get instead.

    Example: bursar policy apply policies/standard.toml
    """
    content = parse_toml(read_text(file), file)
    # A faulty file is refused before a database is started for it; publishing reads it again.
    document.read(content, 1, at=file)
    with django():
        from bursar.accounts.publishing import apply_policy
        from bursar.core.policy.policy import VENDOR

        number = apply_policy(content, file=file, by="command line", actor=VENDOR, now=datetime.now(UTC))
    show({"version": number}, as_json, f"version {number} of the policy is current")


@policy.command("show")
@as_json
def show_current(as_json: bool) -> None:
    """Print the policy in force.

    Example: bursar policy show --json
    """
    with django():
        from bursar.policy import queries

        current = document.write(queries.current())
    show(current, as_json, json.dumps(current, ensure_ascii=False, indent=2))
