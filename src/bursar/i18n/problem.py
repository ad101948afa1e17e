"""Problems in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from babel.lists import format_list
from django.utils.translation import gettext

from bursar.core.billing.payment import DeclineReason
from bursar.core.calendar.period import Span
from bursar.core.messages.problem import Phrase, Problem
from bursar.core.money.money import Money
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.subscription import Change
from bursar.i18n import edits, money
from bursar.i18n.edits import plan_name, product_name
from bursar.i18n.language import locale
from bursar.i18n.payment import decline_reason

NAMELESS: Final = Catalog(0, ())
"""A catalog in which products and plans are called by their codes."""


def message(problem: Problem, catalog: Catalog | None = None) -> str:
    """Return a problem's sentence; with a catalog, products and plans have their names in place of codes."""
    # Names come from the catalog of today, since a problem is about what somebody tries now.
    params = problem.params if catalog is None else {**problem.params, **_names_of(problem.params, catalog)}
    params = {name: _changes_in_words(value, catalog or NAMELESS) for name, value in params.items()}
    return _fill(problem.template(), params)


def _changes_in_words(value: object, catalog: Catalog) -> object:
    """Return a scheduled change, or several, in words; anything else as it is."""
    if isinstance(value, Change):
        return edits.change_in_words(value, catalog)
    if isinstance(value, tuple) and all(isinstance(change, Change) for change in value):
        return format_list([edits.change_in_words(change, catalog) for change in value], locale=locale())
    return value


def _names_of(params: Mapping[str, Any], catalog: Catalog) -> dict[str, str]:
    """Return the names of the products and plans that a problem is about."""
    named = {
        name: product_name(catalog, code) for name in ("product", "needed") if isinstance(code := params.get(name), str)
    }
    if isinstance(product := params.get("product"), str):
        plans = ((name, params.get(name)) for name in ("plan", "old", "new"))
        named |= {name: plan_name(catalog, product, code) for name, code in plans if isinstance(code, str)}
    return named


def _fill(template: str, params: Mapping[str, Any]) -> str:
    return gettext(template).format(
        **{name: _FORMATTERS.get(type(value), str)(value) for name, value in params.items()}
    )


_FORMATTERS: Final[Mapping[type, Callable[[Any], str]]] = {
    int: money.number,
    Money: money.amount,
    Span: money.span,
    date: money.day,
    datetime: money.moment,
    DeclineReason: decline_reason,
    Phrase: lambda phrase: _fill(phrase.template, phrase.params),
}
