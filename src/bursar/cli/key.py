"""`bursar key`: keys of the vendor's programs."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import click

from bursar.cli.files import as_json, show
from bursar.cli.home import django
from bursar.core.messages.text import one_line

if TYPE_CHECKING:
    from bursar.accounts.keys import KeyRow, Scope


@click.group()
def key() -> None:
    """Make, list and revoke the keys with which the vendor's programs call the API.

    Example: bursar key create shop
    """


@key.command()
@click.argument("name")
@click.option("--members", is_flag=True, help="It acts for a member with every call, and never as the vendor.")
@click.option("--reads-only", is_flag=True, help="It can read everything and change nothing.")
@click.option("--account", type=click.UUID, help="It is for this account alone.")
@click.option("--days", type=click.IntRange(1, 3660), help="It holds for so many days.")
@as_json
def create(name: str, members: bool, reads_only: bool, account: UUID | None, days: int | None, as_json: bool) -> None:
    """Make a key for the program NAME and print it once; only its hash is kept.

    A key acts as the vendor, or for the member whom a call names in Bursar-Actor. A key made with --members must name a
    member with every call: give such a key to your product, which acts for people who are signed in to it.

    \b
    Examples:
      bursar key create reports --reads-only --days 90
      bursar key create product --members
    """
    with django():
        from django.db import transaction

        from bursar.accounts.keys import create_key

        now = datetime.now(UTC)
        until = now + timedelta(days=days) if days else None
        scope: Scope = "members" if members else "vendor"
        reach = "for members, whom Bursar-Actor names" if members else "as the vendor, and for members"
        # A key that cannot be printed is known to nobody, so it is not kept either.
        with transaction.atomic():
            secret = create_key(name, now=now, reads_only=reads_only, account_id=account, expires_at=until, scope=scope)
            text = f"Keep this key of {name}; it is not shown again. It acts {reach}.\n{secret}"
            show({"name": name, "key": secret, "scope": scope}, as_json, text)


@key.command("list")
@as_json
def list_keys(as_json: bool) -> None:
    """List every key: when it was made, used last (to the hour) and revoked, and what it is limited to.

    Example: bursar key list
    """
    with django():
        from bursar.accounts.keys import keys

        rows = keys()
    documents = [
        {
            name: value if isinstance(value, bool) else str(value) if value else None
            for name, value in asdict(row).items()
        }
        for row in rows
    ]
    lines = [f"{row.id}  {one_line(row.name)}: {_describe_key(row)}" for row in rows]
    show(documents, as_json, "\n".join(lines) or "There is no key; bursar key create NAME makes one.")


@key.command()
@click.argument("id", type=click.UUID)
@as_json
def revoke(id: UUID, as_json: bool) -> None:
    """Let the key with this ID, as bursar key list shows it, hold no longer.

    Example: bursar key revoke 01900000-0000-7000-8000-000000000001
    """
    with django():
        from bursar.accounts.keys import revoke_key

        revoke_key(id, now=datetime.now(UTC))
    show({"revoked": str(id)}, as_json, "The key is revoked.")


def _describe_key(row: "KeyRow") -> str:
    """Return when a key was made and used, and its limits, for a person."""
    made = f"made {row.created_at:%Y-%m-%d}"
    used = f"last used {row.last_used_at:%Y-%m-%d %H:00}" if row.last_used_at else "never used"
    limits = {
        "for members only": row.scope == "members",
        "reads only": row.reads_only,
        f"for account {row.account_id}": row.account_id,
        f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "": row.expires_at,
        f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else "": row.revoked_at,
    }
    return ", ".join([made, used, *(text for text, applies in limits.items() if applies)])
