"""The form of Manage subscription as it is sent: fields for each product, each scheduled change, and staff terms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from bursar.center.form_fields import CheckboxField, Label, PageForm, ParsedField, TextControl, read_whole_number
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
    was_sent: bool

    @classmethod
    def of(cls, posted: Mapping[str, str], item: Item) -> "ShownItem":
        """Read an item as it was shown."""
        quantity, plan = (posted.get(f"was_{name}_{item.product}", "") for name in ("quantity", "plan"))
        if not (quantity.isascii() and quantity.isdecimal() and plan):
            return cls(item.quantity, item.plan, was_sent=False)
        # Ten digits are more than any quantity has; reading thousands of them would cost time.
        return cls(int(quantity[:10]), plan, was_sent=True)

    def expected(self, **fields: object) -> Expected | None:
        """Return these fields as the expected state, if the form sent any."""
        return Expected(**fields) if self.was_sent else None  # type: ignore[arg-type]  # fields of the dataclass


class ManageForm(PageForm):
    """The fields for changing a subscription. A field that was not sent counts as the page showed it.

    A field is checked only if its question is asked: no quantity of a product that is not added. `used` holds the
    number of people who use each product. Staff also choose the day and the price of changes.
    """

    def __init__(
        self,
        posted: Mapping[str, Any] | None,
        *,
        state: Subscription,
        scheduled: tuple[Change, ...],
        catalog: Catalog,
        today: date,
        used: Mapping[str, int],
        by_staff: bool,
    ) -> None:
        super().__init__(posted)
        self.state, self.scheduled, self.catalog, self.by_staff = state, scheduled, catalog, by_staff
        self.today, self.used = today, used
        self.shown_items = {product: ShownItem.of(self.data, item) for product, item in state.items.items()}
        self.shown_cycle = self._posted("was_cycle")
        for item in state.items.values():
            self._add_item_fields(item)
        for product in catalog.products:
            if product.code not in state.items:
                self._add_product_fields(product)
        self._add_field("was_cycle", _UncheckedText(), state.cycle.code)
        self._add_field("cycle", _UncheckedText(), self.shown_cycle or state.cycle.code)
        if by_staff:
            self._add_staff_terms()
        for change in scheduled:
            self._add_field(f"undo_{change.id}", CheckboxField())
            self._add_field(f"about_{change.id}", _UncheckedText())
        if self.is_bound:
            # A control that this person was not offered is not sent, and must not count as emptied.
            self.data = {**self.initial, **{name: self.data[name] for name in self.data}}

    def clean(self) -> dict[str, Any]:
        """Return the cleaned fields. Temporary seats end no sooner than they begin."""
        fields = self.cleaned_data
        for product in self.state.items:
            first, last = fields.get(f"first_{product}"), fields.get(f"last_{product}")
            if first and last and fields.get(f"temporary_{product}") and (last < first or last == LAST_DAY):
                self.add_error(f"last_{product}", _wrong_last_day())
        return fields

    def first_error(self) -> str:
        """Return the first sentence that says what is wrong, an empty text if nothing is."""
        return next((self.error_of(name) for name in self.errors), "")

    def _add_item_fields(self, item: Item) -> None:
        """Add the fields of a product that the account has."""
        product, shown_item, per = item.product, self.shown_items[item.product], self.state.agreed_price(item).per
        stays = not self._posted(f"remove_{product}")
        plan = self.catalog.known_plan(product, self._posted(f"plan_{product}"))
        self._add_field(f"was_quantity_{product}", _UncheckedText(), str(shown_item.quantity))
        self._add_field(f"was_plan_{product}", _UncheckedText(), shown_item.plan)
        self._add_field(f"remove_{product}", CheckboxField())
        self._add_field(f"plan_{product}", _UncheckedText(), shown_item.plan)
        if per is not Per.ACCOUNT:
            self._add_field(f"quantity_{product}", _checked_if(stays, _quantity_field(per)), str(shown_item.quantity))
        for measure in other_measures(self.state, item, self.catalog):
            # Filled in with the seats in use, so that nobody loses theirs by a change of plan alone.
            used = self.used.get(product, 0) if measure is Per.SEAT else 0
            is_counted = stays and plan is not None and plan.per is measure
            self._add_field(
                f"{measure.value}s_{product}", _checked_if(is_counted, _other_quantity_field(measure)), str(used or 1)
            )
        # The first day is filled in from the start; a number or a last day asks for seats.
        adds_temporary = stays and bool(self._posted(f"temporary_{product}") or self._posted(f"last_{product}"))
        self._add_field(f"temporary_{product}", _checked_if(adds_temporary, _temporary_seats_field()))
        first = _("Give the first day of the temporary seats, such as 2026-12-01.")
        self._add_field(
            f"first_{product}", _checked_if(adds_temporary, _day_field(_("First day"), first)), self.today.isoformat()
        )
        self._add_field(f"last_{product}", _checked_if(adds_temporary, _day_field(_("Last day"), _wrong_last_day())))
        self._add_price_field(product, is_asked=stays)

    def _add_product_fields(self, product: Product) -> None:
        """Add the fields of a product that the account may add."""
        code, chosen_plan = product.code, self._posted(f"add_{product.code}")
        plan = self.catalog.known_plan(code, chosen_plan) or product.plans[0]
        self._add_field(f"add_{code}", _UncheckedText())
        is_counted = bool(chosen_plan) and plan.per is not Per.ACCOUNT
        self._add_field(f"quantity_{code}", _checked_if(is_counted, _quantity_field(plan.per)), "1")
        self._add_price_field(code, is_asked=bool(chosen_plan))

    def _add_price_field(self, product: str, *, is_asked: bool) -> None:
        if self.by_staff:
            priced = is_asked and self._posted("on") != "trial"
            self._add_field(f"price_{product}", _checked_if(priced, _agreed_price_field()))

    def _add_staff_terms(self) -> None:
        """Add the fields for the day from which changes count."""
        on = self._posted("on")
        error_if_wrong = (
            _("Give the last day of the trial, or choose another answer.")
            if on == "trial"
            else _("Give the day from which it applies, or choose another answer.")
        )
        self._add_field("on", _UncheckedText())
        self._add_field("day", _checked_if(on in ("day", "trial"), _day_field(_("Day"), error_if_wrong)))

    def _add_field(self, name: str, field: forms.Field, initial: str = "") -> None:
        self.fields[name] = field
        if initial:
            self.initial[name] = initial

    def _posted(self, name: str) -> str:
        return TextControl().value_from_datadict(self.data, None, name)


def other_measures(state: Subscription, item: Item, catalog: Catalog) -> Iterator[Per]:
    """Yield the measures of a product's plans that need a number other than the one in force."""
    product = catalog.product_by.get(item.product)
    measures = {plan.per for plan in product.plans} if product else set()
    yield from (per for per in Per if per in measures - {state.agreed_price(item).per, Per.ACCOUNT})


