"""Each rule about live data finds what breaks it, and nothing else does; a healthy vendor breaks none.

The data are broken behind the back of the database's own guards, as a restore or a hand at the console may do.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

import factory
from api_client import TEAM_10, ApiClient, email, seats
from bursar.accounts.models import Account
from bursar.checkout import record_payment, refund, renew, undo_payment
from bursar.cli.demo import load
from bursar.core.billing.booking import Booking
from bursar.core.money.money import Money
from bursar.core.policy.policy import VENDOR
from bursar.gateways.models import SandboxCharge
from bursar.jobs.invariants import BOOK_RULES, SET_RULES, violations

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, and an account that was changed twice on one day, for all tests here; what one breaks is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        factory.seller()
        load(NOW)
        changed_on_its_first_day()
        # What is deferred until a commit is looked at now, before anything is broken.
        connection.check_constraints()
        yield
        transaction.set_rollback(True)
    with django_db_blocker.unblock():
        # The gateway remembers on a connection of its own.
        SandboxCharge.objects.all().delete()


def changed_on_its_first_day() -> None:
    api = ApiClient()
    path = api.account(tax_rate="0.20")
    api.take(path, TEAM_10)
    api.take(path, seats(12), by=email("owner"))
    api.ok("POST", f"{path}/clock", {"to": "2026-03-15"}, idempotency_key="clock")
    booked_and_given_back(UUID(path.rpartition("/")[2]))


def booked_and_given_back(account: UUID) -> None:
    """More came than is open, and some of that went back; another booking was undone."""
    came = Booking(Money(1_000_000, "EUR"), date(2026, 3, 15), entry="7")
    too_much = record_payment(account, came, actor=VENDOR, now=NOW)
    refund(account, too_much, Money(100, "EUR"), reason="goodwill", actor=VENDOR, now=NOW)
    mistake = record_payment(account, replace(came, entry="8"), actor=VENDOR, now=NOW)
    undo_payment(account, mistake, actor=VENDOR, now=NOW)


def behind_the_back(statement: str) -> None:
    """Change rows as no guard of the database would let anybody do; at least one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        assert cursor.rowcount > 0, "nothing was broken"
        cursor.execute("SET LOCAL session_replication_role = origin")


def broken(*, deep: bool = False) -> set[str]:
    return {violation.rule for violation in violations(NOW, deep=deep)}


def test_a_healthy_vendor_breaks_no_rule() -> None:
    assert list(violations(NOW, deep=True)) == []
    for account in Account.objects.all():
        renew(account.id, now=NOW)
    assert list(violations(NOW, deep=True)) == []


def test_every_rule_says_what_must_hold_and_what_to_do() -> None:
    for rule in (*SET_RULES, *BOOK_RULES):
        statement, _, cure = (rule.__doc__ or "").partition("Cure:")
        assert statement.strip(), rule.__name__
        assert cure.strip(), rule.__name__


