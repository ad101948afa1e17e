"""What other billing systems test and document, put to our own functions.

Each case keeps a pointer to where its figures stand. Where a peer's rule is not ours, `differences.json` has our answer
and the name of the rule, which docs/money-and-time.md explains.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from account_in_memory import POLICY, AccountInMemory, add, plan, seats
from bursar.core.billing.billable import Terms
from bursar.core.billing.coverage import covered
from bursar.core.billing.line import charge, credit
from bursar.core.calendar.cycle import BadLength, Calendar, Cycle, Length
from bursar.core.calendar.period import EmptySpan, Proration, Span, months_between, period_days, share
from bursar.core.calendar.timing import Timing
from bursar.core.messages.problem import Invalid
from bursar.core.messages.text import Text
from bursar.core.money.currency import digits
from bursar.core.money.money import Money, amount_text, read_amount, read_rate, rounded
from bursar.core.money.price import period_price
from bursar.core.money.tax import UNTAXED
from bursar.core.subscription.edit import SetUnits, read_edit

ROOT: Final = Path(__file__).resolve().parents[2]
CASES: Final = ROOT / "tests" / "cases"
PAGE: Final = ROOT / "docs" / "money-and-time.md"
SCENARIO_SOURCES: Final = ("killbill_timelines", "lago_scenarios")
"""Lives that need the whole engine: what scenarios are written from."""
LIFE_KINDS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "coupons": ("lago_scenarios", ("apply_coupon",)),
    "credit notes by hand": ("lago_scenarios", ("create_credit_note", "estimate_credit_note")),
    "drafts": ("lago_scenarios", ("finalize_invoice",)),
    "a cycle day of its own": ("killbill_timelines", ("account_bill_cycle_day", "set_bill_cycle_day")),
    "one-off phases": ("killbill_timelines", ("FIXED",)),
    "a balance on the invoice": ("killbill_timelines", ("CBA_ADJ",)),
}
"""What lives ask for that Bursar does not sell: the file, and the words of its steps and lines by which it shows."""
FOREVER: Final = date(2200, 1, 1)
MONDAY: Final = date(2018, 1, 1)
MONTHS: Final = {
    "MONTHLY": 1,
    "QUARTERLY": 3,
    "QUARTER": 3,
    "SEMIANNUAL": 6,
    "HALF_YEAR": 6,
    "ANNUAL": 12,
    "YEARLY": 12,
}
DAYS: Final = {"DAILY": 1, "WEEKLY": 7, "THIRTY_DAYS": 30}

Case = dict[str, Any]
Answer = Any
"""Whatever JSON can say: a day, an amount, a list of them; None where Bursar has no such thing."""


def read(name: str) -> list[Case]:
    cases: list[Case] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return cases


DIFFERENCES: Final = {case["id"]: case for case in read("differences")}


# Calendars


def calendar(span: Length, anchor: date) -> Calendar:
    return Calendar(Cycle("peer", Text("peer"), span, span), anchor)


def lasting(name: str) -> Length:
    """The length that a peer's word stands for, such as `BILLING_PERIOD_QUARTER`."""
    word = name.upper().removeprefix("BILLING_PERIOD_")
    return Length(months=MONTHS[word]) if word in MONTHS else Length(days=DAYS[word])


def grid(span: Length, near: date, day: int | None = None) -> Calendar:
    """The calendar with a boundary in the month of a date, on that day of the month, and others before it."""
    if span.days:
        return calendar(span, near - timedelta(span.days * 100))
    there = calendar(span, date(near.year - 2, 1, day or near.day))
    return replace(there, origin=near.month - 1)


def period(of: Calendar, day: date, back: int = 0) -> Span:
    """The period of a day, or one that lies so many before it."""
    here = of.period(day)
    return here if back == 0 else period(of, here.start - timedelta(1), back - 1)


def walk(of: Calendar, start: date, until: date) -> Iterator[Span]:
    """The periods from the one that a day is in to the one that another day is in."""
    here = of.period(start)
    while here.start <= until:
        yield here
        here = of.period(here.end)


