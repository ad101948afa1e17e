"""Read payment methods, attempts, balances and open amounts."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from bursar.accounts.relations import ACCOUNTS
from bursar.columns.statement import for_each, select, select_one
from bursar.core.billing.gateway import SANDBOX
from bursar.core.billing.payment import AttemptState, Method, OpenAmount, PaymentMethodAndBalance
from bursar.core.messages.problem import NotFound, phrase
from bursar.invoices.queries import INVOICED
from bursar.invoices.relations import DOCUMENTS
from bursar.payments import models


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """A try to move money, for a quote before its acceptance or for an open invoice."""

    id: UUID
    account_id: UUID
    quote_id: UUID | None
    invoice_id: UUID | None
    amount_minor: int
    currency: str
    gateway: str
    token: str
    state: AttemptState
    reason: str
    address: str
    expires_at: datetime
    on: date
    actor_kind: str
    actor_id: UUID | None


@dataclass(frozen=True, slots=True)
class SandboxPayment:
    """A payment of a live account by the sandbox gateway; `documents` are the numbers of its invoices."""

    account_id: UUID
    amount_minor: int
    currency: str
    documents: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Credit notes, payments and invoices with an unallocated or open amount, the oldest of each first."""

    notes: tuple[OpenAmount, ...]
    payments: tuple[OpenAmount, ...]
    invoices: tuple[OpenAmount, ...]


def method(account_id: UUID) -> Method:
    """Return the payment method of an account; a new account pays by bank transfer on invoice."""
    return _method(*(select_one(_METHOD, account=account_id) or ("invoice", "", "")))


def open_attempt_expires_at(account_id: UUID) -> datetime | None:
    """Return the moment at which the open attempt expires, if there is one."""
    attempt = open_attempt(account_id)
    return attempt.expires_at if attempt else None


def method_and_balance(account_id: UUID) -> PaymentMethodAndBalance:
    """Return the payment method and balance of an account."""
    [(_, *method_and_balance)] = select(for_each(METHOD_AND_BALANCE), accounts=[account_id])
    return read_method_and_balance(*method_and_balance)


def read_method_and_balance(kind: str | None, token: str, gateway: str, balance: int) -> PaymentMethodAndBalance:
    """Return the payment method and balance that a row of `METHOD_AND_BALANCE` states."""
    return PaymentMethodAndBalance(_method(kind or "invoice", token, gateway), balance)


def attempt(account_id: UUID, attempt_id: UUID) -> AttemptRow:
    """Return an attempt of the account. Errors: NotFound."""
    rows = _attempts(account_id=account_id, pk=attempt_id)
    if not rows:
        raise NotFound(what=phrase("payment attempt"))
    return rows[0]


def sandbox_attempt(attempt_id: UUID) -> AttemptRow:
    """Return an attempt of a sandbox account by the key that the sandbox gateway knows it under. Errors: NotFound."""
    rows = _attempts(pk=attempt_id, gateway=SANDBOX, account__sandbox=True)
    if not rows:
        raise NotFound(what=phrase("payment attempt"))
    return rows[0]


def attempt_of_charge(gateway: str, key: str) -> AttemptRow | None:
    """Return the attempt whose charge a gateway knows under a key, if it is one of ours."""
    # A gateway may tell of charges that another system made through the same contract; their keys are no UUIDs.
    with suppress(ValueError):
        return next(iter(_attempts(pk=UUID(key), gateway=gateway)), None)
    return None


def open_attempt(account_id: UUID) -> AttemptRow | None:
    """Return the account's open attempt, if there is one."""
    row = select_one(_OPEN_ATTEMPT, account=account_id)
    return None if row is None else AttemptRow(*row)


def unfinished_attempts(before: datetime, limit: int) -> list[AttemptRow]:
    """Return open attempts made before a moment, the oldest first."""
    return _attempts(state="open", created_at__lt=before)[:limit]


def failed_attempts(account_id: UUID, limit: int) -> list[AttemptRow]:
    """Return the last attempts that failed, the newest first."""
    rows = models.Attempt.objects.filter(account_id=account_id, state__in=("failed", "cancelled"))
    return [AttemptRow(*row) for row in rows.order_by("-id").values_list(*_ATTEMPT)[:limit]]


def was_attempted(account_id: UUID, invoice_id: UUID) -> bool:
    """Return true if an attempt was ever made to collect an invoice."""
    return models.Attempt.objects.filter(account_id=account_id, invoice_id=invoice_id).exists()


def open_amounts(account_id: UUID, invoice_ids: list[UUID] | None = None) -> Mapping[UUID, int]:
    """Return the open amount of each invoice and credit note, the oldest first. Unit: minor units, never below zero."""
    return dict(select(_OPEN_AMOUNTS, accounts=[account_id], ids=invoice_ids))