ACME = "account_id = (SELECT id FROM accounts_account WHERE name = 'Acme')"
BRIGHTSIDE = "account_id = (SELECT id FROM accounts_account WHERE name = 'Brightside Travel')"
NORTHWIND = "account_id = (SELECT id FROM accounts_account WHERE name = 'Northwind Bank')"
CREDITED = f"(SELECT credits_id FROM invoices_line WHERE kind = 'credit' AND {ACME})"
BREAKS: dict[str, list[tuple[str, ...]]] = {
    "coverage_follows_lines": [
        (f"DELETE FROM invoices_coverage WHERE {ACME}",),
        (f"UPDATE invoices_coverage SET span = daterange(lower(span), upper(span) - 1) WHERE {ACME}",),
        (f"UPDATE invoices_coverage SET line_id = {CREDITED} WHERE {ACME} AND lower(span) = '2026-01-01'",),
        (f"UPDATE invoices_line SET charge_type = 'one_off' WHERE {ACME}",),
    ],
    "line_tax_adds_up": [
        (f"UPDATE invoices_line SET tax_rate = 0.19 WHERE kind = 'charge' AND {ACME}",),
    ],
    "documents_add_up": [
        (f"UPDATE invoices_invoice SET net = net + 1, tax = tax - 1 WHERE {ACME}",),
    ],
    "credits_within_charges": [
        (
            f"UPDATE invoices_line SET gross = gross - 1, amount = amount - 1, tax = tax + 1 WHERE kind = 'credit' AND {ACME}",
            f"""UPDATE invoices_invoice SET net = net - 1, tax = tax + 1
                WHERE id = (SELECT invoice_id FROM invoices_line WHERE kind = 'credit' AND {ACME})""",
        ),
    ],
    "numbers_without_gaps": [
        ("UPDATE invoices_series SET next = next + 1 WHERE mode = 'sandbox'",),
        ("UPDATE invoices_invoice SET number = 900 WHERE number = 2",),
    ],
    "numbers_in_order": [
        ("UPDATE invoices_invoice SET recorded_at = recorded_at - interval '1 day' WHERE number = 2",),
    ],
    "allocations_within": [
        (
            f"""INSERT INTO payments_allocation (id, account_id, invoice_id, payment_id, credit_note_id, amount, recorded_at)
                SELECT gen_random_uuid(), account_id, invoice_id, payment_id, credit_note_id, amount, recorded_at
                FROM payments_allocation WHERE {BRIGHTSIDE}""",
        ),
    ],
    "money_is_booked": [
        (f"UPDATE payments_attempt SET amount_minor = amount_minor + 1 WHERE {BRIGHTSIDE}",),
        (f"UPDATE payments_attempt SET state = 'refunded' WHERE {BRIGHTSIDE}",),
        (f"UPDATE payments_attempt SET state = 'failed' WHERE {BRIGHTSIDE}",),
    ],
    "journal_balances": [
        (f"UPDATE payments_allocation SET payment_id = gen_random_uuid() WHERE {BRIGHTSIDE}",),
    ],
    "attempts_end": [
        (
            f"""INSERT INTO payments_attempt (id, account_id, quote_id, amount_minor, currency, method_kind, gateway, token,
                    state, reason, address, expires_at, "on", actor_kind, created_at)
                SELECT gen_random_uuid(), account_id, id, 1, 'EUR', 'card', 'sandbox', 'ok', 'open', '', '',
                    '2026-01-02', "on", 'vendor', now() - interval '1 hour'
                FROM subscriptions_quote WHERE {ACME} LIMIT 1""",
        ),
    ],
    "refunds_within": [
        (f"UPDATE payments_allocation SET refund_id = gen_random_uuid() WHERE refund_id IS NOT NULL AND {ACME}",),
        ("UPDATE payments_refund SET payment_id = (SELECT reverses_id FROM payments_payment WHERE amount_minor < 0)",),
    ],
    "reversals_mirror": [
        (f"UPDATE payments_payment SET reverses_id = gen_random_uuid() WHERE amount_minor < 0 AND {ACME}",),
    ],
    "bank_entries_booked_once": [
        ("UPDATE payments_bankentry SET amount_minor = amount_minor - 1 WHERE entry = '7'",),
        ("UPDATE payments_bankentry SET currency = 'USD' WHERE entry = '7'",),
    ],
    "refunds_end": [
        (
            f"""UPDATE payments_refund SET state = 'open', finished_at = NULL, recorded_at = now() - interval '15 days'
                WHERE {ACME}""",
        ),
    ],
    "accounts_have_one_owner": [
        (f"UPDATE accounts_member SET role = 'admin' WHERE role = 'owner' AND {ACME}",),
        (f"DELETE FROM accounts_accountstate WHERE {ACME}",),
    ],
    "positions_without_gaps": [
        (f"UPDATE subscriptions_change SET position = 9 WHERE position = 2 AND {ACME}",),
        (f"UPDATE subscriptions_checkpoint SET position = 9 WHERE {ACME}",),
    ],
    "seats_used_are_bought": [
        ("UPDATE seats_capacity SET used = bought + 1 WHERE product = 'voice'",),
        (f"UPDATE seats_capacity SET used = used + 1 WHERE product = 'support' AND {ACME}",),
    ],
    "worker_has_caught_up": [
        (f"UPDATE invoices_billingschedule SET due_at = '2026-03-14' WHERE {ACME}",),
        (f"DELETE FROM invoices_billingschedule WHERE {ACME}",),
    ],
    "answers_show_what_is_there": [
        ("UPDATE history_storedresponse SET answer_id = 'gone'",),
        ("UPDATE history_storedresponse SET answer_kind = 'parcel'",),
    ],
}
DEEP_BREAKS: dict[str, list[tuple[str, ...]]] = {
    "standing_follows_changes": [
        (f"UPDATE accounts_accountstate SET state = 'suspended' WHERE {ACME}",),
    ],
    "seats_follow_changes": [
        (f"UPDATE seats_capacity SET bought = bought + 1 WHERE {ACME}",),
        (f"DELETE FROM seats_capacity WHERE {ACME}",),
    ],
    "items_follow_changes": [
        (f"UPDATE subscriptions_item SET quantity = quantity + 1 WHERE {ACME}",),
        (f"UPDATE subscriptions_item SET rate = rate + 1 WHERE {NORTHWIND}",),
        (f"UPDATE subscriptions_item SET starts_on = starts_on - 1 WHERE {ACME}",),
        (f"UPDATE subscriptions_item SET ends_on = '2026-06-01' WHERE {ACME}",),
        (f"UPDATE subscriptions_item SET trial = true WHERE {NORTHWIND}",),
        (f"DELETE FROM subscriptions_item WHERE {ACME}",),
    ],
    "next_day_follows_changes": [
        (f"UPDATE invoices_billingschedule SET due_at = '2026-04-05' WHERE {ACME}",),
        (f"UPDATE invoices_billingschedule SET due_at = NULL WHERE {ACME}",),
        (f"UPDATE invoices_billingschedule SET billed_until = '2026-03-31' WHERE {ACME}",),
    ],
    "nothing_is_left_to_bill": [
        (
            f"""UPDATE subscriptions_change SET terms = replace(terms::text, '"rate": "', '"rate": "9')::jsonb
                WHERE {NORTHWIND}""",
            f"UPDATE subscriptions_item SET rate = ('9' || rate)::numeric WHERE {NORTHWIND}",
        ),
    ],
    "checkpoints_follow_changes": [
        (
            f"""UPDATE subscriptions_checkpoint SET state = jsonb_set(state, '{{items,0,quantity}}', '99')
                WHERE "on" = '2026-02-01' AND {ACME}""",
        ),
    ],
    "lines_follow_their_terms": [
        (f"UPDATE invoices_line SET unit_price = 20 WHERE upper(span) = '2026-03-01' AND {ACME}",),
    ],
}