def days_of(span: Span | None) -> list[str]:
    return [span.start.isoformat(), span.end.isoformat()] if span else []


def since(span: Span, start: str) -> Span | None:
    return span.intersection(Span(date.fromisoformat(start), FOREVER))


def instant(written: str) -> datetime:
    """A peer's moment: with Z, with " UTC", or with its zone in brackets."""
    match = re.fullmatch(r"(.*?)(?:Z| UTC|\[(.*)\])", written)
    assert match, written
    zone = UTC if match[2] in (None, "time.UTC") else ZoneInfo(match[2])
    return datetime.fromisoformat(match[1]).replace(tzinfo=zone)


def day(written: str, zone: str = "") -> date:
    """The day on which a moment falls, in the zone given or in its own."""
    moment = instant(written)
    return (moment.astimezone(ZoneInfo(zone)) if zone else moment).date()


def cents(amount: int, currency: str = "USD") -> str:
    return amount_text(Money(amount, currency))


def ninth(amount: int) -> str:
    return f"{Decimal(amount).scaleb(-9):f}"


# Kill Bill


def killbill_proration_cycles(case: Case) -> tuple[Answer, Answer]:
    """How many periods are billed in advance up to a day, to nine places: shares of a price of a thousand million."""
    start, until = date.fromisoformat(case["start"]), date.fromisoformat(case["target"])
    expected = case.get("expected_cycles", case.get("expected_error"))
    try:
        held = Span(start, date.fromisoformat(case["end"]) if case["end"] else FOREVER)
    except EmptySpan:
        return expected, "invalid_date_sequence"
    periods = walk(grid(lasting(case["billing_period"]), start, case["bill_cycle_day"]), start, until)
    billed = ((period, period.intersection(held)) for period in periods if start <= until)
    return expected, ninth(sum(share(10**9, part, one, Proration.BY_DAY) for one, part in billed if part))


def killbill_date_arithmetic(case: Case) -> tuple[Answer, Answer]:
    start, end = (date.fromisoformat(case[name]) if name in case else MONDAY for name in ("start", "end"))
    rule = Proration.THIRTY if case.get("fixed_days") else Proration.BY_DAY
    if case.get("fixed_days") == 28:
        return case["expected"], None
    match case["function"]:
        case "calculateNumberOfWholeBillingPeriods":
            return case["expected"], months_between(start, end)
        case "advanceByNPeriods" | "recedeByNPeriods":
            span = lasting(case["billing_period"])
            number = case["periods"] if case["function"].startswith("advance") else -case["periods"]
            return case["expected"], calendar(span, start).boundary(span, number).isoformat()
        case "daysBetweenWithFixedDaysInMonth":
            return case["expected"], period_days(Span(start, end), rule)
        case "calculateProRationBeforeFirstBillingPeriod":
            boundary = date.fromisoformat(case["next_cycle_date"])
            here = grid(lasting(case["billing_period"]), boundary).period(start)
            return case["expected"], ninth(share(10**9, Span(start, boundary), here, rule))
    first = date.fromisoformat(case["period_start"])
    periods = walk(calendar(lasting(case["billing_period"]), first), first, end - timedelta(1))
    parts = ((period, period.intersection(Span(first, end))) for period in periods)
    return case["expected"], ninth(sum(share(10**9, part, one, rule) for one, part in parts if part))


def killbill_billing_interval(case: Case) -> tuple[Answer, Answer]:
    start = date.fromisoformat(case["start"])
    span = lasting(case["billing_period"])
    dated = grid(span, start, case["bill_cycle_day"]) if span.months else calendar(span, start)
    containing = dated.period(start)
    first = start if containing.start == start else containing.end
    until = start if case["target"] == "ANY" else date.fromisoformat(case["target"])
    here = dated.period(until)
    end = min(here.end, date.fromisoformat(case["end"])) if case["end"] else here.end
    ours = {
        "has_something_to_bill": start <= until,
        "first_billing_cycle_date": first.isoformat(),
        "effective_end_date": end.isoformat(),
        "next_billing_cycle_date": here.end.isoformat(),
    }
    return case["expected"], {name: ours[name] for name in case["expected"]}


