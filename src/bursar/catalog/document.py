"""The catalog as a document, in TOML or JSON, and as the value that prices."""

from typing import Any, Final

from bursar.core.catalog import Catalog, Plan, Product
from bursar.core.currency import DIGITS
from bursar.core.cycle import BUILT_IN, Cycle, Length
from bursar.core.document import (
    BadDocument,
    Repeated,
    code,
    entries,
    one_of,
    said,
    table,
    text,
    toml,
    true_or_false,
    whole,
)
from bursar.core.money import RATE_LIMIT, RATE_PLACES, BadRate, read_rate
from bursar.core.price import Per, Price
from bursar.core.text import Text

_UNITS: Final = {"months": 1200, "weeks": 5200, "days": 36500}
_MOST_LIGHT_AGENTS: Final = 1_000_000


class NotAmount(BadDocument):
    """{at}: expected a price as a decimal in quotes such as "12.00", below {limit} and with at most {places} digits after the point, or a whole number, found {found}."""


class NoEntries(BadDocument):
    """{at}: expected at least one entry, found none."""


class OneMeasure(BadDocument):
    """{at}: all prices of a plan are per the same thing; expected {expected}, found {found}."""


class NotSold(BadDocument):
    """{at}: there is no product {found} in this document."""


class NotCycle(BadDocument):
    """{at}: expected a term that is a whole number of periods, both in months or both in days and weeks."""


class NotLength(BadDocument):
    """{at}: expected exactly one of months, weeks and days."""


def read(document: object, version: int, at: str = "") -> Catalog:
    """The catalog that a document says; `at` goes before the place in every message. Errors: BadDocument, its kinds."""
    found = table(document, at, ("products",), ("cycles",))
    prefix = f"{at}: " if at else ""
    cycles = _cycles(found.get("cycles", ()), f"{prefix}cycles")
    known = tuple(one.code for one in (*BUILT_IN, *cycles))
    products: dict[str, Product] = {}
    for one, place in entries(found["products"], f"{prefix}products"):
        product = _product(one, place, known)
        if product.code in products:
            raise Repeated(at=f"{place}.code", found=product.code)
        products[product.code] = product
    if not products:
        raise NoEntries(at=f"{prefix}products")
    for number, product in enumerate(products.values()):
        for needed in product.requires:
            if needed not in products or needed == product.code:
                raise NotSold(at=f"{prefix}products[{number}].requires", found=needed)
    return Catalog(version, tuple(products.values()), cycles)


def read_toml(text: str, file: str, version: int) -> Catalog:
    """The catalog that a TOML file says. Errors: BadDocument, its kinds, naming the file."""
    return read(toml(text, file), version, at=file)


def write(catalog: Catalog) -> dict[str, Any]:
    """The document that reads as this catalog."""
    document: dict[str, Any] = {"products": [_write_product(product) for product in catalog.products]}
    if catalog.own_cycles:
        document["cycles"] = [
            {"code": one.code, "name": _name(one.name), "term": _length(one.term), "period": _length(one.period)}
            for one in catalog.own_cycles
        ]
    return document


def _product(value: object, at: str, cycles: tuple[str, ...]) -> Product:
    found = table(value, at, ("code", "name", "plans"), ("base", "add_on", "requires", "online"))
    plans: dict[str, Plan] = {}
    for one, place in entries(found["plans"], f"{at}.plans"):
        plan = _plan(one, place, cycles)
        if plan.code in plans:
            raise Repeated(at=f"{place}.code", found=plan.code)
        plans[plan.code] = plan
    if not plans:
        raise NoEntries(at=f"{at}.plans")
    return Product(
        code=code(found["code"], f"{at}.code"),
        name=said(found["name"], f"{at}.name"),
        base=true_or_false(found.get("base", False), f"{at}.base"),
        add_on=true_or_false(found.get("add_on", False), f"{at}.add_on"),
        requires=_codes(found.get("requires", ()), f"{at}.requires"),
        online=frozenset(_codes(found["online"], f"{at}.online")) if "online" in found else None,
        plans=tuple(plans.values()),
    )


