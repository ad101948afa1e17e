"""What must be paid for each day: reductions without credit, accounts that end in mid-period, checkpoints."""

from dataclasses import replace
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from account_in_memory import POLICY, AccountInMemory, add, plan, remove, seats
from bursar.core.billing.line import Line
from bursar.core.calendar.cycle import MONTHLY, Calendar
from bursar.core.calendar.timing import Timing
from bursar.core.subscription.subscription import NOTHING, Subscription

REDUCING = ("remove_seats", "remove_products", "cancel_account", "downgrade_plan")


def lived() -> AccountInMemory:
    """Ten seats and two of an add-on, monthly since 1 January 2026."""
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10), add("chat", "standard", seats=2))
    return life


def crediting(life: AccountInMemory) -> AccountInMemory:
    """The same account under a policy that gives back at once what is reduced."""
    timing = {**POLICY.timing, **{one: Timing("now", credit=True) for one in REDUCING}}
    life.context = replace(life.context, policy=replace(POLICY, timing=timing))
    return life


def said(lines: tuple[Line, ...]) -> list[tuple[str, str, int, int]]:
    return [(line.kind, line.product, line.quantity, line.days) for line in lines]


def test_the_dearer_terms_stay_owed_whatever_else_is_changed_after_a_reduction_without_credit() -> None:
    life = lived()
    assert life.do("2026-01-16", seats("support", 5, on="now")).lines == ()
    assert said(life.do("2026-01-18", seats("chat", 3)).lines) == [("credit", "chat", 2, 14), ("charge", "chat", 3, 14)]
    assert life.do("2026-01-20", seats("support", 8)).lines == ()
    answer = life.do("2026-01-21", seats("support", 12))
    assert said(answer.lines) == [("credit", "support", 10, 11), ("charge", "support", 12, 11)]
    assert answer.due_today.net == -6742 + 8090


def test_a_reduction_with_credit_after_one_without_gives_nothing_back() -> None:
    life = lived()
    assert life.do("2026-01-16", seats("support", 5, on="now")).lines == ()
    assert crediting(life).do("2026-01-20", seats("support", 3)).lines == ()


def test_once_everything_is_bought_back_a_reduction_with_credit_gives_back() -> None:
    life = lived()
    life.do("2026-01-16", seats("support", 5, on="now"))
    assert life.do("2026-01-18", seats("support", 10)).lines == ()
    answer = crediting(life).do("2026-01-20", seats("support", 8))
    assert said(answer.lines) == [("credit", "support", 10, 12), ("charge", "support", 8, 12)]


def test_one_reduction_with_credit_after_another_gives_back_both_times() -> None:
    life = crediting(lived())
    assert said(life.do("2026-01-16", seats("support", 5)).lines) == [
        ("credit", "support", 10, 16),
        ("charge", "support", 5, 16),
    ]
    assert said(life.do("2026-01-20", seats("support", 3)).lines) == [
        ("credit", "support", 5, 12),
        ("charge", "support", 3, 12),
    ]


def test_the_same_price_agreed_again_changes_nothing_and_what_follows_counts() -> None:
    life = lived()
    assert life.do("2026-01-05", seats("support", 10, price="19.00")).lines == ()
    answer = life.do("2026-01-22", seats("support", 12))
    assert said(answer.lines) == [("credit", "support", 10, 10), ("charge", "support", 12, 10)]


def test_a_lower_plan_at_the_same_price_is_no_reduction_and_stands_on_the_invoice() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "growth", seats=10, price="19.00"))
    answer = life.do("2026-01-22", plan("support", "team", on="now", price="19.00"))
    assert [(line.plan, line.amount) for line in answer.lines] == [("growth", -6129), ("team", 6129)]


def test_a_product_of_one_cent_is_not_given_back_without_credit() -> None:
    life = lived()
    life.do("2026-01-01", add("quality", "standard", seats=1, price="0.01"), plan("support", "professional"))
    assert life.do("2026-01-02", remove("quality", on="now")).lines == ()


def test_what_is_free_stands_on_the_invoice_whatever_the_policy_credits() -> None:
    life = lived()
    timing = {**POLICY.timing, "add_products": Timing("now", credit=False)}
    life.context = replace(life.context, policy=replace(POLICY, timing=timing))
    answer = life.do("2026-01-22", add("analytics", "essential", seats=1, price="0"))
    assert said(answer.lines) == [("charge", "analytics", 1, 10)]
    assert answer.due_today.net == 0


def test_without_its_last_base_product_everything_ends_and_is_credited_where_the_policy_credits() -> None:
    answer = crediting(lived()).do("2026-01-22", remove("support"))
    assert said(answer.lines) == [("credit", "support", 10, 10), ("credit", "chat", 2, 10)]
    assert answer.renewal_on is None


