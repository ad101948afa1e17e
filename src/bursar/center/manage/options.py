"""Options of a form, filled in as they were sent: a choice of plans, or a quantity."""

from dataclasses import dataclass, replace

from django.forms import BoundField
from django.utils.translation import gettext as _

from bursar.core.money.price import Per
from bursar.core.policy.limits import MOST_SEATS
from bursar.core.subscription.catalog import Plan
from bursar.core.subscription.edit_field import MOST_UNITS
from bursar.core.subscription.item import Item
from bursar.core.subscription.subscription import Subscription
from bursar.i18n import edits as words
from bursar.i18n import money
from bursar.i18n.language import locale


@dataclass(frozen=True, slots=True)
class Choice:
    """Choice of a plan: its price and features, and what it adds or loses compared with the plan in force.

    `badge` marks the plan in force; `type` is "checkbox" if there is a single plan, to add or not.
    """

    field: str
    code: str
    name: str
    price: str = ""
    badge: str = ""
    chosen: bool = False
    type: str = "radio"
    included: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def has_features(self) -> bool:
        """Return true if there are features to list."""
        return bool(self.included or self.gained or self.lost)


@dataclass(frozen=True, slots=True)
class Count:
    """Quantity of seats or units; `fewer` and `more` name its steps, `error` says what is wrong."""

    field: str
    label: str
    value: str
    least: int
    most: int
    help: str
    fewer: str
    more: str
    error: str


def plan_choice(
    field: str,
    plan: Plan,
    price_key: tuple[str, str],
    chosen_code: str,
    current_plan: Plan | None = None,
    state: Subscription | None = None,
    item: Item | None = None,
) -> Choice:
    """Return the choice of a plan: the plan in force at its agreed price, every other at the price of the catalog."""
    price, language = plan.price_by.get(price_key), locale().language
    is_current = current_plan is not None and plan.code == current_plan.code
    # The present plan costs what was agreed, whatever the catalog asks of new customers.
    rate = state.agreed_price(item).rate if is_current and state and item else price.rate if price else None
    features_before = current_plan.features if current_plan is not None and not is_current else ()
    per = state.agreed_price(item).per if is_current and state and item else plan.per
    return Choice(
        field=field,
        code=plan.code,
        name=plan.name.in_language(language),
        price=words.priced(rate, price_key[0], per.value) if rate is not None else "",
        badge=current_badge(is_current),
        chosen=plan.code == chosen_code,
        included=tuple(
            feature.in_language(language) for feature in plan.features if current_plan is None or is_current
        ),
        gained=tuple(
            feature.in_language(language)
            for feature in plan.features
            if current_plan is not None and not is_current and feature not in features_before
        ),
        lost=tuple(feature.in_language(language) for feature in features_before if feature not in plan.features),
    )


def other_measure_count(field: BoundField, name: str, per: Per, used: int) -> Count:
    """Return the quantity of a product in a plan with another measure; at first as many seats as are used."""
    usage = _("people use it now: {number}").format(number=money.number(used)) if per is Per.SEAT and used else ""
    return replace(count_control(field, name, per), help=usage)


def count_control(
    field: BoundField, name: str, per: Per, *, present_quantity: int = 0, least: int = 1, most: int | None = None
) -> Count:
    """Return the quantity of a product, starting from the present one."""
    seats = per is Per.SEAT
    fewer = _("One seat fewer: {name}") if seats else _("One unit fewer: {name}")
    more = _("One seat more: {name}") if seats else _("One unit more: {name}")
    return Count(
        field=field.html_name,
        label=str(field.label),
        value=field.value(),
        least=least,
        most=most or (MOST_SEATS if seats else MOST_UNITS),
        help=_("now {number}").format(number=money.number(present_quantity)) if present_quantity else "",
        fewer=fewer.format(name=name),
        more=more.format(name=name),
        error=str(next(iter(field.errors), "")),
    )


def current_badge(is_current: bool) -> str:
    """Return the badge of the plan in force."""
    return _("now") if is_current else ""
