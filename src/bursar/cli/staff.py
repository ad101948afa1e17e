"""`bursar staff`: appoint, list and dismiss the vendor's own people."""

from datetime import UTC, datetime

import click

from bursar.cli.files import as_json, show
from bursar.cli.home import django
from bursar.core.policy.capability import STAFF_ROLES


@click.group()
def staff() -> None:
    """Appoint, list and dismiss staff, who act on accounts at the desk. The first of them is appointed here.

    Example: bursar staff appoint ada@vendor.example --name "Ada Lovelace" --role admin
    """


@staff.command()
@click.argument("email")
@click.option("--name", required=True, help="How pages and histories name them.")
@click.option("--role", type=click.Choice(STAFF_ROLES), required=True, help="The policy says what each may do.")
@click.option("--sandbox/--real", default=None, help="On sandbox accounts alone, or on all; without it as before.")
@as_json
def appoint(email: str, name: str, role: str, sandbox: bool | None, as_json: bool) -> None:
    """Appoint the person with this EMAIL, or give a colleague another role.

    Example: bursar staff appoint ada@vendor.example --name "Ada Lovelace" --role admin
    """
    with django():
        from bursar.identity.staff import appoint, colleague
        from bursar.policy.queries import current

        staff_id = appoint(
            current(), name=name, email=email, role=role, sandbox=sandbox, by=None, now=datetime.now(UTC)
        )
        # Read back, because without --sandbox or --real it stays as it was.
        appointed = colleague(staff_id)
    document = {"id": str(staff_id), "email": email, "role": role, "sandbox": bool(appointed and appointed.sandbox)}
    show(document, as_json, f"{name} is of the staff ({role}), and signs in by a link to {email}: /sign-in/link")


@staff.command("list")
@as_json
def list_staff(as_json: bool) -> None:
    """List the staff: who, in which role, since when, and when they signed in last.

    Example: bursar staff list
    """
    with django():
        from bursar.identity.staff import staff

        rows = staff()
    documents = [
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
    show(documents, as_json, "\n".join(lines) or "There is nobody; bursar staff appoint EMAIL appoints somebody.")


@staff.command()
@click.argument("email")
@as_json
def dismiss(email: str, as_json: bool) -> None:
    """Dismiss the person with this EMAIL from the staff; their acts stay in the histories.

    Example: bursar staff dismiss ada@vendor.example
    """
    with django():
        from bursar.identity.staff import dismiss, staff
        from bursar.policy.queries import current

        dismissed = next((colleague for colleague in staff() if colleague.email.lower() == email.lower()), None)
        if dismissed is None:
            raise click.ClickException(f"Nobody of the staff has the address {email}; bursar staff list shows them.")
        dismiss(current(), dismissed.id, by=None, now=datetime.now(UTC))
    show({"dismissed": email}, as_json, f"{dismissed.name} is of the staff no longer.")
