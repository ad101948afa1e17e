"""Forms of the desk: opening an account, the vendor's fields of an account, and overrides."""

from datetime import date
from typing import Any

from django.forms import ValidationError
from django.utils.translation import gettext_lazy as _

from bursar.accounts.actions import UnknownZone, read_zone
from bursar.center.form_fields import CheckboxField, EmailField, PageForm, ParsedField, SelectField, TextField
from bursar.core.money.money import BadRate
from bursar.core.money.tax import BadTaxRate
from bursar.core.policy.capability import OVERRIDABLE, SHOW_COSTS
from bursar.core.subscription.edit_field import MOST_TEXT
from bursar.desk.form_fields import MOST_PERCENT, read_percent
from bursar.i18n.decision import capability
from bursar.i18n.problem import message


class Currency(SelectField):
    """A currency of the catalog, in whichever case its letters are written."""

    def to_python(self, value: Any) -> str:
        """Return its code."""
        return str(super().to_python(value)).upper()


class VendorForm(PageForm):
    """Vendor's fields of an account."""

    name = TextField(_("Name"), error_if_missing=_("Give the name of the customer."))
    account_type = SelectField(_("Account type"), error_if_wrong=_("Choose one of the types."))
    tax_rate = ParsedField(
        _("Tax rate in percent"),
        read_percent,
        error_if_wrong=_("Give the percent, from 0 to 100, such as 20 or 5.5."),
        parse_errors=(BadRate, BadTaxRate),
        maxlength=MOST_PERCENT,
        help=_("For example 20; 0 where no tax is charged."),
    )
    representative_name = TextField(_("Representative"))
    representative_email = EmailField(_("Email of the representative"), optional=True)

    def clean(self) -> dict[str, Any]:
        """Return what was given. A representative who has a name needs an address too."""
        fields = self.cleaned_data
        if fields.get("representative_name") and fields.get("representative_email") == "":
            self.add_error("representative_email", _("Give an email address such as ada@example.com."))
        return fields


class OpenForm(VendorForm):
    """A new account, with its owner."""

    currency = Currency(
        _("Currency"), error_if_wrong=_("Choose one of the currencies of the catalog."), help=_("It stays for good.")
    )
    time_zone = ParsedField(
        _("Time zone"),
        lambda text: _read_zone(text),
        maxlength=60,
        help=_("For example Europe/Paris; days begin there."),
    )
    locale = SelectField(
        _("Language"), error_if_wrong=_("Choose one of the languages."), choices=[("en", "English"), ("fr", "Français")]
    )
    owner_name = TextField(_("Name"), error_if_missing=_("Give the person's name."))
    owner_email = EmailField(_("Email"))
    sandbox = CheckboxField(
        _("Sandbox: nothing about it is real, and its clock can be moved. That cannot be changed later.")
    )


class OverrideForm(PageForm):
    """An exception from what the type of an account may do."""

    grant = SelectField(
        _("The account"),
        error_if_wrong=_("Choose what it is about."),
        optional=True,
        initial="1",
        choices=[("1", _("is allowed to")), ("0", _("is not allowed to"))],
    )
    capability = SelectField(
        _("What"),
        error_if_wrong=_("Choose what it is about."),
        # Read when the page is shown, since the names are in the language of its reader.
        choices=lambda: [(code, exception_subject(code)) for code in OVERRIDABLE],
    )
    until = ParsedField(
        _("Until (the last day)"),
        date.fromisoformat,
        error_if_wrong=_("Give a day, or leave it empty."),
        parse_errors=(ValueError,),
        optional=True,
        type="date",
    )
    reason = TextField(
        _("Reason"), error_if_missing=_("Say why; it is shown beside the exception."), max_length=MOST_TEXT
    )


def exception_subject(code: str) -> str:
    """Say what an exception is about."""
    return str(_("see what the subscription costs")) if code == SHOW_COSTS else capability(code)


def _read_zone(text: str) -> str:
    try:
        read_zone(text)
    except UnknownZone as problem:
        raise ValidationError(message(problem)) from None
    return text
