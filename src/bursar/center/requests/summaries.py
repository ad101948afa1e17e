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


def summed_up(seen: Visit, rows: list[RequestRow]) -> list[tuple[RequestRow, Summary]]:
    """Return requests with their quotes as they were made."""
    quotes, catalog = [read_quote(row.content) for row in rows], current_catalog()
    agreed = agreement(seen.id, before=min((quote.on for quote in quotes), default=None))
    rows_with_quotes = zip(rows, quotes, strict=True)
    return [(row, summarized(seen, quote, agreed.before(row.id).timeline, catalog)) for row, quote in rows_with_quotes]


def summarized(seen: Visit, quote: Quote, timeline: Timeline, catalog: Catalog) -> Summary:
    """Return a quote in words. The people who approve stand beside the request, so not beside each edit."""
    whole = summary(seen, quote, timeline, catalog)
    today, later = (tuple(replace(edit, why_not="") for edit in edits) for edits in (whole.today, whole.later))
    return replace(whole, today=today, later=later)


def waiting_request(seen: Visit) -> RequestRow | None:
    """Return the request that waits for an answer, if there is one."""
    row = open_request(seen.id)
    if row is None or row.status.at(seen.customer.moment(seen.now)) != "open":
        return None
    return row


def request_ahead(seen: Visit) -> dict[str, Any] | None:
    """Return the request that waits, for people who are about to send another."""
    waiting = waiting_request(seen)
    if waiting is None:
        return None
    [(row, summed)] = summed_up(seen, [waiting])
    return {
        "id": row.id,
        "name": row.name,
        "mine": row.member_id == seen.actor.id,
        "on": money.day(seen.day(row.created_at)),
        "edits": [quote.said for quote in (*summed.today, *summed.later)],
    }
