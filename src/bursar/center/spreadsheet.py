"""Tables for spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from typing import Final

from django.http import HttpResponse

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would read as a formula: a name could then run one."""


MARK: Final = "\ufeff"
"""The mark by which a spreadsheet knows UTF-8: without it, names with accents come out wrong."""


def table(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """Return a CSV file under this name; every cell is text, also for a spreadsheet."""
    response = HttpResponse(MARK, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(head)
    # Spreadsheets read an apostrophe at the beginning as "this is text" and do not show it.
    writer.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows)
    return response
