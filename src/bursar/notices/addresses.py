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
    """Send a link to the address that a person wants. If another person has it already, tell them so there.

    The page says the same in both cases, so that nobody learns from it who has an account here.
    """
    with transaction.atomic():
        secret = request_address(person.pk, address, now=now)
        holders = Person.objects.filter(email=address.lower(), is_active=True)
        reader = person if secret is not None else holders.first()
        if reader is None:
            return
        with translation.override(reader.locale):
            if secret is not None:
                subject, link_text, path = _("Your new address"), _("Use this address"), f"/me/address/{secret}"
                lines = [
                    _("{name} wants to sign in with this address.").format(name=person.name),
                    _(
                        "Open the link within {minutes} minutes, in the browser where you are signed in. It works once."
                    ).format(minutes=ADDRESS_MINUTES),
                    _("If it was not you, do nothing."),
                ]
            else:
                subject, link_text, path = _("This address is yours already"), _("Sign in"), "/sign-in"
                lines = [
                    _("Somebody asked to sign in with this address. It is yours already, and nothing was changed.")
                ]
            content = write_personal_email(reader.locale, subject, lines, link_text, path, secret=secret is not None)
        queue_personal_email(reader, content, now=now, address=address)


def use_address_link(person: Person, secret: str, *, now: datetime) -> None:
    """Give the person the address to which the link was sent, and write to the old address about it.

    Errors: AddressNotValid.
    """
    with transaction.atomic():
        before = confirm_address(person.pk, secret, now=now)
        support = Seller.objects.order_by("id").values_list("support_email", flat=True).get()
        with translation.override(person.locale):
            lines = [
                _("You now sign in with another address, and emails go there. This one no longer signs you in."),
                _("If it was not you, write to {support} at once.").format(support=support),
            ]
            content = write_personal_email(
                person.locale, _("Your address was changed"), lines, _("See where you are signed in"), "/me/sessions"
            )
        # To the former address: if somebody else changed it, its holder reads so only there.
        queue_personal_email(person, content, now=now, address=before)
