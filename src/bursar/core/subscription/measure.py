"""The measure of a product, by the seat, by the unit or as a whole, and its checks when a plan changes."""

from collections.abc import Iterable, Mapping
from typing import Final

from bursar.core.messages.problem import Invalid
from bursar.core.money.price import Per
from bursar.core.subscription.edit import MEASURED, AddProduct, ChangePlan, Edit, StartTrial
from bursar.core.subscription.item import AgreedPrice, Item


class SeatsNeeded(Invalid):
    """{product} in the plan {plan} is sold by the seat: give "seats" and no "units"."""

    code = "wrong_measure"


class UnitsNeeded(Invalid):
    """{product} in the plan {plan} is sold by the unit: give "units" and no "seats"."""

    code = "wrong_measure"


class NoQuantity(Invalid):
    """{product} in the plan {plan} has one price for the account: leave "seats" and "units" out."""

    code = "wrong_measure"


class SameMeasure(Invalid):
    """{product} is counted in the plan {plan} as it is now: leave "seats" and "units" out; an edit of their own changes them."""

    code = "wrong_measure"


class CountedInSeats(Invalid):
    """{product} in the plan {plan} is sold by the seat; change its seats instead of its units."""

    code = "wrong_measure"


class CountedInUnits(Invalid):
    """{product} in the plan {plan} is sold by the unit; change its units instead of its seats."""

    code = "wrong_measure"


class CountedAsAWhole(Invalid):
    """{product} in the plan {plan} has one price for the account, so there are no seats or units to change."""

    code = "wrong_measure"


_NEEDED: Final[Mapping[Per, type[Invalid]]] = {Per.SEAT: SeatsNeeded, Per.UNIT: UnitsNeeded, Per.ACCOUNT: NoQuantity}
_COUNTED: Final[Mapping[Per, type[Invalid]]] = {
    Per.SEAT: CountedInSeats,
    Per.UNIT: CountedInUnits,
    Per.ACCOUNT: CountedAsAWhole,
}


def check_number(edit: AddProduct | StartTrial | ChangePlan, per: Per) -> None:
    """Check that seats or units are given as the plan is sold. Errors: SeatsNeeded, UnitsNeeded, NoQuantity."""
    given = (edit.seats is not None, edit.units is not None)
    if given != (per is Per.SEAT, per is Per.UNIT):
        raise _NEEDED[per](product=edit.product, plan=edit.plan)


def check_counted(item: Item, per: Per, wanted: Per) -> None:
    """Check that an item is counted as wanted. Errors: CountedInSeats, CountedInUnits, CountedAsAWhole."""
    if per is not wanted:
        raise _COUNTED[per](product=item.product, plan=item.plan)


def measure_after(edit: Edit, agreed_prices: Iterable[AgreedPrice]) -> Per | None:
    """Return the measure of a product in the plan of an edit, from the prices agreed with it; None without a plan."""
    if not isinstance(edit, MEASURED):
        return None
    return next(
        (agreed_price.per for agreed_price in agreed_prices if agreed_price.key[:2] == (edit.product, edit.plan)), None
    )


def item_in_plan(item: Item, edit: ChangePlan, agreed_prices: Iterable[AgreedPrice]) -> Item:
    """Return an item in its new plan. Temporary seats end with a plan that has no seats."""
    per = measure_after(edit, agreed_prices)
    quantity = 1 if per is Per.ACCOUNT else edit.seats or edit.units or item.quantity
    temporary = item.temporary if per in (None, Per.SEAT) else ()
    return Item(item.product, edit.plan, quantity, temporary)
