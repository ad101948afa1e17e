"""`bursar staff`: the vendor's people who act at the desk."""

from datetime import UTC, datetime

import click

from bursar.cli.files import as_json, show
from bursar.cli.home import django
from bursar.core.policy.capability import STAFF_ROLES


@click.group()
def staff() -> None:
    """The vendor's people, who act on every account at the desk. The first of them is appointed here.

    Example: bursar staff appoint ada@vendor.example --name "Ada Lovelace" --role admin
    """


@staff.command()
@click.argument("email")
@click.option("--name", required=True, help="How pages and histories name them.")
@click.option("--role", type=click.Choice(STAFF_ROLES), required=True, help="The policy says what each may do.")
@click.option("--sandbox/--real", default=None, help="On sandbox accounts alone, or on all; without it as before.")
@as_json
def appoint(email: str, name: str, role: str, sandbox: bool | None, as_json: bool) -> None:
    """Make the person with this EMAIL one of the staff, or give one of them another role.

    Example: bursar staff appoint ada@vendor.example --name "Ada Lovelace" --role admin
    """
    with django():
        from bursar.identity.staff import appoint, colleague
        from bursar.policy.queries import current

        made = appoint(current(), name=name, email=email, role=role, sandbox=sandbox, by=None, now=datetime.now(UTC))
        found = colleague(made)
    told = {"id": str(made), "email": email, "role": role, "sandbox": bool(found and found.sandbox)}
    show(told, as_json, f"{name} is of the staff ({role}), and signs in by a link to {email}: /sign-in/link")


@staff.command("list")
@as_json
def list_staff(as_json: bool) -> None:
    """List the staff: who, in which role, since when, and when they signed in last.

    Example: bursar staff list
    """
    with django():
        from bursar.identity.staff import staff

        rows = staff()
    told = [
        {
            "id": str(row.id),
            "name": row.name,
            "email": row.email,
            "role": row.role,
            "sandbox": row.sandbox,
            "since": row.since.isoformat(),
            "last_sign_in_at": row.last_sign_in_at.isoformat() if row.last_sign_in_at else None,
        }
        for row in rows
    ]
    lines = [f"{row.email}  {row.name}: {row.role}{', sandbox' if row.sandbox else ''}" for row in rows]
    show(told, as_json, "\n".join(lines) or "There is nobody; bursar staff appoint EMAIL appoints somebody.")


@staff.command()
@click.argument("email")
@as_json
def dismiss(email: str, as_json: bool) -> None:
    """Let the person with this EMAIL be of the staff no longer; what they did stays in the histories.

    Example: bursar staff dismiss ada@vendor.example
    """
    with django():
        from bursar.identity.staff import dismiss, staff
        from bursar.policy.queries import current

        found = next((one for one in staff() if one.email.lower() == email.lower()), None)
        if found is None:
            raise click.ClickException(f"Nobody of the staff has the address {email}; bursar staff list shows them.")
        dismiss(current(), found.id, by=None, now=datetime.now(UTC))
    show({"dismissed": email}, as_json, f"{found.name} is of the staff no longer.")
