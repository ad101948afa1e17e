"""Tables for spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from typing import Final

from django.http import HttpResponse

from bursar.core.messages.text import spreadsheet_cell

MARK: Final = "\ufeff"
"""The mark by which a spreadsheet knows UTF-8: without it, names with accents come out wrong."""


def table(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """Return a CSV file under this name; every cell is text, also for a spreadsheet."""
    response = HttpResponse(MARK, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows(map(spreadsheet_cell, row) for row in rows)
    return response
