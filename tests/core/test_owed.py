"""What must be paid for each day: reductions without credit, accounts that end in mid-period, checkpoints."""

from dataclasses import replace
from datetime import date

from bursar.core.charge import Line, open_period
from bursar.core.cycle import MONTHLY, Calendar
from bursar.core.policy import Timing
from bursar.core.subscription import NOTHING, Subscription
from lives import POLICY, Life, add, remove, seats

REDUCING = ("remove_seats", "remove_products", "cancel_account", "downgrade_plan")


def lived() -> Life:
    """Ten seats and two of an add-on, monthly since 1 January 2026."""
    life = Life()
    life.do("2026-01-01", add("support", "team", seats=10), add("chat", "standard", seats=2))
    return life


def crediting(life: Life) -> Life:
    """The same account under a policy that gives back at once what is reduced."""
    timing = {**POLICY.timing, **{one: Timing("now", credit=True) for one in REDUCING}}
    life.situation = replace(life.situation, policy=replace(POLICY, timing=timing))
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


def test_a_period_is_billed_from_a_checkpoint_alone() -> None:
    life = lived()
    life.situation = replace(life.situation, start=life.state("2026-02-01"), changes=())
    assert said(life.renew("2026-02-01")) == [("charge", "support", 10, 28), ("charge", "chat", 2, 28)]
    assert life.renew("2026-02-28") == ()


def test_before_anything_was_bought_no_period_is_open() -> None:
    assert open_period(NOTHING, date(2026, 1, 31)) is None
    coming = Subscription(calendar=Calendar(MONTHLY, date(2026, 1, 31)))
    assert open_period(coming, date(2026, 1, 30)) is None
    opened = open_period(coming, date(2026, 1, 31))
    assert opened is not None
    assert (opened.start, opened.end) == (date(2026, 1, 31), date(2026, 2, 28))
