"""Whatever the doctor can say has its entry in the runbook."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bursar.jobs.invariants import BOOK_RULES, SET_RULES
from bursar.jobs.invariants.agreed import accounts_can_be_decided

ROOT = Path(__file__).resolve().parents[2]
SAYING = frozenset({"ok", "warning", "wrong"})
RULE = "first.rule"
"""How the check of a rule that is broken is named."""


def said() -> Iterator[tuple[str, ast.expr, ast.Module]]:
    """Where a check is made: the place, its name as an expression, and the module."""
    for path in (ROOT / "src/bursar/cli/doctor.py", *sorted((ROOT / "src/bursar/cli/checks").glob("*.py"))):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                yield f"{path.name}:{node.lineno}", node.args[0], module


def names(name: ast.expr, module: ast.Module) -> set[str]:
    """The names that an expression can have: its own text, or what a loop gives it, first of each tuple."""
    if isinstance(name, ast.Constant):
        return {str(name.value)}
    found = set()
    for loop in (node for node in ast.walk(module) if isinstance(node, ast.For)):
        target = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) else loop.target
        if ast.unparse(target) == ast.unparse(name) and isinstance(loop.iter, ast.Tuple):
            rows = (row.elts[0] if isinstance(row, ast.Tuple) else row for row in loop.iter.elts)
            found |= {str(row.value) for row in rows if isinstance(row, ast.Constant)}
    return found


def test_everything_that_the_doctor_can_say_has_an_entry() -> None:
    can_say = {accounts_can_be_decided.__name__, *(rule.__name__ for rule in (*SET_RULES, *BOOK_RULES))}
    for place, name, module in said():
        if ast.unparse(name) == RULE:
            continue
        known = names(name, module)
        assert known, f"{place}: which checks are named {ast.unparse(name)}?"
        can_say |= known
    assert len(can_say) > 40
    page = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    entries = re.findall(r"^### `(.+)`$", page, re.MULTILINE)
    assert len(entries) == len(set(entries))
    assert can_say - set(entries) == set(), "write an entry for each in docs/runbook.md"
