"""`bursar catalog`: what is sold."""

import json
from datetime import UTC, datetime
from difflib import unified_diff
from typing import Any

import click

from bursar.catalog import document
from bursar.cli.files import as_json, read_text, show
from bursar.cli.home import django
from bursar.core.messages.document import parse_toml
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.retirement import with_retired


@click.group()
def catalog() -> None:
    """Check a catalog file, compare it with the catalog in force, or publish it.

    Example: bursar catalog check catalogs/demo.toml
    """


@catalog.command()
@click.argument("file")
@as_json
def check(file: str, as_json: bool) -> None:
    """Read FILE and say what it holds, without publishing it.

    Example: bursar catalog check catalogs/demo.toml
    """
    found = document.read_toml(read_text(file), file, 1)
    plans = sum(len(product.plans) for product in found.products)
    show(document.write(found), as_json, f"{file} holds: {len(found.products)} products with {plans} plans")


@catalog.command()
@click.argument("file")
@as_json
def apply(file: str, as_json: bool) -> None:
    """Publish FILE as a new version, unless it is the file applied last.

    Accounts keep what they have and FILE no longer sells; it is said how many these are.

    Example: bursar catalog apply catalogs/demo.toml
    """
    found = parse_toml(read_text(file), file)
    document.read(found, 1, at=file)
    with django():
        from bursar.catalog import actions, queries

        number = actions.apply(found, file=file, by="command line", now=datetime.now(UTC))
        kept = _kept(queries.current())
    show({"version": number, "retired": kept}, as_json, f"version {number} of the catalog is current{_said(kept)}")


@catalog.command()
@click.argument("file")
@as_json
def diff(file: str, as_json: bool) -> None:
    """Say how FILE differs from the current version, and how many accounts have what it would no longer sell.

    Example: bursar catalog diff catalogs/demo.toml
    """
    wanted = document.read_toml(read_text(file), file, 1)
    with django():
        from bursar.catalog import queries

        current = queries.current()
        kept = _kept(with_retired(wanted, current))
    lines = list(
        unified_diff(_lines(document.write(current)), _lines(document.write(wanted)), "current", file, lineterm="")
    )
    told = "\n".join(lines) or "no difference"
    show({"differs": bool(lines), "lines": lines, "retired": kept}, as_json, f"{told}{_said(kept)}")


def _kept(found: Catalog) -> dict[str, Any]:
    """Say which products a catalog no longer sells, and how many accounts have them."""
    from bursar.subscriptions.retired import keeping

    kept = keeping(found, datetime.now(UTC))
    items = [{"product": product, "plan": plan, "accounts": count} for (product, plan), count in kept.items.items()]
    return {"accounts": kept.accounts, "items": items}


def _said(kept: dict[str, Any]) -> str:
    """The same as lines below what else is said; nothing where nobody has any of it."""
    if not kept["accounts"]:
        return ""
    named = "; ".join(f"{one['product']} {one['plan']}: {one['accounts']}" for one in kept["items"])
    return f"\n{kept['accounts']} accounts have what it no longer sells, and keep it ({named})"


def _lines(found: object) -> list[str]:
    return json.dumps(found, ensure_ascii=False, indent=1).splitlines()
