"""Check the words of each line of a scenario, and say what was expected if a word is wrong."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Final

from bursar.core.billing.payment import METHOD_KINDS
from bursar.core.calendar.period import Proration
from bursar.core.policy.capability import OVERRIDABLE, ROLES, TIMED

Words = tuple[str, ...]
Check = Callable[[Words], None]

EFFECTS: Final = ("now", "end_of_period", "end_of_term")
DETAILS: Final = ("sold_to", "bill_to", "vat_id", "purchase_order")
CONFIRMED: Final = "confirmed"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class Mistake(Exception):
    """A mistake in a line of a scenario."""


def near(found: str, known: Iterable[str]) -> str:
    """Everything known, after the one that was probably meant."""
    known = tuple(known)
    close = difflib.get_close_matches(found, known, 1, 0.7)
    return f"{', '.join(known)} (did you mean {close[0]}?)" if close else ", ".join(known)


def _one_of(word: str, known: Iterable[str], what: str) -> None:
    known = tuple(known)
    if word not in known:
        raise Mistake(f"expected {what}, found {word}: {near(word, known)}")


def _day(word: str) -> None:
    try:
        date.fromisoformat(word)
    except ValueError as error:
        raise Mistake(f"expected a day such as 2026-01-31, found {word} ({error})") from None


def _moment(word: str) -> None:
    if "T" not in word:
        return _day(word)
    try:
        found = datetime.fromisoformat(word)
    except ValueError as error:
        raise Mistake(f"expected an instant such as 2026-01-31T09:30Z, found {word} ({error})") from None
    if found.tzinfo is None:
        raise Mistake(f"expected an instant with its distance from UTC, such as {word}Z or {word}+02:00")
    return None


def _account(words: Words) -> None:
    if len(words) < 3 or len(words) % 2 == 0:
        raise Mistake("expected account TYPE CURRENCY, then any of: tax RATIO, zone NAME, clock DAY")
    for option, value in zip(words[3::2], words[4::2], strict=True):
        _one_of(option, ("tax", "zone", "clock"), "account TYPE CURRENCY and then tax RATIO, zone NAME or clock DAY")
        if option == "clock":
            _moment(value)


def _on(words: Words) -> None:
    if len(words) != 2:
        raise Mistake("expected on DAY, or on INSTANT")
    _moment(words[1])


def _override(words: Words) -> None:
    if len(words) not in (2, 4) or (len(words) == 4 and words[2] != "until"):
        raise Mistake(f"expected {words[0]} CAPABILITY, and if it ends: until DAY")
    _one_of(words[1], OVERRIDABLE, f"{words[0]} CAPABILITY")
    if len(words) == 4:
        _day(words[3])


def _lift(words: Words) -> None:
    if len(words) != 2:
        raise Mistake("expected lift CAPABILITY")
    _one_of(words[1], OVERRIDABLE, "lift CAPABILITY")


def _timing(words: Words) -> None:
    if len(words) not in (3, 4) or (len(words) == 4 and words[3] != "credit"):
        raise Mistake("expected timing CAPABILITY now|end_of_period|end_of_term, and if days are given back: credit")
    _one_of(words[1], TIMED, "timing CAPABILITY")
    _one_of(words[2], EFFECTS, "when it takes effect")


def _proration(words: Words) -> None:
    if len(words) != 2:
        raise Mistake("expected proration by_day|fixed_30|none")
    _one_of(words[1], Proration, "a rule of proration")


def _one_word(form: str) -> Check:
    def check(words: Words) -> None:
        if len(words) != 2:
            raise Mistake(f"expected {words[0]} {form}")

    return check


def _invoice(words: Words) -> None:
    if len(words) != 2 or not words[1].isdecimal():
        raise Mistake("expected invoice NUMBER, as it was printed")


def _alone(words: Words) -> None:
    if len(words) != 1:
        raise Mistake(f"expected {words[0]} alone on its line")


def _payer(words: Words) -> None:
    if words[1:] not in (("confirms",), ("refuses",), ("gives", "up")):
        raise Mistake("expected payer confirms, payer refuses, or payer gives up")


def _may(words: Words) -> None:
    if len(words) != 1:
        raise Mistake("expected may CAPABILITY")
    _one_of(words[0], OVERRIDABLE[:-1], "may CAPABILITY")


def _pays(words: Words) -> None:
    form = "expected pays with invoice|card|debit TOKEN, or pays invoice NUMBER with card|debit TOKEN"
    rest = words
    if rest and rest[0] == "invoice":
        if len(rest) != 5 or not rest[1].isdecimal():
            raise Mistake(form)
        rest = rest[2:]
    if len(rest) not in (2, 3) or rest[0] != "with":
        raise Mistake(form)
    _one_of(rest[1], METHOD_KINDS, "a way to pay")


def _undoes(words: Words) -> None:
    if len(words) != 1 or not re.fullmatch(r"#\d+", words[0]):
        raise Mistake("expected undoes #NUMBER, the label of a change as it was printed")


def _adds(words: Words) -> None:
    if len(words) != 3 or words[1] != "as" or not _NAME.fullmatch(words[0]):
        raise Mistake("expected adds NAME as ROLE, the name in small letters, digits and _")
    _one_of(words[2], ROLES, "a role")


def _makes(words: Words) -> None:
    if len(words) != 2:
        raise Mistake("expected makes NAME ROLE")
    _one_of(words[1], ROLES, "a role")


def _passes(words: Words) -> None:
    if len(words) not in (2, 4) or words[0] != "to" or (len(words) == 4 and words[2] != "because"):
        raise Mistake('expected passes to NAME, and from the vendor: because "WHY"')


def _assigns(words: Words) -> None:
    if len(words) != 3 or words[1] != "to":
        raise Mistake("expected assigns PRODUCT to NAME")


def _frees(words: Words) -> None:
    if len(words) != 3 or words[1] != "from":
        raise Mistake("expected frees PRODUCT from NAME")


def _counts(words: Words) -> None:
    if len(words) != 3 or not (words[2] == "none" or words[2].isdecimal()):
        raise Mistake("expected counts PRODUCT NUMBER, or counts PRODUCT none")


def _removes(words: Words) -> None:
    if len(words) != 1:
        raise Mistake("expected removes NAME")


def _rejects(words: Words) -> None:
    if len(words) != 1:
        raise Mistake('expected rejects "WHY"')


def _approves(words: Words) -> None:
    if words not in ((), (CONFIRMED,)):
        raise Mistake(f"expected approves, or approves {CONFIRMED}; found {words[0]}")


def _silent(words: Words) -> None:
    if words:
        raise Mistake(f"expected nothing more, found {words[0]}")


def _says(words: Words) -> None:
    if not words or len(words) % 2:
        raise Mistake(f'expected says and then any of {", ".join(DETAILS)}, each with its "TEXT"')
    for name in words[::2]:
        _one_of(name, DETAILS, "a billing detail")


VERBS: Final[Mapping[str, Check]] = {
    "account": _account,
    "on": _on,
    "grant": _override,
    "withhold": _override,
    "lift": _lift,
    "timing": _timing,
    "proration": _proration,
    "type": _one_word("CODE"),
    "tax": _one_word("RATIO"),
    "payer": _payer,
    "state": _alone,
    "journal": _alone,
    "invoices": _alone,
    "invoice": _invoice,
    "matrix": _alone,
    "requests": _alone,
    "seats": _alone,
    "counts": _counts,
}
"""Lines that begin with what happens."""


def _edits(words: Words) -> None:
    """Return no words: edits are read one after the other."""


DEEDS: Final[Mapping[str, Check]] = {
    "takes": _edits,
    "quotes": _edits,
    "asks": _edits,
    "approves": _approves,
    "rejects": _rejects,
    "withdraws": _silent,
    "undoes": _undoes,
    "may": _may,
    "pays": _pays,
    "adds": _adds,
    "makes": _makes,
    "removes": _removes,
    "passes": _passes,
    "assigns": _assigns,
    "frees": _frees,
    "says": _says,
}
"""Lines that begin with who does it."""
