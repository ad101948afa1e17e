"""Requests as pages show them: who asks for what, measured against what there was when they asked."""

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
    asked, catalog = [read_quote(row.content) for row in rows], current_catalog()
    agreed = agreement(seen.id, before=min((one.on for one in asked), default=None))
    both = zip(rows, asked, strict=True)
    return [(row, summarized(seen, found, agreed.before(row.id).timeline, catalog)) for row, found in both]


def summarized(seen: Visit, found: Quote, timeline: Timeline, catalog: Catalog) -> Summary:
    """Return a quote in words. Who can approve what may only be asked for is said of the request, not of each edit."""
    said = summary(seen, found, timeline, catalog)
    today, later = (tuple(replace(edit, why_not="") for edit in edits) for edits in (said.today, said.later))
    return replace(said, today=today, later=later)


def waiting_request(seen: Visit) -> RequestRow | None:
    """Return the request that waits for an answer, if there is one."""
    found = open_request(seen.id)
    if found is None or found.status.at(seen.customer.moment(seen.now)) != "open":
        return None
    return found


def request_ahead(seen: Visit) -> dict[str, Any] | None:
    """Return what whoever is about to ask is told of the request that waits, if there is one."""
    found = waiting_request(seen)
    if found is None:
        return None
    [(row, asked)] = summed_up(seen, [found])
    return {
        "id": row.id,
        "name": row.name,
        "mine": row.member_id == seen.actor.id,
        "on": money.day(seen.day(row.created_at)),
        "edits": [one.said for one in (*asked.today, *asked.later)],
    }
