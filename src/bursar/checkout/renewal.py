"""Renew accounts: one, as its clock is moved, or a batch of the bill run. Both go the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bursar.accounts.locked_account import lock_free, locked_account
from bursar.accounts.queries import Customer, read_customers
from bursar.checkout.consequences import catch_up
from bursar.checkout.gather import GatheredAccount, gather_each
from bursar.core.ordering.transition import Transition
from bursar.core.policy.policy import SYSTEM
from bursar.invoices import actions as invoices
from bursar.invoices import queries


@dataclass(frozen=True, slots=True)
class Renewed:
    """An account with the transitions that fell due, and the numbers of the documents that they issued, by id.

    In a preview nothing has a number.
    """

    customer: Customer
    transitions: tuple[Transition, ...]
    numbers: dict[UUID, str]


def renew(account_id: UUID, *, now: datetime) -> int:
    """Do everything that has fallen due; return on how many days something had. Repeating it does nothing."""
    with locked_account(account_id, SYSTEM, now) as customer:
        [renewed] = _renew([customer], until=now, now=now)
    return len(renewed.transitions)


def renew_each(account_ids: Sequence[UUID], *, until: datetime, now: datetime) -> list[Renewed]:
    """Do what has fallen due by a moment for the accounts that nobody else works with, all of them or none.

    The accounts are on the real clock: a sandbox account has one of its own.
    """
    with transaction.atomic():
        # Asked under the locks: another worker may have renewed some of them since they were found due.
        due = queries.still_due(lock_free(account_ids), until)
        customers = read_customers(due)
        return _renew([customers[account_id] for account_id in due], until=until, now=now)


def preview_renewals(customers: Sequence[Customer], *, until: datetime) -> list[Renewed]:
    """Return what will fall due for accounts by a moment, without writing anything."""
    return [Renewed(account.customer, account.overdue, {}) for account in _gather(customers, until)]


def _renew(customers: Sequence[Customer], *, until: datetime, now: datetime) -> list[Renewed]:
    gathered = _gather(customers, until)
    # Numbers come last, because they lock the series, which other accounts wait for, until the transaction ends.
    numbers = invoices.number(*catch_up(gathered, now))
    return [Renewed(account.customer, account.overdue, numbers) for account in gathered]


def _gather(customers: Sequence[Customer], until: datetime) -> list[GatheredAccount]:
    return gather_each([(customer, customer.today(until)) for customer in customers])
