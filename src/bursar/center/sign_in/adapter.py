"""Adapters of allauth: who may sign in, and the emails about signing in."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core.ratelimit import consume_or_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bursar.accounts.keys import create_link, void_links
from bursar.center.navigation import current_time
from bursar.center.sign_in.proof import is_proved, record, second_factors
from bursar.identity.models import Person
from bursar.identity.sealing import seal, unseal
from bursar.notices.actions import queue_personal_email
from bursar.notices.email import write_personal_email

LINK_MINUTES = 15


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Nobody signs up, and emails go the way of all emails: kept, and sent by the worker."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: people are invited."""
        return False

    def is_reauthentication_required(self, *, app: str, **_: object) -> bool:
        """Return true if the library must ask for a proof, by the rule that guards its pages in the first place."""
        return not is_proved(self.request, self.request.user)

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, Any]]:
        """Return the ways to confirm an identity: the second factor if there is one, else the password.

        The code comes last: people with only a passkey have no code.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if second_factors(user):
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        return sorted(methods, key=lambda method: method["id"] == "mfa_reauthenticate")

    def login(self, request: HttpRequest, user: Person) -> None:
        """Sign a person in; a session that was shortened to keep a form gets its full length."""
        request.session.set_expiry(None)
        super().login(request, user)

    def send_password_reset_mail(self, user: Person, email: str, context: dict[str, Any]) -> None:
        """Send the link to choose a new password."""
        with translation.override(user.locale):
            subject, link_text = _("A new password"), _("Choose a new password")
            paragraphs = [_("Somebody asked for a new password for your address. If it was not you, do nothing.")]
            email_content = write_personal_email(
                user.locale, subject, paragraphs, link_text, context["password_reset_url"], secret=True
            )
        queue_personal_email(user, email_content, now=current_time())

    def set_password(self, user: Person, password: str) -> None:
        """Set a password, and void the sign-in links that were sent before."""
        super().set_password(user, password)
        void_links(user.pk)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the path alone: an email adds the address at which people reach Bursar."""
        address: str = super().get_reset_password_from_key_url(key)
        return urlsplit(address).path

    def send_notification_mail(
        self, template_prefix: str, user: Person, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell a person at their address what changed about their sign-in."""
        with translation.override(user.locale):
            subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context or {}).split())
            happened = render_to_string(f"{template_prefix}_message.txt", context or {}).split("\n")
            paragraphs = [
                *filter(None, map(str.strip, happened)),
                _("If it was not you, end your other sessions at once."),
            ]
            email_content = write_personal_email(
                user.locale, subject, paragraphs, _("See where you are signed in"), "/me/sessions"
            )
        queue_personal_email(user, email_content, now=current_time())


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors and passkeys, as people see them in their app or device."""

    def get_totp_issuer(self) -> str:
        """Return the name that an authenticator app shows."""
        return "Bursar"

    def encrypt(self, text: str) -> str:
        """Return a secret sealed for the database."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret from the database."""
        return unseal(encrypted_text)


def sign_in(request: HttpRequest, person: Person, following: str, proof: str) -> HttpResponse:
    """Sign a person in by a link, after their second factor if they have one."""
    if request.user.is_authenticated and request.user != person:
        # The other person's session must not pass its recorded proofs on to this person.
        logout(request)
    record(request, person, proof)
    response: HttpResponse = perform_login(request, Login(user=person, redirect_url=following))
    return response


def too_many(request: HttpRequest, action: str, key: str) -> HttpResponse | None:
    """Return the answer to something that is tried too often, None if it may go on; the settings hold the rates."""
    response: HttpResponse | None = consume_or_429(request, action=action, key=key)
    return response


def sign_in_vouched(request: HttpRequest, person: Person, proof: str) -> None:
    """Sign in a person vouched for by the vendor's product or a sandbox."""
    request.session.set_expiry(None)
    # Django must be told which backend vouches, since none of them checked a password.
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    record(request, person, proof)
    # The library lists sessions that its own sign-in began; this one must be in the list, to be ended there.
    UserSession.objects.create_from_request(request)


def send_sign_in_link(email: str) -> None:
    """Send the sign-in link to the person of an address, if there is such a person."""
    # Nobody is told whether there is such a person: the answer to the visitor is the same either way.
    person = Person.objects.filter(email=email.lower(), is_active=True).first()
    if person is None:
        return
    now = current_time()
    secret = create_link(person.email, expires_at=now + timedelta(minutes=LINK_MINUTES))
    with translation.override(person.locale):
        paragraphs = [
            _("The link signs you in once, within {minutes} minutes.").format(minutes=LINK_MINUTES),
            _("If you did not ask for it, do nothing."),
        ]
        email_content = write_personal_email(
            person.locale, _("Your sign-in link"), paragraphs, _("Sign in"), f"/sign-in/{secret}", secret=True
        )
    queue_personal_email(person, email_content, now=now)
