"""History: what happened to the account and by whom, the newest first, with filters."""

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
from bursar.center.spreadsheet import table
from bursar.center.visit import Visit, shown, visit
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
    seen = visit(request, account_id)
    seen.check("history", "view_subscription")
    chosen = _chosen(request)
    listed = _facts(seen, chosen, before=_id(request.GET.get("before", "")), limit=PAGE + 1)
    story = _story(seen)
    following = {**chosen, "before": str(listed[PAGE - 1].id)} if len(listed) > PAGE else None
    content = {
        "facts": [
            {
                "on": money.day(fact.on),
                "who": story.who(fact.actor_kind, fact.actor_id),
                "what": story.what(fact.event),
                "refused": fact.kind in GROUPS["refused"],
            }
            for fact in listed[:PAGE]
        ],
        "groups": [("", _("everything")), *((code, _group(code)) for code in GROUPS)],
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "following": urlencode(following) if following else "",
        "export": f"{reverse('history_export', args=[account_id])}?{urlencode(chosen)}",
    }
    return shown(request, seen, "history", "history", content)


@require_safe
def export(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Return the facts that match the filters as a table for a spreadsheet."""
    seen = visit(request, account_id)
    seen.check("history", "view_subscription")
    story = _story(seen)
    rows = [
        (fact.on.isoformat(), story.who(fact.actor_kind, fact.actor_id), " ".join(story.what(fact.event)))
        for fact in _facts(seen, _chosen(request), before=None, limit=MOST)
    ]
    return table("history", [_("Day"), _("Who"), _("What")], rows)


def _story(seen: Visit) -> Story:
    reader = seen.policy, seen.customer.account, seen.actor, seen.today
    prices, invoices = sees_prices(*reader), sees_invoices(*reader)
    return Story(names_by_id(seen.id), seen.policy, current_catalog(), prices=prices, invoices=invoices)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """Return the filters that have a meaning."""
    about = request.GET.get("about", "")
    since, until = (_day(request.GET.get(name, "")) for name in ("since", "until"))
    return {
        "about": about if about in GROUPS else "",
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }


def _facts(seen: Visit, chosen: dict[str, str], *, before: UUID | None, limit: int) -> list[Fact]:
    kinds, since, until = GROUPS.get(chosen["about"]), _day(chosen["since"]), _day(chosen["until"])
    return facts(seen.id, before=before, limit=limit, kinds=kinds, since=since, until=until)


def _group(code: str) -> str:
    names = {
        "subscription": _("the subscription"),
        "requests": _("requests"),
        "payment": _("payment and invoices"),
        "people": _("people"),
        "account": _("the account"),
        "refused": _("refused attempts"),
    }
    return names[code]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