class _UncheckedText(forms.CharField):
    """A text that is used as it is: a code that the catalog knows or not, or what was shown."""

    def __init__(self, label: Label = "", widget: forms.Widget | None = None) -> None:
        super().__init__(label=label, required=False, widget=widget or TextControl())


def _checked_if(is_asked: bool, field: forms.Field) -> forms.Field:
    """Return the field; one that is not asked for accepts anything."""
    return field if is_asked else _UncheckedText(field.label or "", field.widget)


def _quantity_field(per: Per, label: str = "", error_if_wrong: str = "", **control: Any) -> ParsedField:
    most = MOST_SEATS if per is Per.SEAT else MOST_UNITS
    return ParsedField(
        label or (_("Seats") if per is Per.SEAT else _("Units")),
        lambda typed: read_whole_number(typed, 1, most),
        error_if_wrong=(error_if_wrong or _("Give a whole number from 1 to {most}.")).format(most=money.number(most)),
        **control,
    )


def _other_quantity_field(per: Per) -> ParsedField:
    seats = _("Seats, for a plan priced by the seat")
    return _quantity_field(per, seats if per is Per.SEAT else _("Units, for a plan priced by the unit"))


def _temporary_seats_field() -> ParsedField:
    error_if_wrong = _("Give how many temporary seats, a whole number from 1 to {most}.")
    return _quantity_field(Per.SEAT, _("More seats"), error_if_wrong, type="number")


def _day_field(label: str, error_if_wrong: str) -> ParsedField:
    """Return a field for a day of the years that edits may name."""
    return ParsedField(label, _read_day, error_if_wrong=error_if_wrong, parse_errors=(ValueError,), type="date")


def _read_day(typed: str) -> date | None:
    day = date.fromisoformat(typed)
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _agreed_price_field() -> ParsedField:
    return ParsedField(
        _("Agreed price"),
        _read_price,
        error_if_wrong=_("Give a price such as 12.00, or leave the field empty."),
        parse_errors=(BadRate,),
        optional=True,
        maxlength=20,
    )


def _read_price(typed: str) -> Decimal:
    return read_rate(typed.replace(",", "."))


def _wrong_last_day() -> str:
    return _("Give the last day of the temporary seats, not before the first one.")
