"""The smaller forms of the pages of an account: profile, team, billing admins, and reasons."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from bursar.center.form_fields import (
    CheckboxField,
    EmailField,
    PageForm,
    ParsedField,
    SelectField,
    TextField,
    read_whole_number,
)
from bursar.checkout import MOST_TEXT as MOST_REASON
from bursar.core.billing.payment import Method, TokenNeeded, UnknownMethod, read_method
from bursar.core.money.money import BadAmount, BadRate, Money, read_amount
from bursar.core.money.price import MOST_MINOR
from bursar.core.policy.limits import MOST_SEATS
from bursar.core.subscription.edit_field import MOST_TEXT
from bursar.i18n.problem import message

_NOT_SURE: Final = _("Tick the box if you want to give up ownership; nothing was changed.")


class NameForm(PageForm):
    """A person's name."""

    name = TextField(
        _("Name"),
        error_if_missing=_("Give your name."),
        autocomplete="name",
        help=_(
            "Your name here. Each account also keeps a name for you, which the people who manage its members can "
            "change."
        ),
    )


class AddressForm(PageForm):
    """A new address to sign in with, other than the current one."""

    email = EmailField(
        _("New address"),
        autocomplete="email",
        help=_("All your accounts see it. You are signed out everywhere else."),
    )

    def __init__(self, posted: Mapping[str, Any] | None = None, *, current_address: str) -> None:
        super().__init__(posted)
        self.current_address = current_address

    def clean_email(self) -> str:
        """Return the address. Errors: ValidationError for the current one."""
        address: str = self.cleaned_data["email"]
        # People are found by their address without regard to case, so another case is no other address.
        if address.lower() == self.current_address.lower():
            raise forms.ValidationError(_("That is your address already."))
        return address


class SignInLinkForm(PageForm):
    """Address that a sign-in link is sent to."""

    email = EmailField(_("Email address"), autocomplete="email")


class PersonForm(PageForm):
    """Person who is invited to an account or appointed to the staff, with one of the offered roles."""

    name = TextField(_("Name"), error_if_missing=_("Give the person's name."))
    email = EmailField(_("Email"))
    role = SelectField(_("Role"), error_if_wrong=_("Choose one of the roles."))


class AppointBillingAdminForm(PageForm):
    """Admin who becomes a billing admin."""

    member = SelectField(_("Admin"), error_if_wrong=_("Choose one of the admins."))


class LimitForm(PageForm):
    """Limit of what billing admins may add to an account; an empty field is no limit."""

    seats = ParsedField(
        _("Seats that they may add"),
        lambda text: read_whole_number(text, 0, MOST_SEATS),
        error_if_wrong=_("Give a whole number, or leave the field empty for no limit."),
        optional=True,
        maxlength=7,
    )

    def __init__(
        self, posted: Mapping[str, Any] | None = None, *, currency: str, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(posted, initial=initial)
        # Made with each form, because its label and its reading depend on the currency of the account.
        self.fields["amount"] = ParsedField(
            _("Amount that they may add per billing period, in %(currency)s without tax") % {"currency": currency},
            lambda text: _amount(text, currency),
            error_if_wrong=_("Give an amount such as 500.00, or leave the field empty for no limit."),
            parse_errors=(BadAmount, BadRate),
            optional=True,
            maxlength=20,
        )


class TransferOwnershipForm(PageForm):
    """Billing admin to whom the owner passes ownership."""

    member = SelectField(
        _("New owner"),
        error_if_wrong=_("Choose one of the billing admins."),
        help=_(
            "The new owner may do everything that you may. You become an admin and can no longer cancel, change the "
            "payment type, see invoices or appoint billing admins; only the new owner could give ownership back."
        ),
    )
    sure = CheckboxField(_("I want to give up ownership of this account."), error_if_missing=_NOT_SURE)


class StaffTransferOwnershipForm(PageForm):
    """Billing admin to whom staff pass ownership, and the reason."""

    member = SelectField(
        _("New owner"),
        error_if_wrong=_("Choose one of the billing admins."),
        help=_(
            "For an account whose owner has left. The former owner becomes an admin, and everybody concerned is told."
        ),
    )
    reason = TextField(_("Reason"), max_length=MOST_TEXT, rows=2, help=_("It stays in the history of the account."))
    sure = CheckboxField(_("I have made sure that this is what the customer wants."), error_if_missing=_NOT_SURE)


class RoleForm(PageForm):
    """New role of a member."""

    role = SelectField(_("Role"), error_if_wrong=_("Choose one of the roles."))


class AssignSeatForm(PageForm):
    """Member who gets a seat."""

    member = ParsedField(
        _("Assign to"),
        UUID,
        error_if_wrong=_("Choose somebody from the list."),
        parse_errors=(ValueError,),
        maxlength=40,
    )


class RequestForm(PageForm):
    """Reason for a request, and the day by which it is needed; `too_early` is the message for an early day."""

    reason = TextField(
        _("Why do you ask for it?"), max_length=MOST_REASON, rows=3, help=_("The person who decides reads it.")
    )
    needed_by = ParsedField(
        _("By which day is it needed? (optional)"),
        date.fromisoformat,
        parse_errors=(ValueError,),
        optional=True,
        type="date",
    )

    def __init__(self, posted: Mapping[str, Any] | None = None, *, too_early: str) -> None:
        super().__init__(posted)
        needed_by = self.fields["needed_by"]
        assert isinstance(needed_by, ParsedField)
        needed_by.error_if_wrong = too_early


class RejectForm(PageForm):
    """Reason for rejecting a request."""

    reason = TextField(
        _("Reason for rejecting it"), max_length=MOST_REASON, rows=2, help=_("The person who asked reads it.")
    )


class CancelForm(PageForm):
    """Reason for cancelling an account."""

    reason = TextField(
        _("Why do you cancel? (optional)"), max_length=MOST_TEXT, rows=3, help=_("Your vendor reads it.")
    )


class PaymentMethodForm(PageForm):
    """Payment method of an account, or of a single invoice, which may be paid with the `current_method`."""

    type = TextField(_("Pay by"))
    token = TextField(
        _("Test card or mandate"),
        help=_("The sandbox gateway is connected: it behaves like a real one, and no money moves."),
    )

    def __init__(self, posted: Mapping[str, Any] | None = None, *, current_method: Method | None = None) -> None:
        super().__init__(posted)
        self.current_method = current_method

    def clean(self) -> dict[str, Any]:
        """Return the cleaned fields with the payment method that they make."""
        fields = self.cleaned_data
        kind, token = fields.get("type"), fields.get("token")
        if kind == "present" and self.current_method is not None:
            return {**fields, "method": self.current_method}
        try:
            return {**fields, "method": read_method(kind, token if kind != "invoice" else None)}
        except TokenNeeded as problem:
            self.add_error("token", message(problem))
        # No control can be marked: with the two choices of the page this cannot happen, only with a form made by hand.
        except UnknownMethod as problem:
            self.add_error(None, message(problem))
        return fields


class ClockForm(PageForm):
    """Day to which the clock of a sandbox is moved."""

    to = ParsedField(
        _("Move it to"),
        date.fromisoformat,
        error_if_wrong=_("Choose a day to move the clock to."),
        parse_errors=(ValueError,),
    )


def _amount(text: str, currency: str) -> Money | None:
    # People who write French type a comma before the cents.
    amount = read_amount(text.replace(",", "."), currency)
    return amount if 0 <= amount.amount_minor <= MOST_MINOR else None
