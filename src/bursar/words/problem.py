"""A problem in the person's language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext

from bursar.core.catalog import Catalog
from bursar.core.money import Money
from bursar.core.payment import DeclineReason
from bursar.core.period import Span
from bursar.core.problem import Phrase, Problem
from bursar.words import money
from bursar.words.edits import plan_name, product_name
from bursar.words.payment import decline_reason


def said(problem: Problem, catalog: Catalog | None = None) -> str:
    """What is wrong, in one sentence; with a catalog, products and plans by their names and not by their codes."""
    params = problem.params if catalog is None else {**problem.params, **_named(problem.params, catalog)}
    return _filled(problem.template(), params)


def _named(params: Mapping[str, Any], catalog: Catalog) -> dict[str, str]:
    """The names of the products and plans that a problem is about."""
    named = {
        name: product_name(catalog, code) for name in ("product", "needed") if isinstance(code := params.get(name), str)
    }
    if isinstance(product := params.get("product"), str):
        plans = ((name, params.get(name)) for name in ("plan", "old", "new"))
        named |= {name: plan_name(catalog, product, code) for name, code in plans if isinstance(code, str)}
    return named


def _filled(template: str, params: Mapping[str, Any]) -> str:
    return gettext(template).format(**{name: _SHOWN.get(type(value), str)(value) for name, value in params.items()})


_SHOWN: Final[Mapping[type, Callable[[Any], str]]] = {
    int: money.number,
    Money: money.amount,
    Span: money.span,
    date: money.day,
    datetime: money.moment,
    DeclineReason: decline_reason,
    Phrase: lambda one: _filled(one.template, one.params),
}
