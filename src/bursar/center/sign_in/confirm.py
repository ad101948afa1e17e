"""Guard of the pages that change how a person signs in: they ask for a fresh proof of identity."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from bursar.center.sign_in.proof import FRESH, proved
from bursar.center.unsent_forms import keep, sent
from bursar.center.visit import signed_in
from bursar.identity.models import Person
from bursar.notices.actions import is_mail_sent_to

View = Callable[..., HttpResponseBase]


def proof_first(view: View, *, within: timedelta | None = FRESH) -> View:
    """Open a page to people who proved their identity within this time, by their second factor if they have one.

    Others are led to where they prove it. What they sent is kept meanwhile, without passwords and codes.
    """

    @wraps(view)
    def opened(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        person = signed_in(request)
        return view(request, *arguments, **named) if proved(request, person, within=within) else _led(request, person)

    return opened


def _led(request: HttpRequest, person: Person) -> HttpResponse:
    ways, is_kept = get_adapter().get_reauthentication_methods(person), keep(request)
    if ways:
        following = reverse("unsent") if is_kept else request.path
        return HttpResponseRedirect(f"{ways[0]['url']}?{urlencode({'next': following})}")
    content = {
        "email": person.email,
        "minutes": FRESH.seconds // 60,
        "sends": is_mail_sent_to(person.pk),
        "unsent": sent(request),
        "kept": is_kept,
    }
    return render(request, "center/sign_in_again.html", content, status=403)
