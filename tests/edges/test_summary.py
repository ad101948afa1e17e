"""How a summary tells what is due: more of the same as one line, everything else as it stands on the invoice."""

from dataclasses import replace
from fractions import Fraction

from account_in_memory import CATALOG, POLICY, AccountInMemory, add, plan, seats
from bursar.center.manage.summary import losses
from bursar.core.calendar.timing import Timing
from bursar.core.subscription.edit import Cancel, ChangePlan, RemoveProduct
from bursar.i18n.lines import lines_in_words


def support(**options: str) -> AccountInMemory:
    life = AccountInMemory(**options)
    life.do("2026-01-01", add("support", "growth", seats=10))
    return life


def test_more_seats_are_told_by_how_many_more_and_what_they_come_to() -> None:
    answer = support().ask("2026-01-17", seats("support", 15))
    [line] = lines_in_words(answer.lines, "EUR")
    assert line.text == "Support, Growth: 5 more seats × €45.00"
    assert line.days.endswith("(15 of 31 days)")
    assert line.amount == "€108.87"
    assert Fraction(answer.due_today.net, 100) == Fraction("108.87")


def test_fewer_seats_are_told_by_how_many_fewer_and_what_comes_back() -> None:
    life = support()
    at_once = {**POLICY.timing, "remove_seats": Timing("now", True)}
    life.context = replace(life.context, policy=replace(POLICY, timing=at_once))
    [line] = lines_in_words(life.ask("2026-01-17", seats("support", 8)).lines, "EUR")
    assert (line.text, line.amount) == ("Support, Growth: 2 fewer seats × €45.00", "-€43.55")


def test_another_plan_is_a_credit_of_the_old_and_a_charge_of_the_new() -> None:
    shown = lines_in_words(support().ask("2026-01-17", plan("support", "professional")).lines, "EUR")
    assert [line.text for line in shown] == [
        "Credit for Support, Growth: 10 seats × €45.00",
        "Support, Professional: 10 seats × €75.00",
    ]
    assert [one.amount for one in shown] == ["-€217.74", "€362.90"]


def test_what_is_lost_is_named() -> None:
    state = support().state("2026-01-17")
    assert losses(RemoveProduct(product="support"), state, CATALOG) == ("Ticketing", "Business hours")
    assert losses(ChangePlan(product="support", plan="team"), state, CATALOG) == ("Business hours",)
    assert losses(ChangePlan(product="support", plan="enterprise"), state, CATALOG) == ()
    assert losses(Cancel(reason=""), state, CATALOG) == ("Support",)
    assert losses(RemoveProduct(product="voice"), state, CATALOG) == ()