def killbill_catalog_prices() -> Iterator[Case]:
    """Each price of the catalogue that the timelines use."""
    plans = json.loads((CASES / "killbill_catalog_prices.json").read_text(encoding="utf-8"))["plans"]
    for code, phases in plans.items():
        for number, phase in enumerate(phases):
            for kind in ("recurring_usd", "fixed_usd"):
                if phase[kind] is not None:
                    yield {"id": f"kb-price-{code}-{number}-{kind}", "price": phase[kind]}


def killbill_price(case: Case) -> tuple[Answer, Answer]:
    return case["price"], cents(period_price(read_rate(case["price"]), 1, digits("USD")))


# Lago


def lago_period_boundaries(case: Case) -> tuple[Answer, Answer]:
    """Lago's `from` and `to` are of the period before when it bills in arrears, and always so for usage."""
    zone, asked, expected = case["timezone"], case["function"], case["expected"]
    usage = asked.startswith(("charges_", "fixed_charges_"))
    monthly = usage and case[f"bill_{asked.partition('charges_')[0]}charges_monthly"]
    span = Length(months=1) if monthly else lasting(case["interval"])
    subscribed, on = day(case["subscription_at"], zone), day(case["billing_at"], zone)
    first = MONDAY if span.days else date(subscribed.year, 1, 1)
    dated = grid(span, first if case["billing_time"] == "calendar" else subscribed)
    if expected == "":
        return "", on.isoformat() if dated.period(on).start == on else ""
    ended = case["terminated_at"] and day(case["terminated_at"], zone) <= on
    ahead = ended or case["current_usage"] or (case["pay_in_advance"] and not usage)
    if asked == "previous_beginning_of_period":
        ahead = case["current_period"]
    if asked == "single_day_price" and case["args"]:
        ahead, on = True, day(case["started_at"], zone)
    here = period(dated, on, 0 if ahead or asked == "next_end_of_period" else 1)
    if asked.endswith("duration_in_days"):
        return expected, str(here.days)
    if asked == "single_day_price":
        return expected, f"100/{here.days}"
    if asked == "next_end_of_period" or asked.endswith("to_datetime"):
        after = instant(expected) + timedelta(seconds=1)
        return after.astimezone(ZoneInfo(zone)).isoformat()[:19], f"{here.end}T00:00:00"
    billed = here.intersection(Span(day(case["started_at"], zone), FOREVER)) if "from" in asked else here
    wanted = instant(expected).astimezone(ZoneInfo(zone)).isoformat()[:19]
    return wanted, billed and f"{billed.start}T00:00:00"


# Meteroid


def meteroid_periods(case: Case) -> tuple[Answer, Answer]:
    start = date.fromisoformat(case.get("billing_start") or case.get("billing_start_or_resume_date") or "2000-01-01")
    on = date.fromisoformat(case.get("target") or case["invoice_date"])
    near = on if "is_first_period" in case else start
    dated = grid(lasting(case["billing_period"]), near, case["billing_day"])
    match case["test"]:
        case "test_calculate_elapsed_cycles":
            return case["expected"], len(list(walk(dated, start, on))) - 1
        case "test_elapsed_and_period_consistency":
            return True, on in list(walk(dated, start, on))[-1]
        case "test_find_period_containing_date":
            return [case["expected_start"], case["expected_end"]], days_of(since(period(dated, on), start.isoformat()))
    here = period(dated, on, 1) if case["test"] == "test_calculate_arrear_period_range" else period(dated, on)
    begun = on.isoformat() if case.get("is_first_period") else start.isoformat()
    return [case["expected_period_start"], case["expected_period_end"]], days_of(since(here, begun))


