"""Passkeys with counters: a counter that goes back may mean a copy, so the passkey is refused."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms
from allauth.mfa.webauthn.internal.auth import parse_authentication_response
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from bursar.center.navigation import current_time
from bursar.identity.models import Person
from bursar.identity.passkeys import advance_counter
from bursar.notices.actions import queue_personal_email
from bursar.notices.email import write_personal_email


class SecondFactor(forms.AuthenticateWebAuthnForm):  # type: ignore[misc]  # the library has no types
    """A passkey as second factor."""

    def clean_credential(self) -> Any:
        """Return the passkey that was used. Errors: ValidationError, also if its counter went back."""
        return _check_counter(super().clean_credential(), self.cleaned_data["credential"])


class Confirmation(forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey by which somebody confirms who they are."""

    def clean_credential(self) -> Any:
        """Return the passkey that was used. Errors: ValidationError, also if its counter went back."""
        return _check_counter(super().clean_credential(), self.cleaned_data["credential"])


class Login(forms.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey that signs in by itself."""

    def clean_credential(self) -> Any:
        """Return the passkey that was used. Errors: ValidationError, also if its counter went back."""
        return _check_counter(super().clean_credential(), self.cleaned_data["credential"])


def _check_counter(passkey: Authenticator, credential: dict[str, Any]) -> Authenticator:
    """Return the passkey if its counter went on; otherwise tell its person. Errors: ValidationError."""
    counter = parse_authentication_response(credential).response.authenticator_data.counter
    copied_passkey = advance_counter(passkey.pk, counter)
    if copied_passkey is not None:
        _tell_of_copy(copied_passkey.user, str(copied_passkey))
        raise ValidationError(_("This passkey was not taken: it may be a copy. You were sent an email about it."))
    return passkey


def _tell_of_copy(person: Person, name: str) -> None:
    """Write to somebody that their passkey was refused."""
    with translation.override(person.locale):
        paragraphs = [
            _("The passkey {name} was used with a lower counter than before. It may have been copied.").format(
                name=name
            ),
            _("It signed nobody in. Remove it and add a new one; if it was not you, end your other sessions too."),
        ]
        email_content = write_personal_email(
            person.locale, _("A passkey was refused"), paragraphs, _("See your passkeys"), "/me/security/keys"
        )
    queue_personal_email(person, email_content, now=current_time())
