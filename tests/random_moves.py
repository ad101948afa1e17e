"""Lives of accounts at random, in the language of scenarios: what people and vendors might do, in any order.

A life is drawn as a list of moves that know nothing of each other, so that any of them can be left out when a life that
went wrong is made smaller.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from bursar.core.policy.capability import CAPABILITIES, OVERRIDABLE, ROLES
from random_scenario import PRICES, Deed, Said, Wait, Wish, told

SHRUNK_AND_FORGOTTEN = settings(
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    deadline=None,
    database=None,
    report_multiple_bugs=False,
)
SAME_EVERY_TIME = settings(SHRUNK_AND_FORGOTTEN, derandomize=True)


def often(*weighted: tuple[int, Any]) -> st.SearchStrategy[Any]:
    """One of several values, each as often as its number says; the first is the simplest."""
    return st.sampled_from([value for times, value in weighted for _ in range(times)])


_wishes = st.builds(
    Wish,
    kind=often(
        *((30, "more"), (25, "add"), (25, "fewer"), (20, "plan"), (20, "undo"), (8, "cycle"), (10, "remove")),
        *((12, "temporary"), (2, "try"), (6, "resume"), (2, "cancel"), (2, "suspend")),
    ),
    which=st.integers(0, 7),
    plan=st.integers(0, 5),
    quantity=st.integers(1, 12) | often((3, 1), (1, 100), (1, 999)),
    on=often((6, ""), (2, "day"), (1, "now"), (1, "renewal")),
    off=st.integers(-40, 40),
    price=often((4, ""), *((1, price) for price in PRICES)),
)
_deeds = st.builds(
    Deed,
    actor=often((6, "vendor"), (6, "owner"), (3, "billing_admin"), (3, "admin"), (1, "agent")),
    verbs=often((6, ("takes",)), (2, ("quotes", "takes")), (1, ("quotes",)), (2, ("asks",))),
    wishes=st.lists(_wishes, min_size=1, max_size=4).map(tuple),
    scheduled=often((3, "undo"), (3, "keep"), (1, "pass")),
)
_waits = st.builds(
    Wait, often((6, "days"), (2, "period"), (1, "term"), (1, "months")), st.integers(0, 27) | st.integers(-3, 14)
)
_answers = st.builds(Said, often((3, "payer confirms"), (2, "payer refuses")))
_reviews = st.builds(
    Said,
    st.builds(
        "{} {}".format,
        often((4, "owner"), (3, "billing_admin"), (2, "admin"), (1, "agent")),
        often((6, "approves"), (2, "rejects no"), (2, "withdraws")),
    ),
)
_seats = st.builds(
    Said,
    st.builds(
        "{0} {1[0]} {2} {1[1]} {3}".format,
        often((3, "owner"), (2, "admin"), (1, "vendor")),
        often((3, ("assigns", "to")), (1, ("frees", "from"))),
        often((3, "support"), (1, "voice"), (1, "suite")),
        st.sampled_from(ROLES),
    ),
)
_said = (
    st.builds(
        "{0[0]} pays with {0[1]}".format,
        st.tuples(
            often((3, "vendor"), (3, "owner"), (1, "billing_admin")),
            often((3, "card ok"), (2, "card declined_funds"), (3, "card needs_authentication"), (1, "debit ok"))
            | often((2, "invoice"), (1, "debit needs_authentication"), (1, "card stolen")),
        ),
    ).map(Said)
    | st.builds(
        Said,
        st.builds(
            "{} {}{}".format,
            often((2, "grant"), (1, "withhold")),
            st.sampled_from(OVERRIDABLE),
            often((2, ""), (1, " until DAY")),
        ),
        st.integers(0, 60),
    )
    | st.builds(
        Said, st.builds("{} may {}".format, often((1, "owner"), (1, "admin")), st.sampled_from(sorted(CAPABILITIES)))
    )
    | st.just(Said("state"))
    | st.just(Said("requests"))
    | st.just(Said("seats"))
    | st.just(Said("owner passes to billing_admin"))
    | st.just(Said("billing_admin passes to owner"))
)
_first_days = st.sampled_from(
    [date(2026, 1, 31), date(2026, 1, 1), date(2024, 2, 29), date(2023, 1, 30), date(2027, 12, 31), date(2022, 10, 27)]
) | st.dates(date(2023, 1, 1), date(2028, 12, 31))
_timings = st.builds(
    "timing {} {}{}".format,
    st.sampled_from(
        [
            "remove_seats",
            "remove_products",
            "downgrade_plan",
            "change_billing_cycle",
            "cancel_account",
            "add_seats",
            "add_products",
            "upgrade_plan",
        ]
    ),
    st.sampled_from(["now", "end_of_period", "end_of_term"]),
    st.sampled_from([" credit", ""]),
)


@st.composite
def _openings(draw: st.DrawFn) -> tuple[str, ...]:
    kind = draw(often((3, "self_service"), (2, "online_assisted"), (1, "managed")))
    account = f"account {kind} {draw(st.sampled_from(['EUR', 'USD']))}"
    tax = draw(st.sampled_from(["", "0.20", "0.055", "0.19", "0.175", "1"]))
    zone = draw(often((2, ""), (1, "Europe/Paris"), (1, "Pacific/Auckland"), (1, "America/New_York")))
    account += (f" tax {tax}" if tax else "") + (f" zone {zone}" if zone else "") + f" clock {draw(_first_days)}"
    rule = draw(often((3, ""), (1, "proration fixed_30"), (1, "proration none")))
    return (account, *draw(st.lists(_timings, max_size=4)), *((rule,) if rule else ()))


# Chosen by weight first: alternatives of alternatives would all be equally often. The simplest move, to wait for no day,
# is no line, so that a life of many moves can be made as small as one of few.
_moves = often((4, _waits), (6, _deeds), (1, _answers), (1, _reviews), (1, _seats), (1, _said)).flatmap(
    lambda moves: moves
)
_first_deeds = st.builds(
    Deed,
    often((4, "vendor"), (1, "owner")),
    st.just(("takes",)),
    st.builds(
        lambda first, kind, then: (replace(first, kind=kind, on=""), *then),
        _wishes,
        often((8, "add"), (1, "try")),
        st.lists(_wishes, max_size=2),
    ),
    st.just("undo"),
)


def lives(least: int = 8, most: int = 36) -> st.SearchStrategy[str]:
    """Lives of so many moves after the first purchase, as text that the shelf could hold."""
    moves = st.lists(_moves, min_size=least, max_size=most)
    return st.builds(lambda opening, first, then: told(opening, [first, *then]), _openings(), _first_deeds, moves)
