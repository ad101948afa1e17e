"""Check the words of each line of a scenario, and say what was expected if a word is wrong.

A check of `VERBS` gets the whole line; a check of `ACTOR_VERBS` gets the words after the actor and the verb.
"""

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


def suggest(word: str, choices: Iterable[str]) -> str:
    """Return all choices, and the choice that was probably meant."""
    choices = tuple(choices)
    # 0.7 finds a wrong, missing or doubled letter, and seldom a word that means something else.
    close = difflib.get_close_matches(word, choices, 1, 0.7)
    return f"{', '.join(choices)} (did you mean {close[0]}?)" if close else ", ".join(choices)


def _check_one_of(word: str, choices: Iterable[str], what: str) -> None:
    choices = tuple(choices)
    if word not in choices:
        raise Mistake(f"expected {what}, found {word}: {suggest(word, choices)}")


def _day(word: str) -> None:
    try:
        date.fromisoformat(word)
    except ValueError as error:
        raise Mistake(f"expected a day such as 2026-01-31, found {word} ({error})") from None


def _moment(word: str) -> None:
    if "T" not in word:
        return _day(word)
    try:
        instant = datetime.fromisoformat(word)
    except ValueError as error:
        raise Mistake(f"expected an instant such as 2026-01-31T09:30Z, found {word} ({error})") from None
    # The same text must mean the same moment in every time zone of an account.
    if instant.tzinfo is None:
        raise Mistake(f"expected an instant with its distance from UTC, such as {word}Z or {word}+02:00")
    return None


def _account(words: Words) -> None:
    if len(words) < 3 or len(words) % 2 == 0:
        raise Mistake("expected account TYPE CURRENCY, then any of: tax RATIO, zone NAME, clock DAY")
    for option, value in zip(words[3::2], words[4::2], strict=True):
        _check_one_of(
            option, ("tax", "zone", "clock"), "account TYPE CURRENCY and then tax RATIO, zone NAME or clock DAY"
        )
        if option == "clock":
            _moment(value)


def _on(words: Words) -> None:
    if len(words) != 2:
        raise Mistake("expected on DAY, or on INSTANT")
    _moment(words[1])


def _override(words: Words) -> None:
    if len(words) not in (2, 4) or (len(words) == 4 and words[2] != "until"):
        raise Mistake(f"expected {words[0]} CAPABILITY, and if it ends: until DAY")
    _check_one_of(words[1], OVERRIDABLE, f"{words[0]} CAPABILITY")
    if len(words) == 4:
        _day(words[3])


def _lift(words: Words) -> None:
    if len(words) != 2:
        raise Mistake("expected lift CAPABILITY")
    _check_one_of(words[1], OVERRIDABLE, "lift CAPABILITY")


def _timing(words: Words) -> None:
    if len(words) not in (3, 4) or (len(words) == 4 and words[3] != "credit"):
        raise Mistake("expected timing CAPABILITY now|end_of_period|end_of_term, and if days are given back: credit")
    _check_one_of(words[1], TIMED, "timing CAPABILITY")
    _check_one_of(words[2], EFFECTS, "when it takes effect")


def _proration(words: Words) -> None:
    if len(words) != 2:
        raise Mistake("expected proration by_day|fixed_30|none")
    _check_one_of(words[1], Proration, "a rule of proration")


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
    # The last can be overridden, but is no capability: whether an account's people see costs.
    _check_one_of(words[0], OVERRIDABLE[:-1], "may CAPABILITY")


def _pays(words: Words) -> None:
    form = "expected pays with invoice|card|debit TOKEN, or pays invoice NUMBER with card|debit TOKEN"
    arguments = words
    if arguments and arguments[0] == "invoice":
        if len(arguments) != 5 or not arguments[1].isdecimal():
            raise Mistake(form)
        arguments = arguments[2:]
    if len(arguments) not in (2, 3) or arguments[0] != "with":
        raise Mistake(form)
    _check_one_of(arguments[1], METHOD_KINDS, "a way to pay")


def _undoes(words: Words) -> None:
    if len(words) != 1 or not re.fullmatch(r"#\d+", words[0]):
        raise Mistake("expected undoes #NUMBER, the label of a change as it was printed")


def _adds(words: Words) -> None:
    if len(words) != 3 or words[1] != "as" or not _NAME.fullmatch(words[0]):
        raise Mistake("expected adds NAME as ROLE, the name in small letters, digits and _")
    _check_one_of(words[2], ROLES, "a role")


def _makes(words: Words) -> None:
    if len(words) != 2:
        raise Mistake("expected makes NAME ROLE")
    _check_one_of(words[1], ROLES, "a role")


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


def _nothing_more(words: Words) -> None:
    if words:
        raise Mistake(f"expected nothing more, found {words[0]}")


def _says(words: Words) -> None:
    if not words or len(words) % 2:
        raise Mistake(f'expected says and then any of {", ".join(DETAILS)}, each with its "TEXT"')
    for name in words[::2]:
        _check_one_of(name, DETAILS, "a billing detail")


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
"""Verbs at the beginning of a line."""


def _edits(words: Words) -> None:
    """Check nothing: `edit.read_edit` checks the words of each edit as it reads them."""


ACTOR_VERBS: Final[Mapping[str, Check]] = {
    "takes": _edits,
    "quotes": _edits,
    "asks": _edits,
    "approves": _approves,
    "rejects": _rejects,
    "withdraws": _nothing_more,
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
"""Verbs after an actor."""