def meteroid_proration(case: Case) -> tuple[Answer, Answer]:
    whole = Span(*(date.fromisoformat(case[name]) for name in ("period_start", "period_end")))
    changed = date.fromisoformat(case["change_date"])
    fees = [one["fee"] for one in case["added"]] + [one["new_fee"] for one in case["matched"]]
    if any(fee["kind"] == "one_time" for fee in fees):
        return case["expected"], None
    left = whole.intersection(Span(changed, FOREVER))
    price = [rounded(read_rate(fee["rate"]) * 100) for fee in fees]
    lines = [share(one, left, whole, Proration.BY_DAY) for one in price if left]
    ours = {"net_amount_cents": sum(lines), "lines.len()": len(lines)}
    return case["expected"], {name: ours[name] for name in case["expected"]}


# Seats and plans changed within a period


def life(price: str, number: int, on: str, **policy: Any) -> AccountInMemory:
    """An account in dollars with seats at an agreed price since a day, billed monthly, under a policy of its own."""
    made = AccountInMemory(currency="USD")
    made.context = replace(made.context, policy=replace(POLICY, **policy))
    made.do(on, add("support", "team", seats=number, price=price))
    return made


CREDIT_AT_ONCE: Final = {"timing": {**POLICY.timing, "remove_seats": Timing("now", credit=True)}}
CHOICES: Final[dict[str, dict[str, Any]]] = {
    "fixed 30-day month": {"proration": Proration.THIRTY},
    "full price of the added seats, no proration": {"proration": Proration.NONE},
    "credit the unused part now": CREDIT_AT_ONCE,
}
"""The peers' rules that a vendor may choose in the policy, or comes nearest to so; every other one meets the standard."""


def cross_peer_seat_change() -> Iterator[Case]:
    """One case per rule that the peers answer the same change by."""
    for case in read("cross_peer_seat_change"):
        for row in case["expected_by_rule"]:
            yield {"id": f"{case['id']}: {row['rule']}", **case["inputs"], **row}


def seat_change(case: Case) -> tuple[Answer, Answer]:
    choice = CHOICES.get(case["rule"], {})
    if "changes" in case:
        lived = life(case["price_per_seat"], case["start_seats"], "2024-03-01", **choice)
        changes = [(f"2024-03-{one['day']:02}", seats("support", one["seats"], on="now")) for one in case["changes"]]
        due = [case["start_seats"] * 1000, *(lived.do(*change).due_today.net for change in changes)]
        return case["invoices"], [cents(amount) for amount in due]
    lived = life(case["price_per_seat"], case["old_seats"], case["period_start"][:10], **choice)
    changed = lived.do(case["change_at"][:10], seats("support", case["new_seats"]))
    return case["net_charge"], cents(changed.due_today.net)


def polar_parametrised(case: Case) -> tuple[Answer, Answer]:
    given = case["inputs_expected"]
    match case["test"]:
        case "test_upgrade_base_cases":
            return [given["entry_0_amount"], given["entry_1_amount"]], polar_upgrade(given)
        case "test_e2e_immediate_seats_with_pending_product_change":
            expected = [given["expected_proration_amount"], given["expected_post_cycle_amount"]]
            return [expected[0] * (1 if "debit" in given.values() else -1), expected[1]], polar_seats(given)
        case "test_get_amount_and_label":
            return given["expected_amount"], polar_units(given["unit_amount"], given["units"])
        case "test_reconciliation_identity":
            shared = min(given["discount_amount"], sum(given["amounts"]))
            return shared, polar_parts(shared, given["amounts"])
    return given, None


def polar_parts(total: int, weights: Sequence[int]) -> int:
    """A total divided by weights, as a price is divided over adjoining days, and added up again."""
    days = [date(2026, 1, 1) + timedelta(passed) for passed in accumulate(weights, initial=0)]
    whole = Span(days[0], days[-1])
    return sum(share(total, Span(*part), whole, Proration.BY_DAY) for part in pairwise(days))


def polar_units(cents_each: str | int, units: object) -> Answer:
    """What units cost, or why there are no such units or price."""
    try:
        edit = read_edit({"edit": "set_units", "product": "resolutions", "units": units}, "edit")
        assert isinstance(edit, SetUnits)
        return period_price(read_rate(f"{Decimal(cents_each) / 100:f}"), edit.units, digits("USD"))
    except Invalid as problem:
        return problem.code


