"""The language of lives: a line says what happens, the lines after it, marked with a bar, what came of it.

Source: docs/scenarios.md
"""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bursar.core.policy import OVERRIDABLE, ROLES
from bursar.core.problem import Invalid

ACTORS: Final = ("vendor", *ROLES)
MARK: Final = "|"


class BadLine(Invalid):
    """{file}, line {line}: {detail}"""

    code = "bad_line"


@dataclass(frozen=True, slots=True)
class Step:
    """One line that does something: `verb` with its words; `edits` are written with labels such as "#2" for changes."""

    line: int
    text: str
    verb: str
    words: tuple[str, ...] = ()
    actor: str = ""
    edits: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A life: its lines as written, and the steps among them."""

    file: str
    lines: tuple[str, ...]
    steps: tuple[Step, ...]


class _Mistake(Exception):
    """What is wrong with a line."""


def read(text: str, file: str) -> Scenario:
    """The life that a text tells. Errors: BadLine, with file, line and what was expected."""
    lines = tuple(text.splitlines())
    steps = []
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", MARK)):
            continue
        try:
            steps.append(_step(number, stripped))
        except (_Mistake, ValueError) as mistake:
            raise BadLine(file=file, line=number, detail=str(mistake)) from None
    if not steps or steps[0].verb != "account":
        raise BadLine(
            file=file, line=1, detail="expected a life to begin with a line such as: account self_service EUR"
        )
    return Scenario(file, lines, tuple(steps))


def _step(number: int, text: str) -> Step:
    words = tuple(shlex.split(text.split(";")[0] if " takes " in text or " quotes " in text else text))
    first = words[0]
    if first in ACTORS:
        if len(words) < 2:
            raise _Mistake("expected what the person does: takes, quotes, may, pays with")
        return _deed(number, text, first, words[1])
    checks = _VERBS.get(first)
    if checks is None:
        raise _Mistake(f"expected one of {', '.join((*_VERBS, *ACTORS))}, found {first}")
    checks(words)
    return Step(number, text, first, words[1:])


def _deed(number: int, text: str, actor: str, verb: str) -> Step:
    rest = text.split(verb, 1)[1].strip()
    if verb in ("takes", "quotes"):
        edits = tuple(_edit(one.strip()) for one in rest.split(";"))
        return Step(number, text, verb, actor=actor, edits=edits)
    if verb == "may":
        return Step(number, text, verb, (rest,), actor)
    if verb == "pays" and (match := re.fullmatch(r"with (invoice|card|debit)(?: (\w+))?", rest)):
        return Step(number, text, verb, (match[1], match[2] or ""), actor)
    raise _Mistake("expected takes EDITS, quotes EDITS, may CAPABILITY, or pays with invoice|card|debit TOKEN")


def _edit(text: str) -> Mapping[str, Any]:
    words = shlex.split(text)
    kind = _EDITS.get(words[0]) if words else None
    if kind is None:
        raise _Mistake(f"expected an edit: {', '.join(_EDITS)}; found {text or 'nothing'}")
    name, fields = kind
    if len(words) < 1 + len(fields):
        raise _Mistake(f"expected {words[0]} {' '.join(field.upper() for field in fields)}")
    edit: dict[str, Any] = {"edit": name}
    for field, word in zip(fields, words[1:], strict=False):
        edit[field] = _value(field, word)
    rest = words[1 + len(fields) :]
    if len(rest) % 2:
        raise _Mistake(f"expected a value after {rest[-1]}")
    for field, word in zip(rest[::2], rest[1::2], strict=True):
        if field not in _MORE:
            raise _Mistake(f"expected one of {', '.join(_MORE)}; found {field}")
        edit[field] = _value(field, word)
    return edit


def _value(field: str, word: str) -> Any:
    if field in ("seats", "units"):
        return int(word) if re.fullmatch(r"-?\d+", word) else word
    return word


_EDITS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "add": ("add_product", ("product", "plan")),
    "seats": ("set_seats", ("product", "seats")),
    "units": ("set_units", ("product", "units")),
    "plan": ("change_plan", ("product", "plan")),
    "remove": ("remove_product", ("product",)),
    "cycle": ("change_cycle", ("cycle",)),
    "cancel": ("cancel", ()),
    "suspend": ("suspend", ()),
    "resume": ("resume", ()),
    "undo": ("undo", ("change",)),
    "keep": ("keep", ("change",)),
}
_MORE: Final = ("seats", "units", "on", "price", "reason")


def _account(words: tuple[str, ...]) -> None:
    if len(words) < 3 or len(words) % 2 == 0 or any(one not in ("tax", "zone", "clock") for one in words[3::2]):
        raise _Mistake("expected account TYPE CURRENCY, then any of: tax RATIO, zone NAME, clock DAY")


def _on(words: tuple[str, ...]) -> None:
    if len(words) != 2:
        raise _Mistake("expected on DAY")
    date.fromisoformat(words[1])


def _override(words: tuple[str, ...]) -> None:
    if len(words) not in (2, 4) or words[1] not in OVERRIDABLE or (len(words) == 4 and words[2] != "until"):
        raise _Mistake(f"expected {words[0]} CAPABILITY, and if it ends: until DAY")
    if len(words) == 4:
        date.fromisoformat(words[3])


def _timing(words: tuple[str, ...]) -> None:
    if len(words) not in (3, 4) or (len(words) == 4 and words[3] != "credit"):
        raise _Mistake("expected timing CAPABILITY now|end_of_period|end_of_term, and if days are given back: credit")


def _alone(words: tuple[str, ...]) -> None:
    if len(words) != 1:
        raise _Mistake(f"expected {words[0]} alone")


def _payer(words: tuple[str, ...]) -> None:
    if len(words) != 2 or words[1] not in ("confirms", "refuses"):
        raise _Mistake("expected payer confirms, or payer refuses")


def _proration(words: tuple[str, ...]) -> None:
    if len(words) != 2:
        raise _Mistake("expected proration by_day|fixed_30|none")


_VERBS: Final[Mapping[str, Callable[[tuple[str, ...]], None]]] = {
    "account": _account,
    "on": _on,
    "grant": _override,
    "withhold": _override,
    "timing": _timing,
    "proration": _proration,
    "state": _alone,
    "journal": _alone,
    "payer": _payer,
}
