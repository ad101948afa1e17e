"""The items of an account with their agreed prices, over the days of its timeline."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise, zip_longest
from typing import Final

from bursar.core.money.price import Per
from bursar.core.subscription.subscription import Subscription
from bursar.core.subscription.timeline import Timeline

ALWAYS: Final = date.min
"""The first day of an item that is older than its timeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedItem:
    """An item at one price from `starts_on` up to but not including `ends_on`; without `ends_on` it goes on.

    `quantity` is without the temporary seats, `temporary` their number. `rate` is for one seat, unit or account and a
    whole billing period of the cycle; nothing is owed for a `trial`.
    """

    product: str
    plan: str
    per: Per
    quantity: int
    temporary: int
    cycle: str
    rate: Decimal
    trial: bool
    starts_on: date
    ends_on: date | None

    def continues(self, before: "AgreedItem") -> bool:
        """Return true if this is the same item at the same price, on the days that follow another."""
        return before.ends_on == self.starts_on and self == replace(
            before, starts_on=self.starts_on, ends_on=self.ends_on
        )


@dataclass(frozen=True, slots=True)
class ItemsFrom:
    """The items of a product from a day on, in the order of the days; before that day nothing is different."""

    product: str
    on: date
    items: tuple[AgreedItem, ...]


def agreed_items(timeline: Timeline) -> tuple[AgreedItem, ...]:
    """Return each item of a timeline with the days that it has it at one price, by product and day. Errors: NotAgreed."""
    days = [(ALWAYS, timeline.start), *((phase.on, phase.state) for phase in timeline.phases)]
    # Most phases alter one product, and cut the days of all others; what goes on unchanged becomes one item again.
    return merged(
        item
        for (on, state), (until, _) in pairwise([*days, (None, timeline.start)])
        if on is not None and on != until
        for item in _items(state, on, until)
    )


def merged(items: Iterable[AgreedItem]) -> tuple[AgreedItem, ...]:
    """Return items by product and day, with adjoining items merged that are otherwise the same."""
    merged_items: list[AgreedItem] = []
    for item in sorted(items, key=lambda item: (item.product, item.starts_on)):
        if merged_items and item.continues(merged_items[-1]):
            merged_items[-1] = replace(merged_items[-1], ends_on=item.ends_on)
        else:
            merged_items.append(item)
    return tuple(merged_items)


def items_from(before: Timeline, after: Timeline) -> Iterator[ItemsFrom]:
    """Yield the items of each product of which a timeline differs from the one before, from the first day that differs.

    Both begin with the same state.
    """
    # Most transitions change nothing agreed, and then hand on the same timeline.
    if after is before:
        return
    earlier, later = _by_product(before), _by_product(after)
    for product in sorted({*earlier, *later}):
        on = _first_difference(earlier[product], later[product])
        if on is not None:
            remaining_items = (item for item in later[product] if item.ends_on is None or item.ends_on > on)
            yield ItemsFrom(
                product, on, tuple(replace(item, starts_on=max(item.starts_on, on)) for item in remaining_items)
            )


def _items(state: Subscription, on: date, until: date | None) -> Iterator[AgreedItem]:
    for item in state.items.values():
        price = state.agreed_price(item)
        yield AgreedItem(
            product=item.product,
            plan=item.plan,
            per=price.per,
            quantity=item.quantity,
            temporary=item.temporary_seats,
            cycle=price.cycle,
            rate=price.rate,
            trial=state.on_trial,
            starts_on=on,
            ends_on=until,
        )


def _by_product(timeline: Timeline) -> defaultdict[str, list[AgreedItem]]:
    items = defaultdict[str, list[AgreedItem]](list)
    for item in agreed_items(timeline):
        items[item.product].append(item)
    return items


def _first_difference(before: Sequence[AgreedItem], after: Sequence[AgreedItem]) -> date | None:
    """Return the first day on which one of two lists has what the other has not; None if there is none."""
    for old, new in zip_longest(before, after):
        if old == new:
            continue
        if old is not None and new is not None and old == replace(new, ends_on=old.ends_on):
            # The same item, only ended on another day: it differs from the earlier of both ends on.
            return min(item.ends_on for item in (old, new) if item.ends_on is not None)
        return min(item.starts_on for item in (old, new) if item is not None)
    return None
