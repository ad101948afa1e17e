"""What only the vendor's staff says beside a change: from when it counts, and at which agreed price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from bursar.center.choice import Choice, Filled
from bursar.core.edit import AddProduct, ChangePlan, DatedEdit, Edit, Keep, PricedEdit, StartTrial, Undo
from bursar.core.field import FIRST_YEAR, LAST_YEAR
from bursar.core.money import BadRate, read_rate
from bursar.core.problem import Invalid

ON: Final = ("", "now", "renewal", "day", "trial")


class AtField(Invalid):
    """This field is not filled in as it should be."""

    code = "invalid"

    def __init__(self, field: str, **params: object) -> None:
        super().__init__(**params)
        self.field = field


class NotAPrice(AtField):
    """Give a price such as 12.00, or leave the field empty."""

    code = "not_a_price"


class NotADay(AtField):
    """Give the day from which it counts, or choose another answer."""

    code = "not_a_day"


class NoTrialEnd(AtField):
    """Give the last day of the trial, or choose another answer."""

    code = "not_a_day"


@dataclass(frozen=True, slots=True)
class PriceField:
    """Where a price can be agreed for a product; `help` says what holds without one."""

    field: str
    label: str
    value: str
    help: str
    error: str


@dataclass(frozen=True, slots=True)
class Terms:
    """From when changes count: the choices, and the day for one of them."""

    choices: tuple[Choice, ...]
    day: str
    error: str


def terms(filled: Filled, *, trial: bool) -> Terms:
    """The question from when the changes count, as it was answered; who has bought nothing yet may get a trial."""
    names = [_("as the policy says"), _("at once"), _("at the renewal"), _("on the day below")]
    names += [_("as a trial, free of charge until the day below")] if trial else []
    wanted = filled.get("on")
    choices = tuple(Choice("on", code, name, chosen=code == wanted) for code, name in zip(ON, names, strict=False))
    return Terms(choices, filled.get("day"), filled.wrong.get("day", ""))


def price_field(product: str, filled: Filled, help: str) -> PriceField:
    """The field for the agreed price of a product."""
    field = f"price_{product}"
    return PriceField(field, _("Agreed price"), filled.get(field), help, filled.wrong.get(field, ""))


def price(filled: Mapping[str, str], product: str) -> Decimal | None:
    """The price that was agreed for a product, if one was given. Errors: NotAPrice, with the field."""
    given = filled.get(f"price_{product}", "").strip().replace(",", ".")
    try:
        return read_rate(given) if given else None
    except BadRate:
        raise NotAPrice(f"price_{product}") from None


def agreed(edits: Sequence[Edit], filled: Mapping[str, str]) -> list[Edit]:
    """The edits with the day and the prices that the staff gave, or as a trial.

    Errors: NotAPrice, NotADay, NoTrialEnd, with the field.
    """
    if filled.get("on") == "trial":
        return _tried(edits, filled)
    on = _on(filled)
    moved = {edit.product for edit in edits if isinstance(edit, ChangePlan)}
    found = []
    for edit in edits:
        if isinstance(edit, PricedEdit) and (isinstance(edit, ChangePlan) or edit.product not in moved):
            edit = replace(edit, price=price(filled, edit.product))
        found.append(edit if on is None or isinstance(edit, (Undo, Keep, DatedEdit)) else replace(edit, on=on))
    return found


def _tried(edits: Sequence[Edit], filled: Mapping[str, str]) -> list[Edit]:
    """What would be added is tried instead."""
    until = day_given(filled.get("day", ""))
    if until is None:
        raise NoTrialEnd("day")
    return [
        StartTrial(product=edit.product, plan=edit.plan, seats=edit.seats, units=edit.units, until=until)
        if isinstance(edit, AddProduct)
        else edit
        for edit in edits
    ]


def _on(filled: Mapping[str, str]) -> date | str | None:
    chosen = filled.get("on", "")
    if chosen != "day":
        return chosen if chosen in ON and chosen else None
    on = day_given(filled.get("day", ""))
    if on is None:
        raise NotADay("day")
    return on


def day_given(given: str) -> date | None:
    """The day of a field; nothing where none stands there, or one of years that no edit is for."""
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def count_given(given: str, most: int) -> int | None:
    """The whole number from 1 on of a field; nothing where none stands there, or a larger one than the most."""
    digits = given.lstrip("0")
    # So that nobody has thousands of digits turned into a number.
    if not digits.isascii() or not digits.isdigit() or len(digits) > len(str(most)):
        return None
    return int(digits) if int(digits) <= most else None
