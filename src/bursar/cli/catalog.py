"""`bursar catalog`: what is sold."""

import json
from datetime import UTC, datetime
from difflib import unified_diff

import click

from bursar.catalog import document
from bursar.cli.files import as_json, read_text, show
from bursar.cli.home import django
from bursar.core.document import toml


@click.group()
def catalog() -> None:
    """What is sold: check a catalog file, compare it, publish it.

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

    Example: bursar catalog apply catalogs/demo.toml
    """
    found = toml(read_text(file), file)
    document.read(found, 1, at=file)
    with django():
        from bursar.catalog import actions

        number = actions.apply(found, file=file, by="command line", now=datetime.now(UTC))
    show({"version": number}, as_json, f"version {number} of the catalog is current")


@catalog.command()
@click.argument("file")
@as_json
def diff(file: str, as_json: bool) -> None:
    """Say how FILE differs from the current version; nothing when it does not.

    Example: bursar catalog diff catalogs/demo.toml
    """
    wanted = document.write(document.read_toml(read_text(file), file, 1))
    with django():
        from bursar.catalog import queries

        current = document.write(queries.current())
    lines = list(unified_diff(_lines(current), _lines(wanted), "current", file, lineterm=""))
    show({"differs": bool(lines), "lines": lines}, as_json, "\n".join(lines) or "no difference")


def _lines(found: object) -> list[str]:
    return json.dumps(found, ensure_ascii=False, indent=1).splitlines()