def unsettled(account_ids: Collection[UUID]) -> Mapping[UUID, Unsettled]:
    """Return documents and payments with an open amount, by account."""
    by_account: dict[UUID, dict[str, list[OpenAmount]]] = {
        account: {kind: [] for kind in _KINDS} for account in account_ids
    }
    for account_id, kind, *open_amount in select(_UNSETTLED, accounts=list(account_ids)):
        by_account[account_id][kind].append(OpenAmount(*open_amount))
    return {account: Unsettled(*(tuple(by_kind[kind]) for kind in _KINDS)) for account, by_kind in by_account.items()}


def open_invoice_page(account_id: UUID, *, before: UUID | None, limit: int) -> Mapping[UUID, int]:
    """Return the open amounts of invoices that are not settled, the newest first, those before a given one."""
    page = "AND (%(before)s::uuid IS NULL OR i.id < %(before)s) ORDER BY i.id DESC LIMIT %(limit)s"
    return dict(select(f"SELECT i.id, {_OPEN_AMOUNT} {_OPEN} {page}", account=account_id, before=before, limit=limit))


def open_total(account_id: UUID) -> tuple[int, int]:
    """Return how many invoices are not settled, and the sum of their open amounts. Unit: minor units."""
    [(count, total)] = select(f"SELECT count(*), coalesce(sum({_OPEN_AMOUNT}), 0)::bigint {_OPEN}", account=account_id)
    return count, total


def uncollected_invoices(account_id: UUID, *, again: bool) -> list[UUID]:
    """Return invoices that are not settled, the oldest first; those tried before only with `again`."""
    untried = """AND (%(again)s::boolean OR NOT EXISTS (
        SELECT FROM payments_attempt t WHERE t.account_id = i.account_id AND t.invoice_id = i.id
    ))"""
    rows = select(f"SELECT i.id {_OPEN} {untried} ORDER BY i.id", account=account_id, again=again)
    return [invoice_id for (invoice_id,) in rows]


def open_invoices(account_id: UUID) -> tuple[OpenAmount, ...]:
    """Return invoices that are not settled, the oldest first."""
    return unsettled([account_id])[account_id].invoices


def collectable_invoices(gateways: Sequence[str], limit: int) -> list[tuple[UUID, UUID]]:
    """Return account and invoice of open invoices never tried, of live accounts that pay by one of the gateways.

    The invoices of an account with an open attempt wait until it is finished.
    """
    return select(_COLLECTABLE, gateways=list(gateways), limit=limit)


def gateways_in_use() -> set[str]:
    """Return the codes of the gateways that payment methods in force and open attempts name."""
    return {code for (code,) in select(_GATEWAYS)}


def paid_by_sandbox(limit: int) -> list[SandboxPayment]:
    """Return payments of live accounts by the sandbox gateway, the oldest first, from before releases refused them."""
    return [SandboxPayment(*row) for row in select(_PAID_BY_SANDBOX, sandbox=SANDBOX, limit=limit)]


def _method(kind: str, token: str, gateway: str) -> Method:
    if kind == "invoice":
        return Method()
    return Method("card" if kind == "card" else "debit", token, gateway)


def _attempts(**lookups: object) -> list[AttemptRow]:
    return [AttemptRow(*row) for row in models.Attempt.objects.filter(**lookups).order_by("id").values_list(*_ATTEMPT)]