def polar_upgrade(given: Case) -> list[int]:
    """The credit of the old product and the charge of the new one, which begins anew if its interval is another."""
    start, on = day(given["cycle_start"]), day(given["time_of_update"])
    lengths = {"month": Length(months=1), "year": Length(months=12)}
    (old, old_price), (new, new_price) = given["old_product_param"], given["new_product_param"]
    here = calendar(lengths[old], start).period(on)
    there = here if new == old else calendar(lengths[new], on).period(on)
    left = Span(on, here.end)
    credited = share(old_price, left, here, Proration.BY_DAY)
    return [credited, share(new_price, left if new == old else there, there, Proration.BY_DAY)]


def polar_seats(given: Case) -> list[int]:
    """What is due at once for the seats, and at the renewal with the plan that waits for it."""
    rates = [cents(given[name]) for name in ("old_price_per_seat", "new_price_per_seat")]
    lived = life(rates[0], given["old_seats"], given["cycle_start"][:10], **CREDIT_AT_ONCE)
    on = given["time_of_update"][:10]
    lived.do(on, plan("support", "growth", on="renewal", price=rates[1]))
    changed = lived.do(on, seats("support", given["new_seats"]))
    return [changed.due_today.net, changed.next_renewal.net]


def vendor_examples_and_bug_repros(case: Case) -> tuple[Answer, Answer]:
    match case["id"]:
        case "stripe-switch-mid-may":
            may = Span(date(2026, 5, 1), date(2026, 6, 1))
            old, new = (
                share(int(case[name]) * 100, Span(date(2026, 5, 15), may.end), may, Proration.BY_DAY)
                for name in ("old_price", "new_price")
            )
            return case["next_invoice"], cents(int(case["new_price"]) * 100 + new - old)
        case "baremetrics-to-the-second":
            whole = Span(MONDAY, MONDAY + timedelta(Fraction(case["used_share"]).denominator))
            left = Span(MONDAY + timedelta(Fraction(case["used_share"]).numerator), whole.end)
            parts = [share(int(case[name]), left, whole, Proration.BY_DAY) for name in ("old_price", "new_price")]
            return [case["unused_credit"], case["new_plan_part"]], [str(part) for part in parts]
        case "lago-30th-in-advance-feb-2024":
            on = date.fromisoformat(case["billing_on"])
            here = grid(Length(months=1), on, case["subscription_day"]).period(on)
            return case["period"], days_of(Span(here.start, here.end - timedelta(1)))
    started = date.fromisoformat(case["started"])
    here = grid(lasting(case["interval"]), date.fromisoformat(case["period"][0])).period(started)
    inclusive = days_of(Span(here.start, here.end - timedelta(1)))
    return [case["period"], case["right_days"]], [inclusive, period_days(here, Proration.BY_DAY)]


# Flexprice


def flexprice_dates_rounding(case: Case) -> tuple[Answer, Answer]:
    asked, given = case["test"], case["case"]
    for start, answer in FLEXPRICE.items():
        if asked.startswith(start):
            expected, ours = answer(asked, given)
            return expected, ours
    raise AssertionError(asked)


def flexprice_interval(asked: str, given: Case) -> Length:
    word = given.get("period") or given.get("billingPeriod") or given.get("resetPeriod", "")
    found = re.search(r"monthly|annual|weekly|daily|quarter|half_?year", f"{word or asked}", re.IGNORECASE)
    unit = given.get("unit", 1)
    name = found[0].upper().replace("HALFYEAR", "HALF_YEAR") if found else "MONTHLY"
    return Length(months=MONTHS[name] * unit) if name in MONTHS else Length(days=DAYS[name] * unit)


