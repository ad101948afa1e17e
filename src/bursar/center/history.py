"""History: what happened to the account and by whom, the newest first, with filters."""

from datetime import date
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bursar.accounts.queries import names
from bursar.catalog.queries import current as current_catalog
from bursar.center.entry import shown, visit
from bursar.history.queries import facts
from bursar.words import money
from bursar.words.history import GROUPS, Story

PAGE: Final = 50


@require_GET
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The facts that the filters leave; a filter that means nothing filters nothing."""
    seen = visit(request, account_id)
    seen.check("history", "manage_members")
    about = request.GET.get("about", "")
    since, until = (_day(request.GET.get(name, "")) for name in ("since", "until"))
    found = facts(
        account_id,
        before=_id(request.GET.get("before", "")),
        limit=PAGE + 1,
        kinds=GROUPS.get(about),
        since=since,
        until=until,
    )
    story = Story(names(account_id), seen.policy, current_catalog())
    chosen = {
        "about": about if about in GROUPS else "",
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }
    following = {**chosen, "before": str(found[PAGE - 1].id)} if len(found) > PAGE else None
    content = {
        "facts": [
            {
                "on": money.day(one.on),
                "who": story.who(one.actor_kind, one.actor_id),
                "what": story.what(one.kind, one.data),
                "refused": one.kind in GROUPS["refused"],
            }
            for one in found[:PAGE]
        ],
        "groups": [("", _("everything")), *((code, _group(code)) for code in GROUPS)],
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "following": urlencode(following) if following else "",
    }
    return shown(request, seen, "history", "history", content)


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


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
