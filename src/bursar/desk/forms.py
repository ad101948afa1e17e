"""Forms of the desk: opening an account, the vendor's fields of an account, and overrides."""

from datetime import date
from typing import Any

from django.forms import ValidationError
from django.utils.translation import gettext_lazy as _

from bursar.accounts.actions import UnknownZone, read_zone
from bursar.center.form_fields import Email, OneOf, PageForm, Parsed, Text, Ticked
from bursar.core.money.money import BadRate
from bursar.core.money.tax import BadTaxRate
from bursar.core.policy.capability import OVERRIDABLE, SHOW_COSTS
from bursar.core.subscription.edit_field import MOST_TEXT
from bursar.desk.form_fields import MOST_PERCENT, read_percent
from bursar.i18n.decision import capability
from bursar.i18n.problem import said


class Currency(OneOf):
    """A currency of the catalog, in whichever case its letters are written."""

    def to_python(self, value: Any) -> str:
        """Return its code."""
        return str(super().to_python(value)).upper()


class VendorForm(PageForm):
    """Vendor's fields of an account."""

    name = Text(_("Name"), missing=_("Give the name of the customer."))
    account_type = OneOf(_("Account type"), wrong=_("Choose one of the types."))
    tax_rate = Parsed(
        _("Tax rate in percent"),
        read_percent,
        wrong=_("Give the percent, from 0 to 100, such as 20 or 5.5."),
        refusals=(BadRate, BadTaxRate),
        maxlength=MOST_PERCENT,
        help=_("For example 20; 0 where no tax is charged."),
    )
    representative_name = Text(_("Representative"))
    representative_email = Email(_("Email of the representative"), optional=True)

    def clean(self) -> dict[str, Any]:
        """Return what was given. A representative who has a name needs an address too."""
        given = self.cleaned_data
        if given.get("representative_name") and given.get("representative_email") == "":
            self.add_error("representative_email", _("Give an email address such as ada@example.com."))
        return given


class OpenForm(VendorForm):
    """A new account, with its owner."""

    currency = Currency(
        _("Currency"), wrong=_("Choose one of the currencies of the catalog."), help=_("It stays for good.")
    )
    time_zone = Parsed(
        _("Time zone"),
        lambda typed: _zone(typed),
        maxlength=60,
        help=_("For example Europe/Paris; days begin there."),
    )
    locale = OneOf(_("Language"), wrong=_("Choose one of the languages."), of=[("en", "English"), ("fr", "Français")])
    owner_name = Text(_("Name"), missing=_("Give the person's name."))
    owner_email = Email(_("Email"))
    sandbox = Ticked(_("Sandbox: nothing about it is real, and its clock can be moved. That cannot be changed later."))


class OverrideForm(PageForm):
    """An exception from what the type of an account may do."""

    grant = OneOf(
        _("The account"),
        wrong=_("Choose what it is about."),
        optional=True,
        initial="1",
        of=[("1", _("is allowed to")), ("0", _("is not allowed to"))],
    )
    capability = OneOf(
        _("What"), wrong=_("Choose what it is about."), of=lambda: [(code, about(code)) for code in OVERRIDABLE]
    )
    until = Parsed(
        _("Until (the last day)"),
        date.fromisoformat,
        wrong=_("Give a day, or leave it empty."),
        refusals=(ValueError,),
        optional=True,
        type="date",
    )
    reason = Text(_("Reason"), missing=_("Say why; it is shown beside the exception."), longest=MOST_TEXT)


def about(code: str) -> str:
    """Say what an exception is about."""
    return str(_("see what the subscription costs")) if code == SHOW_COSTS else capability(code)


def _zone(typed: str) -> str:
    try:
        read_zone(typed)
    except UnknownZone as problem:
        raise ValidationError(said(problem)) from None
    return typed