_ATTEMPT: Final = tuple(AttemptRow.__dataclass_fields__)
_OPEN_ATTEMPT: Final = f"""
SELECT {", ".join(f'"{column}"' for column in _ATTEMPT)} FROM payments_attempt
WHERE account_id = %(account)s AND state = 'open'
"""
# The last row is in force; ids are made in the order of time.
_METHOD: Final = (
    "SELECT kind, token, gateway FROM payments_method WHERE account_id = %(account)s ORDER BY id DESC LIMIT 1"
)
METHOD_AND_BALANCE: Final = f"""
SELECT t.expires_at, m.kind, m.token, m.gateway, ({INVOICED})
    - coalesce((SELECT sum(amount_minor) FROM payments_payment WHERE account_id = here.account_id), 0)::bigint
    + coalesce((
        SELECT sum(amount_minor) FROM payments_refund WHERE account_id = here.account_id AND state <> 'failed'
    ), 0)::bigint AS balance
FROM (VALUES (1)) AS always
LEFT JOIN payments_attempt t ON t.account_id = here.account_id AND t.state = 'open'
LEFT JOIN LATERAL (
    SELECT kind, token, gateway FROM payments_method WHERE account_id = here.account_id ORDER BY id DESC LIMIT 1
) m ON true
"""
"""One row for the account `here`: when the open payment ends, the payment method and the balance.

Settled amounts cancel out: the sum left on documents, payments and refunds is the sum of their amounts.
"""
_KINDS: Final = ("credit_note", "payment", "invoice")
"""The kinds of rows with open amounts, in the order of the fields of `Unsettled`."""
# Each allocation takes from its source and from its target alike, so both ends are one list of ids with amounts.
_ALLOCATED: Final = """
WITH allocated AS (
    SELECT unnest(ARRAY[invoice_id, refund_id, payment_id, credit_note_id]) AS id, amount
    FROM payments_allocation WHERE account_id = ANY(%(accounts)s)
)
"""
_OPEN_AMOUNTS: Final = f"""{_ALLOCATED}
SELECT i.id, abs(i.total) - coalesce(sum(s.amount), 0)::bigint
FROM {DOCUMENTS} i LEFT JOIN allocated s ON s.id = i.id
WHERE i.account_id = ANY(%(accounts)s) AND (%(ids)s::uuid[] IS NULL OR i.id = ANY(%(ids)s))
GROUP BY i.id, i.total ORDER BY i.id
"""
# A payment and its reversal are one amount, which is zero once it is undone.
_UNSETTLED: Final = f"""{_ALLOCATED}, whole AS (
    SELECT account_id, kind, id, abs(total) AS amount FROM {DOCUMENTS} i WHERE account_id = ANY(%(accounts)s)
    UNION ALL SELECT account_id, 'payment', coalesce(reverses_id, id), sum(amount_minor)::bigint
        FROM payments_payment WHERE account_id = ANY(%(accounts)s) GROUP BY 1, 3
)
SELECT w.account_id, w.kind, w.id, w.amount - coalesce(sum(s.amount), 0)::bigint
FROM whole w LEFT JOIN allocated s ON s.id = w.id GROUP BY w.account_id, w.kind, w.id, w.amount
HAVING w.amount > coalesce(sum(s.amount), 0) ORDER BY w.id
"""
# An attempt keeps its gateway, so a gateway stays in use until the last attempt through it has ended.
_OPEN_AMOUNT: Final = "i.total - allocated.amount"
_OPEN: Final = f"""
FROM {DOCUMENTS} i CROSS JOIN LATERAL (
    SELECT coalesce(sum(a.amount), 0)::bigint AS amount FROM payments_allocation a
    WHERE a.account_id = i.account_id AND a.invoice_id = i.id
) AS allocated
WHERE i.account_id = %(account)s AND i.kind = 'invoice' AND i.total > allocated.amount
"""
_GATEWAYS: Final = """
SELECT gateway FROM (
    SELECT DISTINCT ON (account_id) gateway FROM payments_method ORDER BY account_id, id DESC
) now WHERE gateway <> '' UNION SELECT gateway FROM payments_attempt WHERE state = 'open'
"""
_PAID_BY_SANDBOX: Final = f"""
SELECT p.account_id, p.amount_minor, p.currency, coalesce((
    SELECT string_agg(i.printed, ', ' ORDER BY i.number)
    FROM payments_allocation a JOIN {DOCUMENTS} i ON i.account_id = a.account_id AND i.id = a.invoice_id
    WHERE a.account_id = p.account_id AND a.payment_id = p.id
), '')
FROM payments_payment p
JOIN payments_attempt t ON t.account_id = p.account_id AND t.id = p.attempt_id AND t.gateway = %(sandbox)s
JOIN {ACCOUNTS} c ON c.id = p.account_id AND NOT c.sandbox
WHERE NOT EXISTS (SELECT FROM payments_refund r WHERE r.account_id = p.account_id AND r.payment_id = p.id)
ORDER BY p.id LIMIT %(limit)s
"""
# An invoice is collected by itself once. After a failed attempt its payer decides, so that no card is tried for ever.
_COLLECTABLE: Final = f"""
SELECT i.account_id, i.id FROM {DOCUMENTS} i
JOIN {ACCOUNTS} c ON c.id = i.account_id AND NOT c.sandbox
JOIN LATERAL (
    SELECT kind, gateway FROM payments_method m WHERE m.account_id = i.account_id ORDER BY m.id DESC LIMIT 1
) now ON now.kind <> 'invoice' AND now.gateway = ANY(%(gateways)s)
WHERE i.kind = 'invoice' AND i.total > 0
    AND NOT EXISTS (
        SELECT FROM payments_attempt t
        WHERE t.account_id = i.account_id AND (t.invoice_id = i.id OR t.state = 'open')
    )
    AND i.total > coalesce((
        SELECT sum(amount) FROM payments_allocation a WHERE a.account_id = i.account_id AND a.invoice_id = i.id
    ), 0)
ORDER BY i.id LIMIT %(limit)s
"""
