"""`bursar catalog`: what is sold."""

import click

from bursar.catalog import document
from bursar.cli.files import as_json, read_text, show


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