def _plan(value: object, at: str, cycles: tuple[str, ...]) -> Plan:
    found = table(value, at, ("code", "name", "prices"), ("features", "light_agents"))
    prices: dict[tuple[str, str], Price] = {}
    for one, place in entries(found["prices"], f"{at}.prices"):
        price = _price(one, place, cycles)
        if (price.currency, price.cycle) in prices:
            raise Repeated(at=place, found=f"{price.currency} {price.cycle}")
        prices[price.currency, price.cycle] = price
        first = next(iter(prices.values()))
        if price.per is not first.per:
            raise OneMeasure(at=f"{place}.per", expected=first.per.value, found=price.per.value)
    if not prices:
        raise NoEntries(at=f"{at}.prices")
    light = found.get("light_agents")
    return Plan(
        code=code(found["code"], f"{at}.code"),
        name=said(found["name"], f"{at}.name"),
        features=tuple(said(one, place) for one, place in entries(found.get("features", ()), f"{at}.features")),
        light_agents=None if light is None else whole(light, f"{at}.light_agents", 0, _MOST_LIGHT_AGENTS),
        prices=tuple(prices.values()),
    )


def _price(value: object, at: str, cycles: tuple[str, ...]) -> Price:
    found = table(value, at, ("currency", "cycle", "per", "amount"))
    amount = found["amount"]
    written = str(amount) if isinstance(amount, int) and not isinstance(amount, bool) else amount
    try:
        rate = read_rate(written)
    except BadRate as bad:
        limits = {"limit": RATE_LIMIT, "places": RATE_PLACES}
        raise NotAmount(at=f"{at}.amount", found=bad.params["found"], **limits) from None
    return Price(
        currency=one_of(found["currency"], f"{at}.currency", DIGITS),
        cycle=one_of(found["cycle"], f"{at}.cycle", cycles),
        per=Per(one_of(found["per"], f"{at}.per", Per)),
        rate=rate,
    )


def _cycles(value: object, at: str) -> tuple[Cycle, ...]:
    read: dict[str, Cycle] = {}
    built_in = {one.code for one in BUILT_IN}
    for one, place in entries(value, at):
        found = table(one, place, ("code", "name", "term", "period"))
        name = code(found["code"], f"{place}.code")
        if name in read or name in built_in:
            raise Repeated(at=f"{place}.code", found=name)
        term = _read_length(found["term"], f"{place}.term")
        period = _read_length(found["period"], f"{place}.period")
        if bool(term.months) != bool(period.months) or (term.months or term.days) % (period.months or period.days):
            raise NotCycle(at=place)
        read[name] = Cycle(name, said(found["name"], f"{place}.name"), term, period)
    return tuple(read.values())


def _read_length(value: object, at: str) -> Length:
    found = table(value, at, (), _UNITS)
    if len(found) != 1:
        raise NotLength(at=at)
    [(unit, number)] = found.items()
    count = whole(number, f"{at}.{unit}", 1, _UNITS[unit])
    return Length(months=count) if unit == "months" else Length(days=count * (7 if unit == "weeks" else 1))


def _codes(value: object, at: str) -> tuple[str, ...]:
    return tuple(text(one, place) for one, place in entries(value, at))


def _write_product(product: Product) -> dict[str, Any]:
    online = {} if product.online is None else {"online": sorted(product.online)}
    return {
        "code": product.code,
        "name": _name(product.name),
        "base": product.base,
        "add_on": product.add_on,
        "requires": list(product.requires),
        **online,
        "plans": [_write_plan(plan) for plan in product.plans],
    }


def _write_plan(plan: Plan) -> dict[str, Any]:
    light = {} if plan.light_agents is None else {"light_agents": plan.light_agents}
    return {
        "code": plan.code,
        "name": _name(plan.name),
        "features": [_name(one) for one in plan.features],
        **light,
        "prices": [
            {"currency": one.currency, "cycle": one.cycle, "per": one.per.value, "amount": str(one.rate)}
            for one in plan.prices
        ],
    }


def _name(name: Text) -> dict[str, str]:
    return {"en": name.en, "fr": name.fr} if name.fr else {"en": name.en}


def _length(length: Length) -> dict[str, int]:
    return {"months": length.months} if length.months else {"days": length.days}
