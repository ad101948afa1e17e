"""The summary of a quote: each change with its day, what is due today, and the next renewal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from bursar.center.entry import Visit
from bursar.core.catalog import Catalog
from bursar.core.charge import Line
from bursar.core.edit import ChangePlan, Edit, Keep, RemoveProduct, Undo
from bursar.core.invoice import Totals
from bursar.core.money import Money
from bursar.core.policy import Outcome
from bursar.core.quote import ACCOUNT_WOULD_END, Quote
from bursar.core.subscription import Change, Subscription
from bursar.words import edits as words
from bursar.words import money
from bursar.words.language import locale


@dataclass(frozen=True, slots=True)
class EditShown:
    """One edit: what changes, from when, what is lost by it, or why not."""

    said: str
    on: str
    why_not: str
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line of what is due."""

    said: str
    days: str
    amount: str


@dataclass(frozen=True, slots=True)
class SumsShown:
    """Net, tax and total."""

    net: str
    tax: str
    total: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A quote as a person reads it; outcome is allowed, by_request or refused."""

    outcome: str
    edits: tuple[EditShown, ...]
    lines: tuple[LineShown, ...]
    due_today: SumsShown
    renewal_on: str
    renewal: SumsShown
    warnings: tuple[str, ...]
    today: bool


def summary(
    seen: Visit, quote: Quote, state: Subscription, scheduled: Mapping[UUID, Change], catalog: Catalog
) -> Summary:
    """The summary of a quote, measured against the state in force."""
    return Summary(
        outcome=quote.outcome.value,
        edits=tuple(
            EditShown(
                said=edit_said(one.edit, state, scheduled, catalog),
                on=_day(seen, one.effective_on) if one.effective_on else "",
                why_not=seen.why_not(one.decision) if one.decision.outcome is not Outcome.ALLOWED else "",
                lost=_lost(one.edit, state, catalog),
            )
            for one in quote.edits
        ),
        lines=tuple(line_shown(line, catalog, quote.currency) for line in quote.lines),
        due_today=sums(quote.due_today, quote.currency),
        renewal_on=money.day(quote.renewal_on) if quote.renewal_on else "",
        renewal=sums(quote.next_renewal, quote.currency),
        warnings=tuple(
            _("With this the account ends: its last main product goes.")
            for one in quote.warnings
            if one == ACCOUNT_WOULD_END
        ),
        today=bool(quote.lines),
    )


def edit_said(edit: Edit, state: Subscription, scheduled: Mapping[UUID, Change], catalog: Catalog) -> str:
    """An edit in a line; one about a scheduled change says which."""
    if isinstance(edit, Undo | Keep):
        change = scheduled.get(edit.change)
        about = words.said(change.edit, state, catalog) if change else ""
        template = _("Undo: {change}") if isinstance(edit, Undo) else _("Stays scheduled: {change}")
        return template.format(change=about)
    return words.said(edit, state, catalog)


def line_shown(line: Line, catalog: Catalog, currency: str) -> LineShown:
    """A line of an invoice or summary."""
    product = words.product_name(catalog, line.product)
    plan = words.plan_name(catalog, line.product, line.plan)
    price = money.rate(line.unit_price, currency)
    template = _("{product}, {plan}: {quantity} × {price}")
    if line.kind == "credit":
        template = _("Credit for {product}, {plan}: {quantity} × {price}")
    said = template.format(product=product, plan=plan, quantity=money.number(line.quantity), price=price)
    days = money.span(line.span)
    if line.span != line.period:
        days = _("{days} ({part} of {whole} days)").format(days=days, part=line.days, whole=line.of)
    return LineShown(said, days, money.amount(Money(line.amount, currency)))


def sums(totals: Totals, currency: str) -> SumsShown:
    """Sums as a person reads them."""
    return SumsShown(*(money.amount(Money(one, currency)) for one in (totals.net, totals.tax, totals.total)))


def _lost(edit: Edit, state: Subscription, catalog: Catalog) -> tuple[str, ...]:
    """The features that go with a plan or product."""
    product = getattr(edit, "product", "")
    item, sold = state.items.get(product), catalog.product_by.get(product)
    if item is None or sold is None or item.plan not in sold.plan_by:
        return ()
    before = sold.plan_by[item.plan].features
    if isinstance(edit, RemoveProduct):
        after: tuple[object, ...] = ()
    elif isinstance(edit, ChangePlan) and edit.plan in sold.plan_by:
        after = sold.plan_by[edit.plan].features
    else:
        return ()
    return tuple(one.said(locale().language) for one in before if one not in after)


def _day(seen: Visit, on: date) -> str:
    return _("from today") if on == seen.today else _("from {day}").format(day=money.day(on))
