"""Who buys on invoice terms owes no more than the credit of the account's type, whatever the order."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account_in_memory import (
    ADMIN,
    BILLING_ADMIN,
    OWNER,
    POLICY,
    SUPPORT,
    AccountInMemory,
    account,
    add,
    cycle,
    plan,
    remove,
    seats,
)
from bursar.core.billing.payment import Method, PaymentMethodAndBalance
from bursar.core.calendar.timing import Timing
from bursar.core.messages.problem import Conflict
from bursar.core.ordering.credit_limit import credit_limit, members_who_set_payment_method, outstanding
from bursar.core.policy.limits import Credit
from bursar.core.policy.policy import VENDOR, Actor, Outcome, Policy, Reason
from bursar.policy.document import read, write

ALLOWED, BEYOND = (Outcome.ALLOWED, None), (Outcome.REFUSED, Reason.CREDIT)
ON_CARD = Method("card", "ok")


class Buying(AccountInMemory):
    """A life in which nobody pays, by a policy with a credit limit."""

    def __init__(self, policy: Policy = POLICY, account_type: str = "self_service", **more: str) -> None:
        super().__init__(account_type, **more)
        self.context = replace(self.context, policy=policy)

    def owe(self, owes: int, method: Method | None = None) -> None:
        paying = PaymentMethodAndBalance(method or self.context.payment.method, owes)
        self.context = replace(self.context, payment=paying)


def limited(limit: str | None = "100.00", **fields: object) -> Policy:
    entry = {"invoice_terms": True, **({"limit": limit} if limit else {}), **fields}
    return read({**write(POLICY), "credit": {"self_service": entry}}, 2)


def outcome(life: AccountInMemory, on: str, *edits: object, by: Actor = OWNER) -> tuple[Outcome, Reason | None]:
    answer = life.ask(on, *edits, by=by)  # type: ignore[arg-type]  # edits as lives write them
    refusal = answer.refusal()
    return answer.outcome, refusal.reason if refusal else None


def test_the_standard_policy_gives_self_service_ten_thousand_in_any_currency() -> None:
    for currency, most in (("EUR", 1_000_000), ("JPY", 10_000), ("KWD", 10_000_000)):
        assert credit_limit(POLICY, account("self_service", currency)) == most
    for sold_to in ("managed", "online_assisted"):
        assert credit_limit(POLICY, account(sold_to)) is None


def test_a_million_seats_are_no_longer_sold_on_credit() -> None:
    # 526 × 19.00 = 9,994.00, and one seat more would be 10,013.00.
    assert outcome(Buying(), "2026-01-01", add("support", "team", seats=526)) == ALLOWED
    assert outcome(Buying(), "2026-01-01", add("support", "team", seats=527)) == BEYOND
    assert outcome(Buying(account_type="online_assisted"), "2026-01-01", add("support", "team", seats=527)) == ALLOWED


def test_open_and_new_count_together_and_tax_is_owed_too() -> None:
    life = Buying(limited(), tax="0.20")
    assert outcome(life, "2026-01-01", add("support", "team", seats=5)) == BEYOND
    life.do("2026-01-01", add("support", "team", seats=3), by=OWNER)
    assert life.context.payment.balance == 6840
    # A seat for 16 of 31 days costs 9.81 and 1.97 tax.
    life.owe(8822)
    assert outcome(life, "2026-01-16", seats("support", 4)) == ALLOWED
    life.owe(8823)
    assert outcome(life, "2026-01-16", seats("support", 4)) == BEYOND


def test_what_costs_little_on_the_last_day_is_measured_by_the_renewal() -> None:
    life = Buying(limited())
    life.do("2026-01-01", add("support", "team", seats=1), by=OWNER)
    life.owe(0)
    assert outcome(life, "2026-01-31", seats("support", 5)) == ALLOWED
    assert outcome(life, "2026-01-31", seats("support", 6)) == BEYOND


def test_who_pays_at_once_and_whom_the_vendor_serves_owes_nothing() -> None:
    life = Buying(limited())
    assert outcome(life, "2026-01-01", add("support", "team", seats=6), by=VENDOR) == ALLOWED
    life.owe(0, ON_CARD)
    assert outcome(life, "2026-01-01", add("support", "team", seats=6)) == ALLOWED


def test_an_account_type_without_invoice_terms_owes_nothing_at_all() -> None:
    policy = read({**write(POLICY), "credit": {"self_service": {"invoice_terms": False}}}, 2)
    life = Buying(policy)
    assert outcome(life, "2026-01-01", add("support", "team", seats=1)) == BEYOND
    free = add("support", "team", seats=1, price="0")
    assert outcome(life, "2026-01-01", free, by=VENDOR) == ALLOWED
    life.do("2026-01-01", free)
    assert outcome(life, "2026-01-02", seats("support", 9)) == ALLOWED


def test_reductions_are_never_stopped_nor_what_costs_nothing_more() -> None:
    life = Buying(limited())
    life.do("2026-01-01", add("support", "team", seats=20), add("voice", "standard", seats=20))
    for edit in (seats("support", 3), remove("voice"), {"edit": "cancel"}):
        assert outcome(life, "2026-01-05", edit) == ALLOWED
    life.do("2026-01-05", seats("support", 3), by=OWNER)
    undo = {"edit": "undo", "change": str(life.context.timeline.changes[-1].id)}
    assert outcome(life, "2026-01-06", undo) == ALLOWED
    assert outcome(life, "2026-01-06", remove("voice"), add("chat", "standard", seats=1)) == BEYOND


def test_what_is_scheduled_for_the_renewal_is_owed_now() -> None:
    timing = {**POLICY.timing, "add_seats": Timing("end_of_term", True)}
    life = Buying(replace(limited(), timing=timing))
    life.do("2026-01-01", add("support", "team", seats=1), by=OWNER)
    assert outcome(life, "2026-01-05", seats("support", 6)) == BEYOND
    life.do("2026-01-05", seats("support", 3), by=OWNER)
    keep = {"edit": "keep", "change": str(life.context.timeline.changes[-1].id)}
    # 19.00 are open, 38.00 more come with the renewal; 5 seats would make them 76.00.
    assert outcome(life, "2026-01-05", seats("support", 5), keep) == ALLOWED
    assert outcome(life, "2026-01-05", seats("support", 6), keep) == BEYOND


def test_undoing_a_reduction_is_stopped_where_its_room_was_used_meanwhile() -> None:
    timing = {**POLICY.timing, "add_products": Timing("end_of_period", True)}
    life = Buying(replace(limited("300.00"), timing=timing))
    life.do("2026-01-01", add("support", "team", seats=15))
    life.do("2026-01-02", seats("support", 1), by=OWNER)
    less = {"edit": "undo", "change": str(life.context.timeline.changes[-1].id)}
    assert outcome(life, "2026-01-03", less) == ALLOWED
    life.do("2026-01-03", add("voice", "standard", seats=5), by=OWNER)
    assert outcome(life, "2026-01-04", less) == BEYOND


def test_a_year_at_once_is_owed_though_it_begins_with_the_next_term() -> None:
    life = Buying(limited())
    life.do("2026-01-01", add("support", "team", seats=1), by=OWNER)
    assert outcome(life, "2026-01-05", cycle("annual")) == BEYOND
    assert outcome(life, "2026-01-05", cycle("annual_monthly")) == ALLOWED
    long = Buying(limited("300.00"))
    long.do("2026-01-01", add("support", "team", seats=3), cycle("annual_monthly"), by=OWNER)
    assert outcome(long, "2026-01-05", cycle("annual")) == BEYOND


def test_a_renewal_is_not_owed_before_it_comes_and_stops_nobody() -> None:
    life = Buying(limited())
    life.do("2026-01-01", add("support", "team", seats=4), by=OWNER)
    life.renew("2026-02-01")
    assert life.context.payment.balance == 15200
    assert outcome(life, "2026-02-02", seats("support", 5)) == BEYOND
    assert outcome(life, "2026-02-02", seats("support", 3)) == ALLOWED
    life.owe(0)
    assert outcome(life, "2026-02-02", seats("support", 5)) == ALLOWED


def test_what_would_be_asked_for_is_refused_where_nobody_could_approve_it() -> None:
    policy = read({**write(POLICY), "credit": {"online_assisted": {"invoice_terms": True, "limit": "100"}}}, 2)
    life = Buying(policy, "online_assisted")
    assert outcome(life, "2026-01-01", add("support", "team", seats=5), by=ADMIN) == (Outcome.BY_REQUEST, Reason.ROLE)
    assert outcome(life, "2026-01-01", add("support", "team", seats=6), by=ADMIN) == BEYOND
    assert outcome(life, "2026-01-01", add("support", "team", seats=6), by=BILLING_ADMIN) == BEYOND


def test_the_limit_of_a_role_is_said_before_the_credit_only_where_the_credit_holds() -> None:
    policy = read({**write(limited()), "limits": {"billing_admin": {"seats": 2}}}, 3)
    life = Buying(policy)
    over = add("support", "team", seats=3)
    assert outcome(life, "2026-01-01", over, by=BILLING_ADMIN) == (Outcome.BY_REQUEST, Reason.LIMIT)
    assert outcome(life, "2026-01-01", add("support", "team", seats=6), by=BILLING_ADMIN) == BEYOND


def test_what_is_refused_is_not_priced_and_names_the_vendor() -> None:
    answer = Buying().ask("2026-01-01", add("support", "team", seats=9_000), by=OWNER)
    refusal = answer.refusal()
    assert refusal and refusal.ask == (SUPPORT,)
    assert (answer.lines, answer.changes, answer.renewal_lines, answer.confirm) == ((), (), (), None)
    assert [edit.effective_on for edit in answer.edits] == [None]


def test_a_payment_method_helps_only_where_a_gateway_serves_and_somebody_may_set_one() -> None:
    on = date(2026, 1, 1)
    assert members_who_set_payment_method(POLICY, account(), on) == ()
    served = account(gateway=True)
    assert [one.role for one in members_who_set_payment_method(POLICY, served, on)] == ["owner"]
    assert members_who_set_payment_method(POLICY, replace(served, account_type="managed"), on) == ()


def test_an_older_policy_limits_nothing() -> None:
    older = {name: one for name, one in write(POLICY).items() if name not in ("credit", "ceilings")}
    policy = read(older, 2)
    assert (policy.credit, write(policy)) == ({}, older)
    assert outcome(Buying(policy), "2026-01-01", add("support", "team", seats=1_000_000)) == ALLOWED


@pytest.mark.parametrize(
    "entry",
    [
        {"invoice_terms": True},
        {"invoice_terms": False},
        {"invoice_terms": True, "limit": "10000.00"},
        {"invoice_terms": True, "limit": "5.00", "limits": {"EUR": "7.50", "JPY": "900"}},
    ],
)
def test_what_a_policy_says_of_credit_reads_as_it_was_written(entry: dict[str, object]) -> None:
    document = {**write(POLICY), "credit": {"self_service": entry}}
    assert write(read(document, 2)) == document


def test_a_limit_of_a_currency_stands_in_place_of_the_one_of_any() -> None:
    credit = Credit(invoice_terms=True, limit=5, limits={"EUR": 750})
    assert (credit.most("EUR"), credit.most("USD"), Credit(invoice_terms=True, limits={"EUR": 750}).most("USD")) == (
        750,
        500,
        None,
    )


STEP = st.one_of(
    st.builds(lambda many: [seats("support", many)], st.integers(1, 12)),
    st.builds(lambda many: [seats("voice", many)], st.integers(1, 12)),
    st.just([plan("support", "professional")]),
    st.just([plan("support", "team")]),
    st.sampled_from([[cycle("annual")], [cycle("monthly")], [cycle("annual_monthly")]]),
)


@given(
    start=st.integers(1, 4),
    steps=st.lists(st.tuples(st.integers(1, 9), STEP), max_size=8),
    later=st.booleans(),
)
def test_no_order_of_purchases_owes_more_than_the_credit(
    start: int, steps: list[tuple[int, list[dict[str, object]]]], later: bool
) -> None:
    timing = {**POLICY.timing, "add_seats": Timing("end_of_period", True)} if later else POLICY.timing
    life = Buying(replace(limited("400.00"), timing=timing))
    life.do("2026-01-01", add("support", "team", seats=start), add("voice", "standard", seats=1), by=OWNER)
    day = 1
    for days, edits in steps:
        day = min(day + days, 31)
        on = f"2026-01-{day:02}"
        try:
            answer = life.ask(on, *edits, by=OWNER)
        except Conflict:  # with what is scheduled already, which is not the matter here
            continue
        if answer.outcome is Outcome.ALLOWED:
            before = _billable(life, on)
            life.do(on, *edits, by=OWNER)
            assert _billable(life, on) <= max(40_000, before)
        assert life.context.payment.balance <= 40_000
    before = life.context.payment.balance
    life.renew("2026-02-01")
    assert life.context.payment.balance - before <= 40_000


def _billable(life: AccountInMemory, on: str) -> int:
    return outstanding(life.context, date.fromisoformat(on))
