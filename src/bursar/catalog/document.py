"""The catalog as a document, in TOML or JSON, and as the value that prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Final

from pydantic import ConfigDict, TypeAdapter, WrapValidator

from bursar.core.calendar.cycle import BUILT_IN, BadCycle, Cycle
from bursar.core.messages.document import BadDocument, NotKnown, Repeated, excerpt, parse_toml
from bursar.core.messages.entry import Listed, Table, read_table
from bursar.core.messages.schema import refused
from bursar.core.subscription.catalog import Catalog, NoEntries, Plan, Product

_EXAMPLE: Final[dict[str, Any]] = {
    "products": [
        {
            "code": "support",
            "name": {"en": "Support", "fr": "Assistance"},
            "base": True,
            "plans": [
                {
                    "code": "team",
                    "name": {"en": "Team"},
                    "prices": [{"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "19.00"}],
                }
            ],
        }
    ]
}


class OneMeasure(BadDocument):
    """{at}: all prices of a plan are per the same thing; expected {expected}, found {found}."""


class NotSold(BadDocument):
    """{at}: there is no product {found} in this document."""


class NotCycle(BadDocument):
    """{at}: expected a term that is a whole number of periods, both in months or both in days and weeks."""


def _cycle(value: object, read_cycle: Any) -> Any:
    try:
        return read_cycle(value)
    except BadCycle:
        # The cycle itself does not know where in the document it stands; `refused` adds the place.
        raise refused(NotCycle) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogDocument(Table):
    """The catalog: products with their plans and prices, and the vendor's own billing cycles."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        title="Catalog", extra="forbid", json_schema_extra={"examples": [_EXAMPLE]}
    )

    products: Annotated[tuple[Product, ...], Listed(none=NoEntries)]
    cycles: Annotated[tuple[Annotated[Cycle, WrapValidator(_cycle)], ...], Listed()] = ()


@cache
def _adapter() -> TypeAdapter[CatalogDocument]:
    # Built when it is first needed: pydantic takes a while, which every command would wait for.
    return TypeAdapter(CatalogDocument)


def read(document: object, version: int, at: str = "") -> Catalog:
    """Read a catalog from a document; `at` goes before the place in every message. Errors: BadDocument, its kinds."""
    content = read_table(_adapter(), document, at)
    prefix = f"{at}: " if at else ""
    # The schema has checked each entry by itself; from here on entries are compared with one another.
    built_in, own = (tuple(cycle.code for cycle in cycles) for cycles in (BUILT_IN, content.cycles))
    _check_codes(own, f"{prefix}cycles", taken=built_in)
    _check_codes((product.code for product in content.products), f"{prefix}products")
    for number, product in enumerate(content.products):
        _check_codes((plan.code for plan in product.plans), f"{prefix}products[{number}].plans")
        for rank, plan in enumerate(product.plans):
            _check_prices(plan, f"{prefix}products[{number}].plans[{rank}].prices", built_in + own)
    sold = {product.code for product in content.products}
    for number, product in enumerate(content.products):
        for needed in product.requires:
            # A product that needs itself could never be bought.
            if needed not in sold or needed == product.code:
                raise NotSold(at=f"{prefix}products[{number}].requires", found=needed)
    return Catalog(version, content.products, content.cycles)


def read_toml(text: str, file: str, version: int) -> Catalog:
    """Read a catalog from a TOML file. Errors: BadDocument, its kinds, naming the file."""
    return read(parse_toml(text, file), version, at=file)


def write(catalog: Catalog) -> dict[str, Any]:
    """Return the document that reads as this catalog."""
    content = CatalogDocument(products=catalog.products, cycles=catalog.own_cycles)
    document: dict[str, Any] = _adapter().dump_python(content, mode="json", by_alias=True, exclude_none=True)
    # Versions from before there were cycles have no such entry, and must keep their digests.
    return document if catalog.own_cycles else {"products": document["products"]}


def _check_codes(codes: Iterable[str], at: str, taken: Iterable[str] = ()) -> None:
    """Raise Repeated if a code stands twice, or is built in already."""
    seen = set(taken)
    for number, code in enumerate(codes):
        if code in seen:
            raise Repeated(at=f"{at}[{number}].code", found=code)
        seen.add(code)


def _check_prices(plan: Plan, at: str, cycles: tuple[str, ...]) -> None:
    """Raise NotKnown, Repeated or OneMeasure unless each price is of another currency or cycle, and all count one thing."""
    sold = set[tuple[str, str]]()
    for number, price in enumerate(plan.prices):
        if price.cycle not in cycles:
            raise NotKnown(at=f"{at}[{number}].cycle", known=", ".join(cycles), found=excerpt(price.cycle))
        # With two prices for the same thing it would depend on their order which of them is charged.
        if (price.currency, price.cycle) in sold:
            raise Repeated(at=f"{at}[{number}]", found=f"{price.currency} {price.cycle}")
        sold.add((price.currency, price.cycle))
        # A change of cycle or currency keeps the quantity, which must then still count the same thing.
        if price.per is not plan.per:
            raise OneMeasure(at=f"{at}[{number}].per", expected=plan.per.value, found=price.per.value)
