"""The second factor that the vendor may ask of its staff before they act as such."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from bursar.center.sign_in.proof import CONFIRMATION_PAGES, FACTOR, has_proved_second_factor, second_factors
from bursar.center.unsent_forms import keep_form, sent_form
from bursar.identity.models import Person
from bursar.identity.staff import Colleague


class SecondFactorNeeded(Exception):
    """Raised for staff who have no second factor, or signed in without it; `mine` are the kinds that they have."""

    def __init__(self, own_factors: frozenset[str]) -> None:
        super().__init__()
        self.own_factors = own_factors


class ActivateApp(ActivateTOTPView):  # type: ignore[misc]  # the library has no types
    """Setting up an authenticator app takes a code of it, which proves the second factor for this session too."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Set the app up, and record that the second factor was proved."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, FACTOR, type="totp", reauthenticated=True)
        return response


def require_second_factor(request: HttpRequest, person: Person, staff_member: Colleague) -> None:
    """Raise SecondFactorNeeded unless staff proved a second factor in this session, or the settings ask for none.

    Staff of sandboxes touch nothing real and need none.
    """
    # The vendor decides by a setting, since some ask for the factor at their identity provider already.
    if not settings.STAFF_SECOND_FACTOR or staff_member.sandbox:
        return
    own_factors = second_factors(person)
    if not own_factors or not has_proved_second_factor(request):
        raise SecondFactorNeeded(own_factors)


def render_second_factor_needed(request: HttpRequest, exception: SecondFactorNeeded) -> HttpResponse:
    """Return the page that asks staff for their second factor, or to set one up."""
    is_kept = keep_form(request)
    this_page = request.get_full_path() if request.method == "GET" else reverse("unsent") if is_kept else "/"
    next_query = urlencode({"next": this_page})
    confirmation_addresses = {
        kind: f"{reverse(name)}?{next_query}"
        for kind, name in CONFIRMATION_PAGES.items()
        if kind in exception.own_factors
    }
    content = {"confirmation_addresses": confirmation_addresses, "unsent": sent_form(request), "is_kept": is_kept}
    return render(request, "center/factor.html", content, status=403)
