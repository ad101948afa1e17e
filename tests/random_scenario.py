"""Turns moves in the abstract into a life in the language of scenarios, each in view of what the account has by then:
"the second item", "the day before the period ends", "keep what is scheduled".
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from account_in_memory import CATALOG, ROOT
from bursar.core.calendar.period import months_after
from bursar.core.money.price import Per
from bursar.core.subscription.edit import Cancel, Edit, read_edits
from bursar.core.subscription.edit_rules import same_subject
from bursar.core.subscription.item import Item
from bursar.core.subscription.subscription import Subscription
from bursar.scenario.core_player import CorePlayer
from bursar.scenario.language import read
from bursar.scenario.transcript import TranscriptWriter

POLICY: Final = tomllib.loads((ROOT / "policies/standard.toml").read_text(encoding="utf-8"))
LAST_DAY: Final = date(2060, 1, 1)
PLANS: Final = {product.code: tuple(plan.code for plan in product.plans) for product in CATALOG.products}
BASES: Final = ["support", "suite"]
PRICES: Final = ("0", "0.005", "0.015", "12.00", "19.99", "33.33", "1234.567")


@dataclass(frozen=True)
class Wait:
    """The clock moves by a number of days or months, or to some days off the end of the billing period."""

    unit: str
    number: int


@dataclass(frozen=True)
class Wish:
    """One edit in the abstract: numbers choose among what there is. `on` and `price` are told for the vendor only."""

    kind: str
    which: int
    plan: int
    quantity: int
    on: str
    off: int
    price: str


@dataclass(frozen=True)
class Deed:
    """Somebody takes edits, or asks what they would cost, or both; what they collide with is kept, undone or passed over."""

    actor: str
    verbs: tuple[str, ...]
    wishes: tuple[Wish, ...]
    scheduled: str


@dataclass(frozen=True)
class Said:
    """A line that needs no view of the account; `off` counts days from today where the line has room for a day."""

    line: str
    off: int = 0


Move = Wait | Deed | Said
REVIEWS: Final = ("approves", "rejects", "withdraws")
"""What can be done about a request, once there is one."""


class Telling:
    """A life while it is told: its lines so far, and the account that they have led to."""

    def __init__(self) -> None:
        self.player = CorePlayer(CATALOG)
        self.teller = TranscriptWriter(self.player, dict(POLICY))
        self.lines: list[str] = []
        self.broken = False

    def begin(self, opening: tuple[str, ...]) -> None:
        for line in (*opening, "state"):
            self.say(line)

    def say(self, line: str) -> None:
        """Add a line and play it. A player that fails ends the life here: whoever plays it again fails in the same way."""
        self.lines.append(line)
        try:
            self.teller.play_step(read("\n".join((self.lines[0], line)), "life").steps[-1])
        except Exception:
            self.broken = True

    @property
    def today(self) -> date:
        return self.player.today

    @property
    def state(self) -> Subscription:
        return self.player.subscription(self.today)

    def move(self, move: Move) -> None:
        match move:
            case Wait():
                self.wait(move)
            case Deed():
                self.act(move)
            case Said(line=line, off=off):
                if line.startswith("payer") and self.player.attempt is None:
                    return
                if " ".join(line.split()[1:2]) in REVIEWS and not self.player.requests_made.all:
                    return
                self.say(line.replace("DAY", (self.today + timedelta(days=off)).isoformat()))

    def wait(self, wait: Wait) -> None:
        day = self._day(wait.unit, wait.number)
        if self.today < day < LAST_DAY:
            self.say(f"on {day}")

    def act(self, deed: Deed) -> None:
        edits: list[str] = []
        for wish in deed.wishes:
            edit = self._edit(wish, deed.actor)
            if edit and edit not in edits and (deed.scheduled == "pass" or self._goes_with(edit, edits)):
                edits.append(edit)
        if not edits:
            return
        edits += self._about_scheduled(edits, deed.scheduled)
        for verb in deed.verbs:
            self.say(f"{deed.actor} {verb} {'; '.join(edits)}")

    def _day(self, unit: str, number: int) -> date:
        if unit == "months":
            return months_after(self.today, number)
        calendar = self.state.calendar
        if unit != "days" and calendar is not None and calendar.anchor <= self.today:
            span = calendar.period(self.today) if unit == "period" else calendar.term(self.today)
            return span.end + timedelta(days=number)
        return self.today + timedelta(days=number)

    def _edit(self, wish: Wish, actor: str) -> str:
        text = _TOLD[wish.kind](self, wish)
        if actor != "vendor":
            return "" if wish.kind in ("suspend", "resume") else text
        if not text:
            return ""
        if wish.price and wish.kind in ("add", "more", "fewer", "plan"):
            text += f" price {wish.price}"
        if wish.kind in ("temporary", "try"):
            return text
        if wish.on == "day":
            return f"{text} on {self._day('days', wish.off)}"
        return f"{text} on {wish.on}" if wish.on else text

    def _about_scheduled(self, edits: list[str], answer: str) -> Iterator[str]:
        """What becomes of every scheduled change that the edits collide with."""
        if answer == "pass":
            return
        new = self._read(edits)
        for label, change in self._scheduled():
            named = any(edit.endswith(f" {label}") for edit in edits)
            if not named and any(same_subject(change.edit, one) for one in new):
                yield f"{answer} {label}"

    def _goes_with(self, edit: str, others: list[str]) -> bool:
        """Whether an edit is about something else than those that are in the list already."""
        old, new = self._read(others), self._read([edit])
        ends = any(isinstance(one, Cancel) for one in (*old, *new))
        return not (others and ends) and not any(same_subject(one, other) for one in new for other in old)

    def _read(self, edits: list[str]) -> tuple[Edit, ...]:
        """The edits that are about something themselves, not about a scheduled change."""
        about = "; ".join(edit for edit in edits if not edit.startswith(("undo", "keep")))
        if not about:
            return ()
        life = read(f"account self_service EUR\nvendor takes {about}", "life")
        return read_edits([dict(edit) for edit in life.steps[-1].edits])

    def _scheduled(self) -> list[tuple[str, Any]]:
        changes = self.player.context.timeline.pending(self.today)
        return [(f"#{self.teller.changes.index(str(change.id)) + 1}", change) for change in changes]

    def item(self, wish: Wish, per: Per | None = None) -> Item | None:
        """One of the items that the account has, counted in this measure."""
        state = self.state
        found = [item for item in state.items.values() if per in (None, state.agreed_price(item).per)]
        return found[wish.which % len(found)] if found else None


def _add(life: Telling, wish: Wish) -> str:
    codes = [code for code in PLANS if code not in life.state.items] or BASES
    if (life.state.on_trial or not life.state.items) and wish.off > -20:
        # An account mostly begins with a base product; later anything may come.
        codes = BASES
    return f"add {_measured(codes, wish)}"


def _try(life: Telling, wish: Wish) -> str:
    code, _, rest = _measured(BASES, wish).partition(" ")
    plan, _, seats = rest.partition(" ")
    return f"try {code} {plan} {life._day('days', wish.off)} {seats}".strip()


def _measured(codes: list[str], wish: Wish) -> str:
    """A product in a plan, with as many as its price counts."""
    code = codes[wish.which % len(codes)]
    plan = PLANS[code][wish.plan % len(PLANS[code])]
    per = CATALOG.plan(code, plan).per
    return f"{code} {plan}" + ("" if per is Per.ACCOUNT else f" {per.value}s {wish.quantity}")


def _temporary(life: Telling, wish: Wish) -> str:
    item = life.item(wish, Per.SEAT)
    first = life._day("days", max(wish.off, 0))
    last = first + timedelta(days=1 + 7 * wish.plan + wish.which)
    return f"temporary {item.product} {wish.quantity} {first}..{last}" if item else ""


def _more(life: Telling, wish: Wish) -> str:
    if (unit := life.item(wish, Per.UNIT)) is not None and wish.plan % 3 == 0:
        return f"units {unit.product} {unit.quantity + wish.quantity}"
    item = life.item(wish, Per.SEAT)
    return f"seats {item.product} {item.quantity + wish.quantity}" if item else ""


def _fewer(life: Telling, wish: Wish) -> str:
    if (unit := life.item(wish, Per.UNIT)) is not None and wish.plan % 3 == 0:
        return f"units {unit.product} {max(unit.quantity - wish.quantity, 1)}"
    item = life.item(wish, Per.SEAT)
    return f"seats {item.product} {max(item.quantity - wish.quantity, 1)}" if item else ""


def _plan(life: Telling, wish: Wish) -> str:
    several = [item for item in life.state.items.values() if len(PLANS[item.product]) > 1]
    if not several:
        return ""
    item = several[wish.which % len(several)]
    others = [plan for plan in PLANS[item.product] if plan != item.plan]
    return f"plan {item.product} {others[wish.plan % len(others)]}"


def _remove(life: Telling, wish: Wish) -> str:
    item = life.item(wish)
    return f"remove {item.product}" if item else ""


def _cycle(life: Telling, wish: Wish) -> str:
    return f"cycle {('monthly', 'annual', 'annual_monthly')[wish.which % 3]}"


def _undo(life: Telling, wish: Wish) -> str:
    labels = [label for label, _ in life._scheduled()]
    return f"undo {labels[wish.which % len(labels)]}" if labels else ""


_TOLD: Final[dict[str, Callable[[Telling, Wish], str]]] = {
    "more": _more,
    "add": _add,
    "fewer": _fewer,
    "plan": _plan,
    "undo": _undo,
    "cycle": _cycle,
    "remove": _remove,
    "temporary": _temporary,
    "try": _try,
    "resume": lambda life, wish: "resume",
    "cancel": lambda life, wish: "cancel",
    "suspend": lambda life, wish: "suspend",
}


def told(opening: tuple[str, ...], moves: list[Move]) -> str:
    """The text of a life: how it opens, then each move in view of what the account has by then."""
    life = Telling()
    life.begin(opening)
    for move in moves:
        if life.broken:
            break
        life.move(move)
    return "\n".join((*life.lines, "state", "journal")) + "\n"
