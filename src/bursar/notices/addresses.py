"""Change a person's address: a link goes to the new address, and a notice to the old one."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from bursar.accounts.models import Seller
from bursar.identity.models import Person
from bursar.identity.profile import ADDRESS_MINUTES, confirm_address, request_address
from bursar.notices.actions import queue_personal_email
from bursar.notices.email import write_personal_email


def send_address_link(person: Person, address: str, *, now: datetime) -> None:
    """Send a link to the address that a person wants. A person who has this address already is told so there."""
    with transaction.atomic():
        secret = request_address(person.pk, address, now=now)
        whose = person if secret is not None else Person.objects.filter(email=address.lower(), is_active=True).first()
        if whose is None:
            return
        with translation.override(whose.locale):
            if secret is not None:
                subject, way, path = _("Your new address"), _("Use this address"), f"/me/address/{secret}"
                lines = [
                    _("{name} wants to sign in by this address.").format(name=person.name),
                    _("Open the link where you are signed in, within {minutes} minutes. It works once.").format(
                        minutes=ADDRESS_MINUTES
                    ),
                    _("If it was not you, do nothing."),
                ]
            else:
                subject, way, path = _("This address is yours already"), _("Sign in"), "/sign-in"
                lines = [_("Somebody asked to sign in by this address. It is yours already, and nothing was changed.")]
            asks = path != "/sign-in"
            written = write_personal_email(whose.locale, subject, lines, way, path, secret=asks)
        queue_personal_email(whose, written, now=now, address=address)


def use_address_link(person: Person, secret: str, *, now: datetime) -> None:
    """Give the person the address to which the link was sent, and write to the old address about it.

    Errors: AddressNotValid.
    """
    with transaction.atomic():
        before = confirm_address(person.pk, secret, now=now)
        support = Seller.objects.order_by("id").values_list("support_email", flat=True).get()
        with translation.override(person.locale):
            lines = [
                _("You sign in by another address now, and emails go there. This one signs you in no longer."),
                _("If it was not you, write to {support} at once.").format(support=support),
            ]
            written = write_personal_email(
                person.locale, _("Your address was changed"), lines, _("See where you are signed in"), "/me/sessions"
            )
        queue_personal_email(person, written, now=now, address=before)
