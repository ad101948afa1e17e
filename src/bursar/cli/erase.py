"""`bursar erase`: erase people and accounts. Source: GDPR, article 17."""

from datetime import UTC, datetime
from uuid import UUID

import click

from bursar.cli.files import as_json, show
from bursar.cli.home import django


@click.group()
def erase() -> None:
    """Erase people and accounts for good. Histories keep the facts without the names; invoices stay as issued.

    Example: bursar erase person ada@customer.example --yes
    """


def _check_sure(yes: bool) -> None:
    """Raise UsageError unless --yes was given. A question at the terminal would hold up scripts."""
    if not yes:
        raise click.UsageError("This cannot be undone; say --yes to do it.")


@erase.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do it; it cannot be undone.")
@as_json
def person(email: str, yes: bool, as_json: bool) -> None:
    """Erase the person with this EMAIL, who must no longer be a member of any account.

    Example: bursar erase person ada@customer.example --yes
    """
    _check_sure(yes)
    with django():
        from bursar.core.policy.policy import VENDOR
        from bursar.erasure.actions import erase_person

        erased = erase_person(email, actor=VENDOR, now=datetime.now(UTC))
    show({"erased": str(erased)}, as_json, f"The person {erased} is erased.")


@erase.command()
@click.argument("id", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do it; it cannot be undone.")
@as_json
def account(id: UUID, yes: bool, as_json: bool) -> None:
    """Erase the cancelled account with this ID, and its people who are in no other.

    Example: bursar erase account 01900000-0000-7000-8000-000000000001 --yes
    """
    _check_sure(yes)
    with django():
        from bursar.core.policy.policy import VENDOR
        from bursar.erasure.actions import erase_account

        people = erase_account(id, actor=VENDOR, now=datetime.now(UTC))
    show({"erased": str(id), "people": people}, as_json, f"The account is erased, and {people} people with it.")
