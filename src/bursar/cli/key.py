"""`bursar key`: keys of the vendor's programs."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from bursar.cli.files import as_json, show
from bursar.cli.home import django

if TYPE_CHECKING:
    from bursar.accounts.keys import KeyRow


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


@key.command("list")
@as_json
def list_keys(as_json: bool) -> None:
    """List every key: when it was made, used last (to the hour) and revoked.

    Example: bursar key list
    """
    with django():
        from bursar.accounts.keys import keys

        rows = keys()
    told = [{name: str(value) if value else None for name, value in asdict(row).items()} for row in rows]
    lines = [f"{row.id}  {row.name}: {_said(row)}" for row in rows]
    show(told, as_json, "\n".join(lines) or "There is no key; bursar key create NAME makes one.")


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
    show({"revoked": str(id)}, as_json, "The key holds no longer.")


def _said(row: "KeyRow") -> str:
    made = f"made {row.created_at:%Y-%m-%d}"
    used = f"last used {row.last_used_at:%Y-%m-%d %H:00}" if row.last_used_at else "never used"
    return ", ".join([made, used, *([f"revoked {row.revoked_at:%Y-%m-%d}"] if row.revoked_at else [])])
