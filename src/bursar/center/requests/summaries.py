"""Summaries of requests, compared with the state at the time of the request."""

from dataclasses import replace
from typing import Any

from bursar.catalog.queries import current as current_catalog
from bursar.center.manage.summary import Summary, summary
from bursar.center.visit import Visit
from bursar.core.ordering.content import read_quote
from bursar.core.ordering.quote import Quote
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.timeline import Timeline
from bursar.i18n import money
from bursar.subscriptions.queries import RequestRow, agreement, open_request


def requests_with_summaries(visit: Visit, rows: list[RequestRow]) -> list[tuple[RequestRow, Summary]]:
    """Return requests with their quotes as they were made."""
    quotes, catalog = [read_quote(row.content) for row in rows], current_catalog()
    # Read once for all requests, back to the oldest: each is worded by the subscription of its own day.
    agreed = agreement(visit.id, before=min((quote.on for quote in quotes), default=None))
    rows_with_quotes = zip(rows, quotes, strict=True)
    return [
        (row, request_summary(visit, quote, agreed.before(row.id).timeline, catalog)) for row, quote in rows_with_quotes
    ]


def request_summary(visit: Visit, quote: Quote, timeline: Timeline, catalog: Catalog) -> Summary:
    """Return a quote in words. The people who approve stand beside the request, so not beside each edit."""
    full_summary = summary(visit, quote, timeline, catalog)
    today, later = (
        tuple(replace(edit, why_not="") for edit in edits) for edits in (full_summary.today, full_summary.later)
    )
    return replace(full_summary, today=today, later=later)


def waiting_request(visit: Visit) -> RequestRow | None:
    """Return the request that waits for an answer, if there is one."""
    row = open_request(visit.id)
    if row is None or row.status.at(visit.customer.moment(visit.now)) != "open":
        return None
    return row


def open_request_content(visit: Visit) -> dict[str, Any] | None:
    """Return the request that waits, for people who are about to send another."""
    open_row = waiting_request(visit)
    if open_row is None:
        return None
    [(row, summary_of_request)] = requests_with_summaries(visit, [open_row])
    return {
        "id": row.id,
        "name": row.name,
        "is_own": row.member_id == visit.actor.id,
        "on": money.day(visit.day_of(row.created_at)),
        "edits": [quote.text for quote in (*summary_of_request.today, *summary_of_request.later)],
    }
