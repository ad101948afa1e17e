"""The second factor that the vendor may ask of its staff before they act as such."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from bursar.center.sign_in.proof import FACTOR, FACTORS, factor_proved, factors
from bursar.center.unsent_forms import keep, sent
from bursar.identity.models import Person
from bursar.identity.staff import Colleague


class FactorFirst(Exception):
    """Raised for staff who have no second factor, or signed in without it; `mine` are the kinds that they have."""

    def __init__(self, mine: frozenset[str]) -> None:
        super().__init__()
        self.mine = mine


class ActivateApp(ActivateTOTPView):  # type: ignore[misc]  # the library has no types
    """Setting up an authenticator app takes a code of it, which proves the second factor for this session too."""

    def form_valid(self, form: Any) -> HttpResponse:
        """The app is set up."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, FACTOR, type="totp", reauthenticated=True)
        return response


def check_factor(request: HttpRequest, person: Person, serving: Colleague) -> None:
    """Raise FactorFirst unless staff proved a second factor in this session, or the settings ask for none.

    Staff of sandboxes touch nothing real and need none.
    """
    if not settings.STAFF_SECOND_FACTOR or serving.sandbox:
        return
    mine = factors(person)
    if not mine or not factor_proved(request):
        raise FactorFirst(mine)


def factor_first(request: HttpRequest, raised: FactorFirst) -> HttpResponse:
    """Return the page that asks staff for their second factor, or to set one up."""
    is_kept = keep(request)
    here = request.get_full_path() if request.method == "GET" else reverse("unsent") if is_kept else "/"
    following = urlencode({"next": here})
    ways = {kind: f"{reverse(name)}?{following}" for kind, name in FACTORS.items() if kind in raised.mine}
    content = {"ways": ways, "unsent": sent(request), "kept": is_kept}
    return render(request, "center/factor.html", content, status=403)
