"""`bursar catalog`: check, compare and publish the products, plans and prices that are sold."""

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
    content = document.read_toml(read_text(file), file, 1)
    plans = sum(len(product.plans) for product in content.products)
    show(document.write(content), as_json, f"{file} holds: {len(content.products)} products with {plans} plans")


@catalog.command()
@click.argument("file")
@as_json
def apply(file: str, as_json: bool) -> None:
    """Publish FILE as a new version, unless it is the file applied last.

    Accounts keep products that FILE no longer sells; the command prints how many accounts these are.

    Example: bursar catalog apply catalogs/demo.toml
    """
    catalog_document = parse_toml(read_text(file), file)
    # A faulty file is refused before a database is started for it; publishing reads it again.
    document.read(catalog_document, 1, at=file)
    with django():
        from bursar.catalog import actions, queries

        number = actions.apply(catalog_document, file=file, by="command line", now=datetime.now(UTC))
        retired = _retired_items(queries.current())
    show(
        {"version": number, "retired": retired},
        as_json,
        f"version {number} of the catalog is current{_retired_text(retired)}",
    )


@catalog.command()
@click.argument("file")
@as_json
def diff(file: str, as_json: bool) -> None:
    """Print how FILE differs from the current version, and how many accounts have products that it no longer sells.

    Example: bursar catalog diff catalogs/demo.toml
    """
    offered = document.read_toml(read_text(file), file, 1)
    with django():
        from bursar.catalog import queries

        current = queries.current()
        retired = _retired_items(with_retired(offered, current))
    lines = list(
        unified_diff(
            _json_lines(document.write(current)), _json_lines(document.write(offered)), "current", file, lineterm=""
        )
    )
    text = "\n".join(lines) or "no difference"
    show({"differs": bool(lines), "lines": lines, "retired": retired}, as_json, f"{text}{_retired_text(retired)}")


def _retired_items(catalog: Catalog) -> dict[str, Any]:
    """Return the products that a catalog no longer sells, with the number of accounts that have them."""
    from bursar.subscriptions.retired import keeping

    retired = keeping(catalog, datetime.now(UTC))
    items = [{"product": product, "plan": plan, "accounts": count} for (product, plan), count in retired.items.items()]
    return {"accounts": retired.accounts, "items": items}


def _retired_text(retired: dict[str, Any]) -> str:
    """Return a line about retired products; an empty text if no account has any."""
    if not retired["accounts"]:
        return ""
    named = "; ".join(f"{item['product']} {item['plan']}: {item['accounts']}" for item in retired["items"])
    return f"\n{retired['accounts']} accounts have what it no longer sells, and keep it ({named})"


def _json_lines(document: object) -> list[str]:
    # As JSON, in which a field has a line and an order; two TOML files may differ in ways that mean nothing.
    return json.dumps(document, ensure_ascii=False, indent=1).splitlines()
