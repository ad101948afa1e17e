"""All that a quote is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bursar.core.catalog import Catalog
from bursar.core.charge import Billed, Line, due
from bursar.core.payment import ON_INVOICE_TERMS, Paying
from bursar.core.policy import Account, Policy
from bursar.core.seat import Use
from bursar.core.subscription import NOTHING, Change, Moment, Subscription
from bursar.core.tax import UNTAXED, Tax


@dataclass(frozen=True, slots=True)
class Situation:
    """Who the account is, what it agreed and was billed, and what is offered today.

    `start` is the state before the first of `changes`; `position` is that of the last change ever made; `used` holds
    the seats in use by product; `versions` are those of the catalog, by number, that sold what it has and the catalog no
    longer sells.
    """

    account: Account
    policy: Policy
    catalog: Catalog
    start: Subscription = NOTHING
    changes: tuple[Change, ...] = ()
    position: int = 0
    billed: tuple[Billed, ...] = ()
    tax: Tax = UNTAXED
    used: Mapping[str, Use] = field(default_factory=dict)
    paying: Paying = ON_INVOICE_TERMS
    versions: Mapping[int, Catalog] = field(default_factory=dict)

    def due(self, moments: Sequence[Moment], on: date, billed: Sequence[Billed]) -> tuple[Line, ...]:
        """The lines that the billing period of a day still needs."""
        rule, currency = self.policy.proration, self.account.currency
        return due(self.start, moments, billed, on=on, currency=currency, rule=rule, tax=self.tax)