@pytest.mark.parametrize(("rule", "statements"), [(rule, way) for rule, ways in BREAKS.items() for way in ways])
def test_a_rule_alone_tells_what_breaks_it(rule: str, statements: tuple[str, ...]) -> None:
    for statement in statements:
        behind_the_back(statement)
    found = list(violations(NOW))
    assert {one.rule for one in found} == {rule}
    assert all(one.expected != one.found for one in found)


@pytest.mark.parametrize(("rule", "statements"), [(rule, way) for rule, ways in DEEP_BREAKS.items() for way in ways])
def test_what_follows_from_the_changes_is_decided_again(rule: str, statements: tuple[str, ...]) -> None:
    for statement in statements:
        behind_the_back(statement)
    found = list(violations(NOW, deep=True))
    assert {one.rule for one in found} == {rule}
    assert all(one.expected != one.found for one in found)


def test_every_rule_is_broken_by_something_here() -> None:
    assert list(BREAKS) == [rule.__name__ for rule in SET_RULES]
    assert list(DEEP_BREAKS) == [rule.__name__ for rule in BOOK_RULES]


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE subscriptions_change SET edit = '{{}}' WHERE {ACME} AND position = 1",
        f"UPDATE subscriptions_checkpoint SET state = '[]' WHERE {ACME}",
        "UPDATE accounts_account SET time_zone = 'Mars/Olympus' WHERE name = 'Acme'",
    ],
)
def test_an_account_that_cannot_be_read_is_told_and_the_others_have_their_turn(statement: str) -> None:
    behind_the_back(statement)
    behind_the_back(f"UPDATE seats_capacity SET bought = bought + 1 WHERE {NORTHWIND}")
    assert broken(deep=True) == {"accounts_can_be_decided", "seats_follow_changes"}


def test_seats_used_beyond_those_bought_are_no_fault_once_a_change_made_them_fewer() -> None:
    behind_the_back(
        f"""INSERT INTO seats_assignment (id, account_id, product, member_id, since)
            SELECT gen_random_uuid(), account_id, 'support', id, now() FROM accounts_member
            WHERE role <> 'light_agent' AND removed_at IS NULL AND {ACME}"""
    )
    assert broken() == {"seats_used_are_bought"}
    behind_the_back(
        f"""UPDATE seats_capacity SET bought = 0, used = (
                SELECT count(*) FROM seats_assignment s WHERE s.account_id = seats_capacity.account_id
            ) WHERE product = 'support' AND {ACME}"""
    )
    assert broken() == set()


def test_what_waits_for_a_payment_or_for_the_worker_is_not_decided_again() -> None:
    behind_the_back(f"UPDATE invoices_billingschedule SET due_at = '2026-03-14' WHERE {ACME}")
    behind_the_back(f"UPDATE seats_capacity SET bought = 99 WHERE {ACME}")
    assert broken(deep=True) == {"worker_has_caught_up"}
