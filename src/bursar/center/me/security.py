"""Ways to sign in besides a password: second factors, passkeys, and identities at the vendor's provider."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.base.views import IndexView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bursar.center.navigation import redirect_to, signed_in_person
from bursar.i18n import money
from bursar.identity.identities import end_identity, identities


class Security(IndexView):  # type: ignore[misc]  # the library has no types
    """The library's page, with the identities by which somebody signs in."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Return the content of the page."""
        own_identities = [
            {
                "id": identity.id,
                "issuer": urlsplit(identity.issuer).netloc or identity.issuer,
                "address": identity.address,
                "since": money.day(identity.since_at.date()),
                "last_used": money.day(identity.last_used_at.date()),
            }
            for identity in identities(signed_in_person(self.request).pk)
        ]
        return {**super().get_context_data(**named), "identities": own_identities}


@require_POST
def end(request: HttpRequest, identity: UUID) -> HttpResponse:
    """End an identity at the provider."""
    end_identity(signed_in_person(request).pk, identity)
    messages.success(
        request, _("This identity no longer signs you in. Next time the provider must confirm your address again.")
    )
    return redirect_to("mfa_index")
