"""History: what happened to the account and by whom, the newest first, with filters."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bursar.accounts.queries import names_by_id
from bursar.catalog.queries import current as current_catalog
from bursar.center.form_fields import read_uuid
from bursar.center.spreadsheet import table
from bursar.center.visit import Visit, open_visit, render_page
from bursar.core.events import GROUPS
from bursar.core.ordering.decision import sees_invoices, sees_prices
from bursar.history.queries import Fact, facts
from bursar.i18n import money
from bursar.i18n.history import Story

PAGE: Final = 50
MOST: Final = 100_000
"""The most facts in a table."""


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the facts that match the filters; a filter without a meaning is ignored."""
    visit = open_visit(request, account_id)
    visit.require("history", "view_subscription")
    filters = _read_filters(request)
    # One more than is shown tells whether there is a next page, without counting all.
    entries = _facts(visit, filters, before=read_uuid(request.GET.get("before", "")), limit=PAGE + 1)
    story = _story(visit, entries[:PAGE])
    next_page = {**filters, "before": str(entries[PAGE - 1].id)} if len(entries) > PAGE else None
    content = {
        "entries": [
            {
                "on": money.day(fact.on),
                "who": story.who(fact.actor_kind, fact.actor_id),
                "what": story.what(fact.event),
                "is_refused": fact.kind in GROUPS["refused"],
            }
            for fact in entries[:PAGE]
        ],
        "groups": [("", _("everything")), *((code, _group_name(code)) for code in GROUPS)],
        "filters": filters,
        "is_filtered": any(filters.values()),
        "next_page": urlencode(next_page) if next_page else "",
        "export_address": f"{reverse('history_export', args=[account_id])}?{urlencode(filters)}",
    }
    return render_page(request, visit, "history", "history", content)


@require_safe
def export(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Return the facts that match the filters as a table for a spreadsheet."""
    visit = open_visit(request, account_id)
    visit.require("history", "view_subscription")
    entries = _facts(visit, _read_filters(request), before=None, limit=MOST)
    story = _story(visit, entries)
    rows = [
        (fact.on.isoformat(), story.who(fact.actor_kind, fact.actor_id), " ".join(story.what(fact.event)))
        for fact in entries
    ]
    return table("history", [_("Day"), _("Who"), _("What")], rows)


def _story(visit: Visit, entries: Sequence[Fact]) -> Story:
    reader = visit.policy, visit.customer.account, visit.actor, visit.today
    # Sentences leave out the prices and invoices that this reader may not see on their own pages.
    prices, invoices = sees_prices(*reader), sees_invoices(*reader)
    names = names_by_id(visit.id, set[UUID]().union(*(fact.ids for fact in entries)))
    return Story(names, visit.policy, current_catalog(), prices=prices, invoices=invoices)


def _read_filters(request: HttpRequest) -> dict[str, str]:
    """Return the filters that have a meaning."""
    about = request.GET.get("about", "")
    since, until = (_read_day(request.GET.get(name, "")) for name in ("since", "until"))
    return {
        "about": about if about in GROUPS else "",
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }


def _facts(visit: Visit, filters: dict[str, str], *, before: UUID | None, limit: int) -> list[Fact]:
    kinds, since, until = GROUPS.get(filters["about"]), _read_day(filters["since"]), _read_day(filters["until"])
    return facts(visit.id, before=before, limit=limit, kinds=kinds, since=since, until=until)


def _group_name(code: str) -> str:
    names_by_id = {
        "subscription": _("the subscription"),
        "requests": _("requests"),
        "payment": _("payment and invoices"),
        "people": _("people"),
        "account": _("the account"),
        "refused": _("refused attempts"),
    }
    return names_by_id[code]


def _read_day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
