"""Check the gateways, and look for live invoices that only the sandbox gateway paid.

Earlier versions let live accounts pay by the sandbox gateway.
"""

from collections.abc import Iterator
from typing import Final

from bursar.accounts.models import Account
from bursar.cli.checks.check import Check, ok, warning, wrong
from bursar.core.billing.gateway import gateways_for
from bursar.core.money.money import Money
from bursar.gateways.registry import connected_gateways
from bursar.i18n.money import amount
from bursar.payments.queries import gateways_in_use, paid_by_sandbox

MOST_LISTED: Final = 100
"""How many payments are named one by one."""


def gateways() -> Iterator[Check]:
    """Check that every gateway that accounts pay by is connected, and that live accounts have one."""
    codes = connected_gateways()
    disconnected = sorted(gateways_in_use() - set(codes))
    if disconnected:
        finding = f"accounts pay by {', '.join(disconnected)}, which is not connected: nothing is collected from them"
        yield wrong("gateways", finding, "connect it again in GATEWAYS, or put these accounts on invoice terms")
        return
    live = Account.objects.filter(sandbox=False).count()
    if live and not gateways_for(codes, sandbox=False):
        finding = f"none for live accounts ({live} there): they have invoice terms only, and pay by bank transfer"
        yield warning("gateways", finding, "connect a gateway that serves live accounts, if they shall pay by card")
        return
    yield ok("gateways", f"{', '.join(codes)} connected")


def paid_without_money() -> Iterator[Check]:
    """Warn of payments of live accounts that the sandbox gateway made."""
    payments = paid_by_sandbox(MOST_LISTED)
    if not payments:
        return
    rows = [
        f"account {row.account_id}: {amount(Money(row.amount_minor, row.currency))} for {row.documents or 'no invoice'}"
        for row in payments
    ]
    number = f"{len(payments)} or more" if len(payments) == MOST_LISTED else str(len(payments))
    yield warning(
        "sandbox payments",
        f"{number} payments of live accounts were made by the sandbox gateway, which moves no money: {'; '.join(rows)}",
        "ask these customers for a bank transfer; the invoices count as paid, and the payments stay in the books",
    )