def flexprice_next(asked: str, given: Case) -> tuple[Answer, Answer]:
    """The end of the period that a day is in; periods are counted from the anchor, and nothing outlives its end."""
    names = ("currentPeriod", "currentPeriodStart", "currentTime", "current")
    now = next(given[name] for name in names if name in given)
    anchor = given.get("billingAnchor") or given["anchor"]
    zone, end = given.get("timezone", ""), given.get("subscriptionEndDate") or given.get("endDate")
    try:
        span = flexprice_interval(asked, given)
    except BadLength:
        return given["wantErr"], True
    on, first = day(now, zone), day(anchor, zone)
    stub = on < first and not given.get("wantErr")
    try:
        here = (grid(span, first) if stub else calendar(span, first)).period(on)
    except ValueError:
        return given["wantErr"], True
    until = min(here.end, day(end, zone)) if end else here.end
    return day(given.get("want") or given["expectedUTC"], zone).isoformat(), until.isoformat()


def flexprice_period(asked: str, given: Case) -> tuple[Answer, Answer]:
    zone = given["timezone"]
    first = day(given["anchor"], zone)
    here = since(grid(Length(months=1), first).period(day(given["target"], zone)), f"{day(given['knownStart'], zone)}")
    return [day(given[name], zone).isoformat() for name in ("wantStart", "wantEnd")], days_of(here)


def flexprice_floor(asked: str, given: Case) -> tuple[Answer, Answer]:
    span = Length(days=7 if "Week" in asked else 1)
    here = calendar(span, MONDAY).period(day(given["in"], given["tz"]))
    return day(given["want"], given["tz"]).isoformat(), here.start.isoformat()


def flexprice_advance(asked: str, given: Case) -> tuple[Answer, Answer]:
    span = Length(days=1)
    there = calendar(span, day(given["in"], given["tz"])).boundary(span, given["n"])
    return day(given["want"], given["tz"]).isoformat(), there.isoformat()


def flexprice_calendar_anchor(asked: str, given: Case) -> tuple[Answer, Answer]:
    """The first boundary after a day where weeks begin on Mondays and months on their first day."""
    span, on = lasting(given["billingPeriod"].replace("ANNUAL", "YEARLY")), day(given["startDate"])
    dated = calendar(span, MONDAY if span.days else date(2018, 1, 1))
    return day(given["want"]).isoformat(), dated.period(on).end.isoformat()


def flexprice_between(asked: str, given: Case) -> tuple[Answer, Answer]:
    return given["want"], day(given["timestamp"]) in Span(day(given["start"]), day(given["end"]))


def flexprice_rounding(asked: str, given: Case) -> tuple[Answer, Answer]:
    places = len(given["expected"].partition(".")[2])
    currency = given.get("currency", "usd" if places else "jpy").upper()
    assert digits(currency) == given.get("precision", places)
    return given["expected"], cents(rounded(Decimal(given["amount"]).scaleb(digits(currency))), currency)


def flexprice_removal(asked: str, given: Case) -> tuple[Answer, Answer]:
    told, expected = given["params"], given["expected"]
    whole = Span(day(told["CurrentPeriodStart"]), day(told["CurrentPeriodEnd"]) + timedelta(1))
    paid = read_amount(told["OriginalAmountPaid"], told["Currency"]).amount_minor
    left = share(paid, Span(day(told["ProrationDate"]), whole.end), whole, Proration.BY_DAY)
    return expected["NetAmount"], cents(-left)


def flexprice_days(asked: str, given: Case) -> tuple[Answer, Answer]:
    zone = "UTC" if "DefaultTimezone" in given["timezone"] else given["timezone"]
    return given["expected"], Span(day(given["start"], zone), day(given["end"], zone)).days


def flexprice_capped(asked: str, given: Case) -> tuple[Answer, Answer]:
    """What is credited of a line that has been credited in part: its days that are still paid for."""
    whole = Span(MONDAY, MONDAY + timedelta(int(given["originalAmount"])))
    terms = Terms("team", 1, Decimal(given["originalAmount"]), whole, int(given["originalAmount"]) * 100)
    line = charge("support", terms, whole, Proration.BY_DAY, UNTAXED, Text("Support"))
    before = credit(line, UUID(int=1), Span(whole.end - timedelta(50), whole.end))
    assert before.amount == -int(given["previousCredits"]) * 100
    [left] = covered((), ((UUID(int=1), line), (UUID(int=2), before)))
    asking = int(given["potentialCredit"])
    given_back = (
        credit(left.line, left.line_id, Span(left.span.start, left.span.start + timedelta(asking))).amount
        if asking
        else 0
    )
    return int(given["expectedCredit"]), -given_back // 100


