"""The form of Manage subscription as it is sent: fields for each product, each scheduled change, and staff terms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from bursar.center.form_fields import PageForm, Parsed, Ticked, Typed, Words, whole_number
from bursar.core.money.money import BadRate, read_rate
from bursar.core.money.price import Per
from bursar.core.policy.limits import MOST_SEATS
from bursar.core.subscription.catalog import Catalog, Product
from bursar.core.subscription.edit_field import FIRST_YEAR, LAST_YEAR, MOST_UNITS, Expected
from bursar.core.subscription.item import Item
from bursar.core.subscription.subscription import Change, Subscription
from bursar.i18n import money

LAST_DAY: Final = date(LAST_YEAR, 12, 31)
"""Too late for a last day: spans name the day after it, and no edit can."""


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item as the form showed it when it was opened; what is missing counts as it is now."""

    quantity: int
    plan: str
    said: bool

    @classmethod
    def of(cls, sent: Mapping[str, str], item: Item) -> "ShownItem":
        """Read an item as it was shown."""
        quantity, plan = (sent.get(f"was_{name}_{item.product}", "") for name in ("quantity", "plan"))
        if not (quantity.isascii() and quantity.isdecimal() and plan):
            return cls(item.quantity, item.plan, said=False)
        return cls(int(quantity[:10]), plan, said=True)

    def expected(self, **fields: object) -> Expected | None:
        """Return these fields as the expected state, if the form sent any."""
        return Expected(**fields) if self.said else None  # type: ignore[arg-type]  # fields of the dataclass


class ManageForm(PageForm):
    """The fields for changing a subscription. A field that was not sent counts as the page showed it.

    A field is checked only if its question is asked: no quantity of a product that is not added. `used` holds the
    number of people who use each product. Staff also choose the day and the price of changes.
    """

    def __init__(
        self,
        sent: Mapping[str, Any] | None,
        *,
        state: Subscription,
        scheduled: tuple[Change, ...],
        catalog: Catalog,
        today: date,
        used: Mapping[str, int],
        by_staff: bool,
    ) -> None:
        super().__init__(sent)
        self.state, self.scheduled, self.catalog, self.by_staff = state, scheduled, catalog, by_staff
        self.today, self.used = today, used
        self.was = {product: ShownItem.of(self.data, item) for product, item in state.items.items()}
        self.was_cycle = self._sent("was_cycle")
        for item in state.items.values():
            self._held(item)
        for product in catalog.products:
            if product.code not in state.items:
                self._added(product)
        self._add("was_cycle", _Unread(), state.cycle.code)
        self._add("cycle", _Unread(), self.was_cycle or state.cycle.code)
        if by_staff:
            self._terms()
        for change in scheduled:
            self._add(f"undo_{change.id}", Ticked())
            self._add(f"about_{change.id}", _Unread())
        if self.is_bound:
            self.data = {**self.initial, **{name: self.data[name] for name in self.data}}

    def clean(self) -> dict[str, Any]:
        """Return the cleaned fields. Temporary seats end no sooner than they begin."""
        fields = self.cleaned_data
        for product in self.state.items:
            first, last = fields.get(f"first_{product}"), fields.get(f"last_{product}")
            if first and last and fields.get(f"temporary_{product}") and (last < first or last == LAST_DAY):
                self.add_error(f"last_{product}", _wrong_last_day())
        return fields

    def problem(self) -> str:
        """Return the first sentence that says what is wrong, an empty text if nothing is."""
        return next((self.wrong(name) for name in self.errors), "")

    def _held(self, item: Item) -> None:
        """Add the fields of a product that the account has."""
        product, was, per = item.product, self.was[item.product], self.state.agreed_price(item).per
        stays = not self._sent(f"remove_{product}")
        plan = self.catalog.known_plan(product, self._sent(f"plan_{product}"))
        self._add(f"was_quantity_{product}", _Unread(), str(was.quantity))
        self._add(f"was_plan_{product}", _Unread(), was.plan)
        self._add(f"remove_{product}", Ticked())
        self._add(f"plan_{product}", _Unread(), was.plan)
        if per is not Per.ACCOUNT:
            self._add(f"quantity_{product}", _asked_if(stays, _counted(per)), str(was.quantity))
        for other in other_measures(self.state, item, self.catalog):
            used = self.used.get(product, 0) if other is Per.SEAT else 0
            counts = stays and plan is not None and plan.per is other
            self._add(f"{other.value}s_{product}", _asked_if(counts, _counted_anew(other)), str(used or 1))
        # The first day is filled in from the start; a number or a last day asks for seats.
        more = stays and bool(self._sent(f"temporary_{product}") or self._sent(f"last_{product}"))
        self._add(f"temporary_{product}", _asked_if(more, _temporary()))
        first = _("Give the first day of the temporary seats, such as 2026-12-01.")
        self._add(f"first_{product}", _asked_if(more, _day(_("First day"), first)), self.today.isoformat())
        self._add(f"last_{product}", _asked_if(more, _day(_("Last day"), _wrong_last_day())))
        self._price(product, asked=stays)

    def _added(self, product: Product) -> None:
        """Add the fields of a product that the account may add."""
        code, chosen_plan = product.code, self._sent(f"add_{product.code}")
        plan = self.catalog.known_plan(code, chosen_plan) or product.plans[0]
        self._add(f"add_{code}", _Unread())
        counts = bool(chosen_plan) and plan.per is not Per.ACCOUNT
        self._add(f"quantity_{code}", _asked_if(counts, _counted(plan.per)), "1")
        self._price(code, asked=bool(chosen_plan))

    def _price(self, product: str, *, asked: bool) -> None:
        if self.by_staff:
            priced = asked and self._sent("on") != "trial"
            self._add(f"price_{product}", _asked_if(priced, _agreed_price()))

    def _terms(self) -> None:
        """Add the fields for the day from which changes count."""
        on = self._sent("on")
        wrong = (
            _("Give the last day of the trial, or choose another answer.")
            if on == "trial"
            else _("Give the day from which it counts, or choose another answer.")
        )
        self._add("on", _Unread())
        self._add("day", _asked_if(on in ("day", "trial"), _day(_("Day"), wrong)))

    def _add(self, name: str, field: forms.Field, shown: str = "") -> None:
        self.fields[name] = field
        if shown:
            self.initial[name] = shown

    def _sent(self, name: str) -> str:
        return Typed().value_from_datadict(self.data, None, name)


