"""Read an edit from the words of a step."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bursar.scenario.word import Mistake, Words, suggest


def read_edit(words: Words) -> Mapping[str, Any]:
    """Return an edit as the API takes it. Errors: Mistake."""
    kind = EDITS.get(words[0]) if words else None
    if kind is None:
        word = words[0] if words else "nothing"
        raise Mistake(f"expected an edit, found {word}: {suggest(word, EDITS)}")
    name, fields = kind
    if len(words) < 1 + len(fields):
        raise Mistake(f"expected {words[0]} {' '.join(field.upper() for field in fields)}")
    edit: dict[str, Any] = {"edit": name}
    # More words than fields may follow: those are read in pairs below.
    for field, word in zip(fields, words[1:], strict=False):
        edit[field] = _value(field, word)
    optional_words = words[1 + len(fields) :]
    if len(optional_words) % 2:
        raise Mistake(f"expected a value after {optional_words[-1]}")
    for field, word in zip(optional_words[::2], optional_words[1::2], strict=True):
        if field not in OPTIONAL_FIELDS:
            raise Mistake(f"expected one of {suggest(field, OPTIONAL_FIELDS)}; found {field}")
        if field == "expects":
            edit["expected"] = _expected(name, words[0], word)
        else:
            edit[field] = _value(field, word)
    return edit


def _expected(edit: str, kind: str, word: str) -> Mapping[str, Any]:
    """Return the value that the actor expects to be in force, of the field that the edit changes."""
    name = EXPECTED_FIELD.get(edit)
    if name is None:
        raise Mistake(f"expected no expects after {kind}; it says what is believed of seats, units, plan or cycle")
    return {name: _value(name, word)}


def _value(field: str, word: str) -> Any:
    if field in ("seats", "units"):
        # Also below zero, so that a scenario can show how such a number is refused.
        if not re.fullmatch(r"-?\d+", word):
            raise Mistake(f"expected a whole number of {field}, found {word}")
        return int(word)
    if field == "span":
        start, separator, end = word.partition("..")
        if not separator:
            raise Mistake(f"expected days such as 2026-01-10..2026-02-01, the last one not among them, found {word}")
        return {"start": start, "end": end}
    if field == "change" and not re.fullmatch(r"#\d+", word):
        raise Mistake(f"expected the label of a change such as #2, found {word}")
    return word


EDITS: Final[Mapping[str, tuple[str, Words]]] = {
    "add": ("add_product", ("product", "plan")),
    "seats": ("set_seats", ("product", "seats")),
    "temporary": ("add_temporary_seats", ("product", "seats", "span")),
    "units": ("set_units", ("product", "units")),
    "plan": ("change_plan", ("product", "plan")),
    "remove": ("remove_product", ("product",)),
    "cycle": ("change_cycle", ("cycle",)),
    "cancel": ("cancel", ()),
    "try": ("start_trial", ("product", "plan", "until")),
    "suspend": ("suspend", ()),
    "resume": ("resume", ()),
    "undo": ("undo", ("change",)),
    "keep": ("keep", ("change",)),
}
OPTIONAL_FIELDS: Final = ("seats", "units", "on", "price", "reason", "release", "expects")
EXPECTED_FIELD: Final[Mapping[str, str]] = {
    "set_seats": "seats",
    "set_units": "units",
    "change_plan": "plan",
    "change_cycle": "cycle",
}
