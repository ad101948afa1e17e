"""What became of the mutants of the last run: a row per module, then each that no test noticed.

Source: docs/mutation.md
"""

import json
from collections import Counter
from pathlib import Path

from mutmut.stats import status_by_exit_code

MUTANTS = Path("mutants/src/bursar/core")
NOTICED = ("killed", "timeout", "segfault")


def became(module: Path) -> dict[str, str]:
    """The status of each mutant of a module that was tried."""
    codes = json.loads(module.read_text(encoding="utf-8"))["exit_code_by_key"]
    return {name: status_by_exit_code[code] for name, code in codes.items() if code is not None}


def score() -> str:
    """The table and the list as text."""
    found = sorted(MUTANTS.rglob("*.py.meta"))
    tried = {path.relative_to(MUTANTS).as_posix().removesuffix(".py.meta"): became(path) for path in found}
    rows = [(module, Counter(statuses.values())) for module, statuses in tried.items() if statuses]
    rows.append(("together", sum((counted for _, counted in rows), Counter())))
    lines = ["| module | mutants | noticed | not noticed |", "| --- | --: | --: | --: |"]
    for module, counted in rows:
        noticed = sum(counted[status] for status in NOTICED)
        lines.append(f"| {module} | {counted.total()} | {noticed} | {counted.total() - noticed} |")
    left = [
        f"{name}: {status}" for statuses in tried.values() for name, status in statuses.items() if status not in NOTICED
    ]
    return "\n".join([*lines, "", *left])


if __name__ == "__main__":
    print(score())