def flexprice_grant(asked: str, given: Case) -> tuple[Answer, Answer]:
    whole = Span(day(given["periodStart"]), day(given["periodEnd"]))
    left = whole.intersection(Span(day(given["prorationDate"]), FOREVER))
    granted = share(int(given["credits"]), left, whole, Proration.BY_DAY) if left else 0
    return given["wantCredits"], str(granted)


FLEXPRICE: Final[dict[str, Callable[[str, Case], tuple[Answer, Answer]]]] = {
    "TestNext": flexprice_next,
    "TestGetNext": flexprice_next,
    "TestFindPeriod": flexprice_period,
    "TestFloor": flexprice_floor,
    "TestAdvance": flexprice_advance,
    "TestCalculateCalendar": flexprice_calendar_anchor,
    "TestIsBetween": flexprice_between,
    "TestCurrencyRounding": flexprice_rounding,
    "TestCalculator_Calculate": flexprice_removal,
    "TestCalculator_Days": flexprice_days,
    "TestCalculator_Cap": flexprice_capped,
    "TestCalculateCreditGrant": flexprice_grant,
}


# All of them

ANSWERS: Final[dict[str, Callable[[Case], tuple[Answer, Answer]]]] = {
    "cross_peer_seat_change": seat_change,
    "flexprice_dates_rounding": flexprice_dates_rounding,
    "killbill_billing_interval": killbill_billing_interval,
    "killbill_catalog_prices": killbill_price,
    "killbill_date_arithmetic": killbill_date_arithmetic,
    "killbill_proration_cycles": killbill_proration_cycles,
    "lago_period_boundaries": lago_period_boundaries,
    "meteroid_periods": meteroid_periods,
    "meteroid_proration": meteroid_proration,
    "polar_parametrised": polar_parametrised,
    "vendor_examples_and_bug_repros": vendor_examples_and_bug_repros,
}


def cases_of(name: str) -> list[Case]:
    made = {"cross_peer_seat_change": cross_peer_seat_change, "killbill_catalog_prices": killbill_catalog_prices}
    return list(made[name]()) if name in made else read(name)


EVERY: Final = [(name, case) for name in ANSWERS for case in cases_of(name)]


@pytest.mark.parametrize(("name", "case"), EVERY, ids=[case["id"] for _, case in EVERY])
def test_our_answer_is_the_peers_or_one_that_is_explained(name: str, case: Case) -> None:
    expected, ours = ANSWERS[name](case)
    difference = DIFFERENCES.get(case["id"])
    if difference is None:
        assert ours == expected
    else:
        assert ours == difference["ours"]
        assert ours != expected


def words(life: Case) -> set[str]:
    """The words by which a peer's life names its steps and lines."""
    said = {word for step in life["timeline"] for word in (*step, step.get("do"))}
    return said | {step["expect_item"]["type"] for step in life["timeline"] if "expect_item" in step}


def test_every_file_is_answered_here_or_a_source_of_scenarios() -> None:
    files = {path.stem for path in CASES.glob("*.json")} - {"differences"}
    assert files == {*ANSWERS, *SCENARIO_SOURCES}
    assert set(DIFFERENCES) <= {case["id"] for _, case in EVERY}


def test_the_page_has_every_rule_that_differs_and_every_file_with_the_number_of_its_cases() -> None:
    rules = Counter(DIFFERENCES[case["id"]]["rule"] for _, case in EVERY if case["id"] in DIFFERENCES)
    files = Counter(name for name, _ in EVERY) | {name: len(read(name)) for name in SCENARIO_SOURCES}
    asked = {
        kind: sum(not words(life).isdisjoint(said) for life in read(file)) for kind, (file, said) in LIFE_KINDS.items()
    }
    assert all(asked.values())
    rows = re.findall(r"^\| `([\w -]+)` \|.*\| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    expected = rules | files | asked
    assert {name: int(number) for name, number in rows if name in expected} == expected
