"""A table for a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from typing import Final

from django.http import HttpResponse

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would calculate."""


MARK: Final = "\ufeff"
"""What tells a spreadsheet that the file is UTF-8: without it, names with accents come out wrong."""


def table(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """A file of rows under their heads, to be kept under that name; every cell is text, also for a spreadsheet."""
    answer = HttpResponse(MARK, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    written = csv.writer(answer)
    written.writerow(head)
    written.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows)
    return answer
