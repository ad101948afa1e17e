"""The smaller forms of the pages of an account: profile, team, billing admins, and reasons."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from bursar.center.form_fields import Email, OneOf, PageForm, Parsed, Text, Ticked, whole_number
from bursar.checkout import MOST_TEXT as MOST_REASON
from bursar.core.billing.payment import Method, TokenNeeded, UnknownMethod, read_method
from bursar.core.money.money import BadAmount, BadRate, Money, read_amount
from bursar.core.money.price import MOST_MINOR
from bursar.core.policy.limits import MOST_SEATS
from bursar.core.subscription.edit_field import MOST_TEXT
from bursar.i18n.problem import said

_NOT_SURE: Final = _("Tick that you want to give up ownership; nothing was changed.")


class NameForm(PageForm):
    """A person's name."""

    name = Text(
        _("Name"),
        missing=_("Give your name."),
        autocomplete="name",
        help=_(
            "What you go by here. Each account has its own name for you, which whoever manages its members can change."
        ),
    )


class AddressForm(PageForm):
    """A new address to sign in with, other than the `present` one."""

    email = Email(
        _("New address"),
        autocomplete="email",
        help=_("All accounts that you are in see it. Wherever else you are signed in, you are signed out."),
    )

    def __init__(self, sent: Mapping[str, Any] | None = None, *, present: str) -> None:
        super().__init__(sent)
        self.present = present

    def clean_email(self) -> str:
        """Return the address. Errors: ValidationError for the present one."""
        address: str = self.cleaned_data["email"]
        if address.lower() == self.present.lower():
            raise forms.ValidationError(_("That is your address already."))
        return address


class LinkForm(PageForm):
    """Address that a sign-in link is sent to."""

    email = Email(_("Email address"), autocomplete="email")


class PersonForm(PageForm):
    """Person who is invited to an account or appointed to the staff, with one of the offered roles."""

    name = Text(_("Name"), missing=_("Give the person's name."))
    email = Email(_("Email"))
    role = OneOf(_("Role"), wrong=_("Choose one of the roles."))


class AppointForm(PageForm):
    """Admin who becomes a billing admin."""

    member = OneOf(_("Admin"), wrong=_("Choose one of the admins."))


class LimitForm(PageForm):
    """Limit of what billing admins may add to an account; an empty field is no limit."""

    seats = Parsed(
        _("Seats that they may add"),
        lambda typed: whole_number(typed, 0, MOST_SEATS),
        wrong=_("Give a whole number, or nothing for no limit."),
        optional=True,
        maxlength=7,
    )

    def __init__(
        self, sent: Mapping[str, Any] | None = None, *, currency: str, filled: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(sent, filled=filled)
        self.fields["amount"] = Parsed(
            _("More per billing period, in %(currency)s without tax") % {"currency": currency},
            lambda typed: _amount(typed, currency),
            wrong=_("Give an amount such as 500.00, or nothing for no limit."),
            refusals=(BadAmount, BadRate),
            optional=True,
            maxlength=20,
        )


class PassingForm(PageForm):
    """Billing admin to whom the owner passes ownership."""

    member = OneOf(
        _("New owner"),
        wrong=_("Choose one of the billing admins."),
        help=_(
            "The new owner may do everything that you may. You become an admin and can no longer cancel, change the "
            "payment type, see invoices or appoint billing admins; only the new owner could give ownership back."
        ),
    )
    sure = Ticked(_("I want to give up ownership of this account."), missing=_NOT_SURE)


class StaffPassingForm(PageForm):
    """Billing admin to whom staff pass ownership, and the reason."""

    member = OneOf(
        _("New owner"),
        wrong=_("Choose one of the billing admins."),
        help=_("For an account whose owner is gone. Whoever owned it becomes an admin; everybody concerned is told."),
    )
    reason = Text(_("Reason"), longest=MOST_TEXT, rows=2, help=_("It stays in the history of the account."))
    sure = Ticked(_("I have made sure that this is what the customer wants."), missing=_NOT_SURE)


class RoleForm(PageForm):
    """New role of a member."""

    role = OneOf(_("Role"), wrong=_("Choose one of the roles."))


class SeatForm(PageForm):
    """Member who gets a seat."""

    member = Parsed(
        _("Give it to"), UUID, wrong=_("Choose somebody from the list."), refusals=(ValueError,), maxlength=40
    )


class AskForm(PageForm):
    """Reason for a request, and the day by which it is needed; `too_early` is the message for an early day."""

    reason = Text(_("Why do you ask for it?"), longest=MOST_REASON, rows=3, help=_("Whoever decides reads it."))
    needed_by = Parsed(
        _("By which day is it needed? (optional)"),
        date.fromisoformat,
        refusals=(ValueError,),
        optional=True,
        type="date",
    )

    def __init__(self, sent: Mapping[str, Any] | None = None, *, too_early: str) -> None:
        super().__init__(sent)
        needed_by = self.fields["needed_by"]
        assert isinstance(needed_by, Parsed)
        needed_by.wrong = too_early


class RejectForm(PageForm):
    """Reason for rejecting a request."""

    reason = Text(_("Why not?"), longest=MOST_REASON, rows=2, help=_("Whoever asked reads it."))


class CancelForm(PageForm):
    """Reason for cancelling an account."""

    reason = Text(_("Why do you cancel? (optional)"), longest=MOST_TEXT, rows=3, help=_("Your vendor reads it."))


class MethodForm(PageForm):
    """Payment method of an account, or of a single invoice, which may be paid with the `present` method."""

    type = Text(_("How"))
    token = Text(
        _("Which"),
        help=_("The sandbox gateway is connected: it behaves like a real one, and no money moves."),
    )

    def __init__(self, sent: Mapping[str, Any] | None = None, *, present: Method | None = None) -> None:
        super().__init__(sent)
        self.present = present

    def clean(self) -> dict[str, Any]:
        """Return the cleaned fields with the payment method that they make."""
        fields = self.cleaned_data
        kind, token = fields.get("type"), fields.get("token")
        if kind == "present" and self.present is not None:
            return {**fields, "method": self.present}
        try:
            return {**fields, "method": read_method(kind, token if kind != "invoice" else None)}
        except TokenNeeded as problem:
            self.add_error("token", said(problem))
        except UnknownMethod as problem:
            self.add_error(None, said(problem))
        return fields


class ClockForm(PageForm):
    """Day to which the clock of a sandbox is moved."""

    to = Parsed(
        _("Move it to"), date.fromisoformat, wrong=_("Choose a day to move the clock to."), refusals=(ValueError,)
    )


def _amount(typed: str, currency: str) -> Money | None:
    amount = read_amount(typed.replace(",", "."), currency)
    return amount if 0 <= amount.amount_minor <= MOST_MINOR else None
