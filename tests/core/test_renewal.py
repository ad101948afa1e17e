"""Of what people are told ahead, and what ends by itself."""

from dataclasses import replace
from datetime import date

from account_in_memory import AccountInMemory, add, cycle, remove, seats
from bursar.core.billing.schedule import announces_renewal, announces_trial_end, endings_on_day
from bursar.core.subscription.timeline import Timeline


def ahead(life: AccountInMemory, *days: str) -> list[bool]:
    return [announces_renewal(life.context.timeline, date.fromisoformat(day)) for day in days]


def bought(code: str) -> AccountInMemory:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10), cycle(code))
    return life


def test_the_end_of_a_term_of_more_than_a_month_is_told_ahead() -> None:
    assert ahead(bought("annual"), "2026-12-31", "2027-01-01", "2027-01-02") == [False, True, False]
    assert ahead(bought("annual_monthly"), "2026-02-01", "2027-01-01", "2028-01-01") == [False, True, True]
    assert ahead(bought("monthly"), "2026-02-01", "2026-03-01") == [False, False]


def test_it_is_told_from_a_state_that_was_written_down_and_of_the_term_that_ends() -> None:
    kept = bought("annual").state("2026-06-01")
    assert announces_renewal(Timeline.of(kept), date(2027, 1, 1))
    shorter = bought("annual")
    shorter.do("2026-02-01", {"edit": "change_cycle", "cycle": "monthly", "on": "2027-01-01"})
    assert ahead(shorter, "2027-01-01", "2027-02-01") == [True, False]


def test_what_ends_or_was_never_bought_renews_for_nobody() -> None:
    going, removed = bought("annual"), bought("annual")
    going.do("2026-02-01", {"edit": "cancel", "reason": "done"})
    removed.do("2026-02-01", remove("support"))
    assert (
        ahead(going, "2027-01-01") + ahead(removed, "2027-01-01") + ahead(AccountInMemory(), "2027-01-01")
        == [False] * 3
    )


def test_temporary_seats_of_a_single_day_end_on_the_next_one_also_from_a_state_that_was_written_down() -> None:
    life = bought("monthly")
    span = {"start": "2026-01-10", "end": "2026-01-11"}
    life.do("2026-01-05", {"edit": "add_temporary_seats", "product": "support", "seats": 2, "span": span})
    assert dict(endings_on_day(life.context.timeline, date(2026, 1, 11)).seats) == {"support": 2}
    kept = life.state("2026-01-10")
    assert dict(endings_on_day(Timeline.of(kept), date(2026, 1, 11)).seats) == {"support": 2}


def test_what_ends_and_what_changes_on_a_day_is_one_state() -> None:
    life = bought("monthly")
    span = {"start": "2026-01-10", "end": "2026-01-20"}
    life.do("2026-01-05", {"edit": "add_temporary_seats", "product": "support", "seats": 2, "span": span})
    life.do("2026-01-05", seats("support", 12, on="2026-01-20"))
    on_the_day = [phase for phase in life.context.timeline.phases if phase.on == date(2026, 1, 20)]
    assert [one.state.items["support"].total_quantity for one in on_the_day] == [12]


def test_the_end_of_a_trial_is_told_ahead_unless_it_was_bought_or_cancelled_until_then() -> None:
    def told(*later: dict[str, object]) -> bool:
        life = AccountInMemory()
        given = {"product": "support", "plan": "team", "seats": 3, "until": "2026-01-14"}
        life.do("2026-01-01", {"edit": "start_trial", **given})
        for edit in later:
            life.do("2026-01-05", edit)
        last, timeline = date(2026, 1, 14), life.context.timeline
        kept = replace(timeline, start=life.state("2026-01-06"))
        assert not later or announces_trial_end(kept, last) == announces_trial_end(timeline, last)
        return announces_trial_end(timeline, last)

    assert told()
    assert not told(add("support", "team", seats=3))
    assert not told({**add("support", "team", seats=3), "on": "2026-01-15"})
    assert told({**add("support", "team", seats=3), "on": "2026-01-16"})
    assert not told({"edit": "cancel", "reason": "no"})