def test_without_credit_an_account_that_ends_at_once_keeps_nothing_and_gets_nothing_back() -> None:
    life = lived()
    assert life.do("2026-01-22", remove("support", on="now")).lines == ()
    assert not life.state("2026-01-22").items
    assert life.renew("2026-02-01") == ()


def test_a_cancelled_account_is_credited_for_each_of_its_products_where_the_policy_credits() -> None:
    answer = crediting(lived()).do("2026-01-31", {"edit": "cancel"})
    assert said(answer.lines) == [("credit", "support", 10, 1), ("credit", "chat", 2, 1)]


def test_a_product_that_was_reduced_without_credit_on_the_day_of_the_end_keeps_only_its_own_days() -> None:
    life = lived()
    timing = {**POLICY.timing, "cancel_account": Timing("now", credit=True)}
    life.context = replace(life.context, policy=replace(POLICY, timing=timing))
    assert life.do("2026-01-22", seats("support", 5, on="now")).lines == ()
    assert said(life.do("2026-01-22", {"edit": "cancel"}).lines) == [("credit", "chat", 2, 10)]


def test_a_period_is_billed_from_a_checkpoint_alone() -> None:
    life = lived()
    life.from_checkpoint("2026-02-01")
    assert said(life.renew("2026-02-01")) == [("charge", "support", 10, 28), ("charge", "chat", 2, 28)]
    assert life.renew("2026-02-28") == ()


def test_before_anything_was_bought_no_period_is_open() -> None:
    assert NOTHING.billing_period(date(2026, 1, 31)) is None
    coming = Subscription(calendar=Calendar(MONTHLY, date(2026, 1, 31)))
    assert coming.billing_period(date(2026, 1, 30)) is None
    opened = coming.billing_period(date(2026, 1, 31))
    assert opened is not None
    assert (opened.start, opened.end) == (date(2026, 1, 31), date(2026, 2, 28))


ORDERS = st.lists(st.tuples(st.integers(1, 31), st.integers(1, 30)), min_size=1, max_size=8)
"""Days of January, and how many seats are ordered on each; several orders may fall on one day."""


def reducing(*, same_day_undo: bool = False) -> AccountInMemory:
    """Ten seats at 31.00 since 1 January, 1.00 a seat and day; fewer seats count at once and give nothing back."""
    life = AccountInMemory()
    timing = {**POLICY.timing, "remove_seats": Timing("now", credit=False)}
    life.context = replace(life.context, policy=replace(POLICY, timing=timing, same_day_undo=same_day_undo))
    life.do("2026-01-01", add("support", "team", seats=10, price="31.00"))
    return life


@given(ORDERS)
def test_without_credit_each_day_costs_the_most_seats_that_there_were_so_far(orders: list[tuple[int, int]]) -> None:
    life, most = reducing(), [10] * 32
    for day, number in sorted(orders, key=lambda order: order[0]):
        assert life.do(f"2026-01-{day:02}", seats("support", number)).due_today.net >= 0, "nothing is given back"
        most[day:] = [max(number, before) for before in most[day:]]
    assert billed(life) == 100 * sum(most[1:])


@given(ORDERS)
@example([(2, 1), (3, 2), (3, 1), (3, 2)])
def test_what_is_taken_back_on_the_day_leaves_what_the_day_began_with(orders: list[tuple[int, int]]) -> None:
    life, billable, have = reducing(same_day_undo=True), [10] * 32, 10
    for day in range(2, 32):
        began, dawn = have, billable[day]
        for number in [number for on, number in orders if on == day]:
            life.do(f"2026-01-{day:02}", seats("support", number))
            taken_back = began <= number < have
            billable[day:] = [max(number, dawn if taken_back else billable[day])] * (32 - day)
            have = number
    assert billed(life) == 100 * sum(billable[1:])


def test_taking_back_an_increase_leaves_what_an_earlier_reduction_without_credit_keeps_owed() -> None:
    life = reducing(same_day_undo=True)
    assert life.do("2026-01-10", seats("support", 5)).lines == ()
    assert said(life.do("2026-01-16", seats("support", 12)).lines) == [
        ("credit", "support", 10, 16),
        ("charge", "support", 12, 16),
    ]
    assert said(life.do("2026-01-16", seats("support", 7)).lines) == [
        ("credit", "support", 12, 16),
        ("charge", "support", 10, 16),
    ]
    assert crediting(life).do("2026-01-20", seats("support", 3)).lines == ()


def billed(life: AccountInMemory) -> int:
    """What is billed for January, less what was given back."""
    return sum(one.line.amount * one.span.days // one.line.span.days for one in life.context.billed)
