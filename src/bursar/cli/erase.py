"""`bursar erase`: forgetting people and accounts, as the law wants it."""

from datetime import UTC, datetime
from uuid import UUID

import click

from bursar.cli.files import as_json, show
from bursar.cli.home import django


@click.group()
def erase() -> None:
    """Forget people and accounts for good; what happened stays in the histories, and invoices say what they said.

    Example: bursar erase person ada@customer.example --yes
    """


def _sure(yes: bool) -> None:
    if not yes:
        raise click.UsageError("This cannot be undone; say --yes to do it.")


@erase.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do it; it cannot be undone.")
@as_json
def person(email: str, yes: bool, as_json: bool) -> None:
    """Forget the person with this EMAIL, who is no member of any account any more.

    Example: bursar erase person ada@customer.example --yes
    """
    _sure(yes)
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
    """Forget the cancelled account with this ID, and its people who are in no other.

    Example: bursar erase account 01900000-0000-7000-8000-000000000001 --yes
    """
    _sure(yes)
    with django():
        from bursar.core.policy.policy import VENDOR
        from bursar.erasure.actions import erase_account

        people = erase_account(id, actor=VENDOR, now=datetime.now(UTC))
    show({"erased": str(id), "people": people}, as_json, f"The account is erased, and {people} people with it.")