def other_measures(state: Subscription, item: Item, catalog: Catalog) -> Iterator[Per]:
    """Yield the measures of a product's plans that need a number other than the one in force."""
    product = catalog.product_by.get(item.product)
    measures = {plan.per for plan in product.plans} if product else set()
    yield from (per for per in Per if per in measures - {state.agreed_price(item).per, Per.ACCOUNT})


class _Unread(forms.CharField):
    """A text that is used as it is: a code that the catalog knows or not, or what was shown."""

    def __init__(self, label: Words = "", widget: forms.Widget | None = None) -> None:
        super().__init__(label=label, required=False, widget=widget or Typed())


def _asked_if(asked: bool, field: forms.Field) -> forms.Field:
    """Return the field; one that is not asked for accepts anything."""
    return field if asked else _Unread(field.label or "", field.widget)


def _counted(per: Per, label: str = "", wrong: str = "", **control: Any) -> Parsed:
    most = MOST_SEATS if per is Per.SEAT else MOST_UNITS
    return Parsed(
        label or (_("Seats") if per is Per.SEAT else _("Units")),
        lambda typed: whole_number(typed, 1, most),
        wrong=(wrong or _("Give a whole number from 1 to {most}.")).format(most=money.number(most)),
        **control,
    )


def _counted_anew(per: Per) -> Parsed:
    seats = _("Seats, for a plan priced by the seat")
    return _counted(per, seats if per is Per.SEAT else _("Units, for a plan priced by the unit"))


def _temporary() -> Parsed:
    wrong = _("Give how many temporary seats, a whole number from 1 to {most}.")
    return _counted(Per.SEAT, _("More seats"), wrong, type="number")


def _day(label: str, wrong: str) -> Parsed:
    """Return a field for a day of the years that edits may name."""
    return Parsed(label, _read_day, wrong=wrong, refusals=(ValueError,), type="date")


def _read_day(typed: str) -> date | None:
    day = date.fromisoformat(typed)
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _agreed_price() -> Parsed:
    return Parsed(
        _("Agreed price"),
        _read_price,
        wrong=_("Give a price such as 12.00, or leave the field empty."),
        refusals=(BadRate,),
        optional=True,
        maxlength=20,
    )


def _read_price(typed: str) -> Decimal:
    return read_rate(typed.replace(",", "."))


def _wrong_last_day() -> str:
    return _("Give the last day of the temporary seats, not before the first one.")
