"""A page of the demo that shows every component of the design system, without any data."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component, each in its kinds; in a demo only."""
    # For people who build pages; customers have no use for it.
    if not settings.DEMO:
        raise Http404
    links: list[dict[str, Any]] = [
        {"href": "#tokens", "name": _("Colours"), "here": True},
        {"href": "#controls", "name": _("Controls"), "here": False},
        {"href": "#said", "name": _("What is said"), "here": False},
    ]
    colours = ("paper", "card", "sunken", "ink", "soft", "line", "accent", "tint", "warn", "bad", "good")
    choices = (("first", _("First")), ("second", _("Second")))
    count: dict[str, Any] = {"field": "count", "label": _("Example"), "value": "10", "least": 1, "most": 99}
    count |= {"help": _("A sentence of help stands below."), "fewer": _("one fewer"), "more": _("one more")}
    cards: list[dict[str, Any]] = [
        {"type": "radio", "field": "choice", "code": number, "name": _("Example"), "price": _("Example")}
        for number in ("1", "2")
    ]
    cards[0] |= {"chosen": True, "badge": _("Example"), "features": True}
    cards[0] |= dict.fromkeys(("has", "gained", "lost"), (_("Example"),))
    content = {"links": links, "colours": colours, "choices": choices, "count": count, "cards": cards}
    content["box"] = {"html_name": "box", "label": _("Example"), "errors": [_("A sentence of help stands below.")]}
    return render(request, "ui/gallery.html", content)
