"""Single sign-on with the vendor's identity provider (OpenID Connect). It creates and connects no people."""

import secrets
from collections.abc import Callable
from typing import Any, Final

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from requests import RequestException

from bursar.center.navigation import current_time
from bursar.identity.identities import person_of_identity
from bursar.identity.models import Person

LOGIN: Final = "login"


class Exchange(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the library has no types
    """Exchange of the browser's code for the provider's statements about the person."""

    nonce = ""
    """The random text sent with the browser, which the provider's answer must repeat."""

    def get_callback_url(self, request: HttpRequest, app: object) -> str:
        """Return the address that the provider sends people back to, as people reach Bursar, also behind a proxy."""
        return str(settings.BURSAR_URL) + reverse("openid_connect_callback", args=[self.provider_id])

    def complete_login(self, request: HttpRequest, app: object, token: object, **keywords: Any) -> Any:
        """Return the sign-in if both answers are about one person and this browser. Errors: OAuth2Error.

        The library has checked issuer, audience and expiry of the id token, if it says them.
        """
        social_login = super().complete_login(request, app, token, **keywords)
        statements: dict[str, Any] = social_login.account.extra_data
        id_token = statements.get("id_token", {})
        if not {"iss", "aud", "exp", "sub"} <= id_token.keys():
            raise OAuth2Error("The id token is missing or says too little.")
        # In constant time, so that the time of an answer does not tell how much of a guess was right.
        if not self.nonce or not constant_time_compare(str(id_token.get("nonce", "")), self.nonce):
            raise OAuth2Error("The id token is of another sign-in.")
        if "userinfo" in statements and statements["userinfo"].get("sub") != id_token["sub"]:
            raise OAuth2Error("The id token and the userinfo are of two people.")
        return social_login


class SingleSignOn(OpenIDConnectProvider):  # type: ignore[misc]
    """The vendor's provider, of whose answers only a verified address says who somebody is."""

    oauth2_adapter_class = Exchange

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Return the provider's name for the person, from the signed answer. Errors: OAuth2Error."""
        subject = data.get("id_token", {}).get("sub")
        if not isinstance(subject, str) or not subject:
            raise OAuth2Error("The id token names nobody.")
        return subject

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """Return the person's addresses. An address counts as verified only if the provider says true."""
        addresses: list[Any] = super().extract_email_addresses(data)
        for address in addresses:
            # Some providers send the text "true"; any other text, "false" included, would count as true in Python.
            address.verified = address.verified is True or address.verified == "true"
        return addresses


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """Return of the browser from the provider, with the state of this session."""

    def _get_state(self, request: HttpRequest, provider: object) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        state, refusal = super()._get_state(request, provider)
        if state is not None and state.get("process") != LOGIN:
            return None, render_authentication_error(request, provider)
        if state is not None:
            self.adapter.nonce = (state.get("data") or {}).get("nonce", "")
        return state, refusal


class Provider(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The vendor's identity provider signs in people who are known here, and makes nobody."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Refuse sign-up: people are invited."""
        return False

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SingleSignOn:
        """Return the provider of this id. Errors: SocialApp.DoesNotExist."""
        return SingleSignOn(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person by the provider's identity; accounts found by the library's own tables do not count."""
        id_token = sociallogin.account.extra_data["id_token"]
        address = next((address.email for address in sociallogin.email_addresses if address.verified), None)
        person = person_of_identity(id_token["iss"], id_token["sub"], verified_address=address, now=current_time())
        # An empty person leads the library to its page for unknown people; signing up is closed there.
        sociallogin.user = person or Person()


@require_http_methods(["GET", "HEAD", "POST"])
def redirect_to_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the provider to sign in there. Any other process that the address asks for is refused."""
    processes = {request.GET.get("process", LOGIN), request.POST.get("process", LOGIN)}
    # The library would connect the identity to whoever is signed in, by a link that anybody can send them.
    if processes != {LOGIN}:
        problem = _("Single sign-on only signs you in: your identity there cannot be connected by an address.")
        return render(request, "center/problem.html", {"problem": problem}, status=403)
    provider, nonce = _provider(request, provider_id), secrets.token_urlsafe(24)
    next_address = get_next_redirect_url(request)
    nonce_parameters = {"data": {"nonce": nonce}, "auth_params": {"nonce": nonce}}
    return _provider_answer(
        request, provider, lambda: provider.redirect(request, LOGIN, next_address, **nonce_parameters)
    )


@require_GET
def return_from_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in the person who comes back from the provider."""
    provider = _provider(request, provider_id)
    return _provider_answer(request, provider, lambda: Callback.adapter_view(Exchange(request, provider_id))(request))


def _provider_answer(request: HttpRequest, provider: SingleSignOn, call: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the answer of a call to the provider; an error page if it is out of reach."""
    try:
        return call()
    except RequestException as failure:
        failed: HttpResponse = render_authentication_error(request, provider, exception=failure)
        return failed


def _provider(request: HttpRequest, provider_id: str) -> SingleSignOn:
    try:
        return Provider(request).get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
