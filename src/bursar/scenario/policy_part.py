"""Change a policy by the part of it that a step states."""

from collections.abc import Mapping
from typing import Any

from bursar.scenario.language import Step
from bursar.scenario.player import Document


def policy_part(step: Step) -> Document:
    """Return the part of the policy that a step replaces."""
    if step.verb == "proration":
        return {"proration": step.words[0]}
    if step.verb == "timing":
        return {"timing": {step.words[0]: {"effect": step.words[1], "credit": len(step.words) == 3}}}
    return step.document or {}


def merge_policy(policy: Document, changes: Document) -> Document:
    """Return a policy with changes: tables by entry, lists of tables by code; any other value is replaced."""
    transcript = dict(policy)
    for name, value in changes.items():
        present = transcript.get(name)
        if isinstance(value, Mapping) and isinstance(present, Mapping):
            transcript[name] = merge_policy(present, value)
        elif name in ("account_types", "roles") and isinstance(value, list) and isinstance(present, list):
            transcript[name] = _by_code(present, value)
        else:
            transcript[name] = value
    return transcript


def _by_code(present: list[Any], changes: list[Any]) -> list[Any]:
    """Return a list of tables, changed where a code is present already, with the others added."""
    entries = {entry["code"]: entry for entry in present}
    for entry in changes:
        code = entry.get("code") if isinstance(entry, Mapping) else None
        entries[code] = merge_policy(entries[code], entry) if code in entries else entry
    return list(entries.values())
