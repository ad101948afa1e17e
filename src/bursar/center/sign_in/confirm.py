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

from bursar.center.navigation import signed_in_person
from bursar.center.sign_in.proof import FRESH, is_proved
from bursar.center.unsent_forms import keep_form, sent_form
from bursar.identity.models import Person
from bursar.notices.actions import is_mail_sent_to

View = Callable[..., HttpResponseBase]


def require_proof(view: View, *, within: timedelta | None = FRESH) -> View:
    """Open a page to people who proved their identity within this time, by their second factor if they have one.

    Others are led to where they prove it. What they sent is kept meanwhile, without passwords and codes.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **keywords: Any) -> HttpResponseBase:
        person = signed_in_person(request)
        return (
            view(request, *arguments, **keywords)
            if is_proved(request, person, within=within)
            else _render_proof_needed(request, person)
        )

    return guarded


def _render_proof_needed(request: HttpRequest, person: Person) -> HttpResponse:
    methods, is_kept = get_adapter().get_reauthentication_methods(person), keep_form(request)
    if methods:
        # A form cannot be sent again by a redirect, so its page with the kept form comes next.
        next_address = reverse("unsent") if is_kept else request.path
        return HttpResponseRedirect(f"{methods[0]['url']}?{urlencode({'next': next_address})}")
    content = {
        "email": person.email,
        "minutes": FRESH.seconds // 60,
        "sends_email": is_mail_sent_to(person.pk),
        "unsent": sent_form(request),
        "is_kept": is_kept,
    }
    return render(request, "center/sign_in_again.html", content, status=403)
