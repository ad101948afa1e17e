"""Rules about accounts and what is kept of them: owners, positions, seats, the billing cursor, answers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bursar.jobs.invariants.rule import LATE, Finding, select


def accounts_have_one_owner(now: datetime) -> Iterator[Finding]:
    """An account has exactly one owner, and the row by which it is locked.

    Cure: ask the customer who the owner is, and write it down in one transaction.
    """
    return select(_OWNER)


_OWNER: Final = """
SELECT a.id, 'account', 'one owner, one account state',
    coalesce(m.owners, 0) || ' owners, ' || CASE WHEN s.account_id IS NULL THEN 'no account state' ELSE s.state END
FROM accounts_account a LEFT JOIN accounts_accountstate s ON s.account_id = a.id LEFT JOIN (
    SELECT account_id, count(*) AS owners FROM accounts_member WHERE role = 'owner' AND removed_at IS NULL GROUP BY 1
) m ON m.account_id = a.id
WHERE m.owners IS DISTINCT FROM 1 OR s.account_id IS NULL
"""


def positions_without_gaps(now: datetime) -> Iterator[Finding]:
    """The changes of an account are counted 1, 2, 3 and so on, and a checkpoint folds no more of them than there are.

    Cure: restore the missing change from a backup; until then the state of the account is not what was agreed.
    """
    return select(_POSITIONS)


_POSITIONS: Final = """
SELECT account_id, 'changes', 'positions from 1 to ' || greatest(c.many, p.last),
    coalesce(c.many, 0) || ' positions up to ' || coalesce(c.last, 0)
FROM (SELECT account_id, count(*) AS many, max(position) AS last FROM subscriptions_change GROUP BY 1) c
FULL JOIN (SELECT account_id, max(position) AS last FROM subscriptions_checkpoint GROUP BY 1) p USING (account_id)
WHERE coalesce(c.many, 0) <> coalesce(c.last, 0) OR p.last > coalesce(c.last, 0)
"""


def seats_used_are_bought(now: datetime) -> Iterator[Finding]:
    """As many seats are used as people have one, and no more than bought, unless a change has made them fewer.

    Where the vendor's product counts, what it says is believed.

    Cure: sell the account the seats that are missing, or take them from the people who got the last ones.
    """
    return select(_SEATS)


_SEATS: Final = """
SELECT s.account_id, 'seats of ' || s.product, held.many || ' used', s.used || ' used'
FROM seats_capacity s, LATERAL (
    SELECT count(*) AS many FROM seats_assignment h
    JOIN accounts_member m ON m.account_id = h.account_id AND m.id = h.member_id AND m.role <> 'light_agent'
    WHERE h.account_id = s.account_id AND h.product = s.product AND h.ended_at IS NULL
) held WHERE NOT s.counted AND s.used <> held.many
UNION ALL
SELECT s.account_id, 'seats of ' || s.product, 'at most ' || s.bought || ' used', s.used || ' used'
FROM seats_capacity s WHERE NOT s.counted AND s.used > s.bought AND NOT EXISTS (
    SELECT FROM subscriptions_change c WHERE c.account_id = s.account_id AND (
        c.edit->>'edit' IN ('set_seats', 'remove_product', 'change_plan') AND c.edit->>'product' = s.product
        OR c.edit->>'edit' IN ('cancel', 'remove_product')
    )
)
"""


def worker_has_caught_up(now: datetime) -> Iterator[Finding]:
    """The next due day of an account lies ahead, by its own clock in a sandbox, unless a payment is still open.

    Cure: see that a worker runs, or run "bursar bill"; what the worker prints says what keeps it.
    """
    return select(_CAUGHT_UP, moment=now - LATE)


_CAUGHT_UP: Final = """
SELECT a.id, 'the next day on which something falls due', 'later than ' || coalesce(a.clock_at, %(moment)s),
    CASE WHEN c.account_id IS NULL THEN 'none was ever noted' ELSE c.due_at::text END
FROM accounts_account a LEFT JOIN invoices_billingschedule c ON c.account_id = a.id
WHERE (c.due_at <= coalesce(a.clock_at, %(moment)s)
        OR c.account_id IS NULL AND EXISTS (SELECT FROM subscriptions_order t WHERE t.account_id = a.id))
    AND NOT EXISTS (SELECT FROM payments_attempt t WHERE t.account_id = a.id AND t.state = 'open')
"""


def answers_show_what_is_there(now: datetime) -> Iterator[Finding]:
    """The object in the stored response of an idempotency key is still there to be shown again.

    Cure: restore the missing row from a backup; until then, whoever sends the key again is answered 404.
    """
    return select(_ANSWERS)


_TABLES: Final = {
    "account": "accounts_account",
    "member": "accounts_member",
    "override": "accounts_override",
    "session": "accounts_session",
    "quote": "subscriptions_quote",
    "take": "subscriptions_order",
    "attempt": "payments_attempt",
    "payment": "payments_payment",
    "refund": "payments_refund",
    "request": "subscriptions_request",
}
_ANSWER: Final = """
SELECT substring(r.scope from '/accounts/([0-9a-f-]{{36}})')::uuid, 'key ' || r.key,
    '{kind} ' || r.answer_id, 'nothing'
FROM history_storedresponse r LEFT JOIN {table} t ON t.id::text = r.answer_id
WHERE r.answer_kind = '{kind}' AND t.id IS NULL
"""
_UNKNOWN: Final = f"""
SELECT NULL::uuid, 'key ' || key, 'one of {", ".join(_TABLES)}', answer_kind
FROM history_storedresponse WHERE answer_kind NOT IN ({", ".join(f"'{kind}'" for kind in _TABLES)})
"""
_ANSWERS: Final = "UNION ALL".join(
    [*(_ANSWER.format(kind=kind, table=table) for kind, table in _TABLES.items()), _UNKNOWN]
)

RULES: Final = (
    accounts_have_one_owner,
    positions_without_gaps,
    seats_used_are_bought,
    worker_has_caught_up,
    answers_show_what_is_there,
)
