"""Billing details: the customer as future invoices name it, and the recipients of the invoices."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bursar.accounts import vat
from bursar.accounts.actions import set_details
from bursar.accounts.queries import MOST_PURCHASE_ORDER, MOST_RECIPIENTS, MOST_VAT_ID, Details, details
from bursar.center.form_fields import PageForm, ParsedField, SelectField, TextField, posted_fields, read_email
from bursar.center.navigation import redirect_to
from bursar.center.visit import open_visit, render_page
from bursar.columns.address import BadAddress
from bursar.core.billing.invoice import read_address
from bursar.core.messages.problem import Problem
from bursar.i18n.address import address_lines
from bursar.i18n.country import countries

LONGEST: Final = 200
ADDRESS: Final = (
    ("name", gettext_lazy("Company"), "organization"),
    ("street", gettext_lazy("Street and number"), "street-address"),
    ("postal_code", gettext_lazy("Postal code"), "postal-code"),
    ("city", gettext_lazy("City"), "address-level2"),
    ("country", gettext_lazy("Country"), "country"),
)
"""The parts of an address, each with its label and its name for autocompletion in browsers."""
RECIPIENT: Final = re.compile(r"(?:(?P<name>[^<>@]*)<)?(?P<email>[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)>?")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the billing details, as a form to people who may change them."""
    visit = open_visit(request, account_id)
    visit.require("details", "view_invoices")
    current_details, problem = details(account_id), ""
    form = DetailsForm(current_details, posted_fields(request))
    if form.is_valid():
        try:
            set_details(visit.policy, account_id, details=form.columns(), actor=visit.actor, now=visit.now)
            messages.success(request, _("The details are saved. They appear on future invoices."))
            return redirect_to("details", account_id)
        except Problem as refusal:
            problem = visit.message(refusal)
    vat_id = form["vat_id"].value()
    content = {
        "form": form,
        "problem": problem,
        "vat_id": vat_id,
        # A number that fails is saved all the same: only its form is checked, and the tax office may know better.
        "vat_check": vat.check_vat_id(vat_id) if vat_id else "",
        "may_change": visit.may("manage_invoices"),
        "why_not": visit.explain(visit.decide("manage_invoices")),
        "details": current_details,
        "sold_to": address_lines(read_address(current_details.sold_to)),
        "bill_to": address_lines(read_address(current_details.bill_to or {})),
        "recipients": _recipient_lines(current_details),
    }
    return render_page(request, visit, "details", "details", content, status=422 if problem else form.status)


class DetailsForm(PageForm):
    """Billing details of future invoices. Parts of an address that the form does not show stay."""

    vat_id = TextField(
        gettext_lazy("VAT id"),
        max_length=MOST_VAT_ID,
        help=gettext_lazy("With the two letters of the country first, for example FR 40 303265045."),
    )
    purchase_order = TextField(
        gettext_lazy("Purchase order"),
        max_length=MOST_PURCHASE_ORDER,
        help=gettext_lazy("Your own number, if your company wants it on invoices."),
    )
    recipients = ParsedField(
        gettext_lazy("Who receives invoices"),
        lambda text: _read_recipients(text),
        optional=True,
        rows=4,
        help=gettext_lazy(
            "One per line: an email address, or a name followed by the address in angle brackets. "
            "Recipients need no seat."
        ),
    )

    def __init__(self, current_details: Details, posted: Mapping[str, Any] | None = None) -> None:
        other_fields = {
            "vat_id": current_details.vat_id,
            "purchase_order": current_details.purchase_order,
            "recipients": "\n".join(_recipient_lines(current_details)),
        }
        super().__init__(posted, initial=other_fields)
        self.current_addresses = {"sold_to": current_details.sold_to, "bill_to": current_details.bill_to or {}}
        for address_name, address in self.current_addresses.items():
            for part, label, browser in ADDRESS:
                name = f"{address_name}_{part}"
                self.initial[name] = present = str(address.get(part, ""))
                error_if_missing = _("Give the name of the company that buys.") if name == "sold_to_name" else ""
                self.fields[name] = (
                    SelectField(
                        label,
                        error_if_wrong=_("Choose one of the countries."),
                        optional=True,
                        choices=_countries(present),
                    )
                    if part == "country"
                    else TextField(label, error_if_missing=error_if_missing, max_length=LONGEST, autocomplete=browser)
                )

    def sold_to(self) -> list[BoundField]:
        """Return the fields of the sold-to address."""
        return [self[f"sold_to_{part}"] for part, _label, _browser in ADDRESS]

    def bill_to(self) -> list[BoundField]:
        """Return the fields of the bill-to address."""
        return [self[f"bill_to_{part}"] for part, _label, _browser in ADDRESS]

    def columns(self) -> dict[str, Any]:
        """Return the columns to be set."""
        fields = self.cleaned_data
        # Parts that the page has no field for, written through the API, stay as they are.
        sold_to, bill_to = (
            {
                **self.current_addresses[address_name],
                **{part: fields[f"{address_name}_{part}"] for part, _label, _browser in ADDRESS},
            }
            for address_name in ("sold_to", "bill_to")
        )
        return {
            "sold_to": sold_to,
            # An address of empty fields is none: invoices then go to the buyer.
            "bill_to": bill_to if any(bill_to.values()) else None,
            "vat_id": fields["vat_id"],
            "purchase_order": fields["purchase_order"],
            "recipients": fields["recipients"] or [],
        }


def _countries(present: str) -> list[tuple[str, str]]:
    """Return the countries to choose from, and a present text that is none of them."""
    listed = countries()
    # The API may have written a country that is not listed; saving the page must not lose it.
    unlisted = [] if not present or present in dict(listed) else [(present, present)]
    return [("", "–"), *unlisted, *listed]


def _recipient_lines(current_details: Details) -> list[str]:
    """Return the recipients as they are typed."""
    return [
        f"{recipient['name']} <{recipient['email']}>" if recipient.get("name") else recipient["email"]
        for recipient in current_details.recipients
    ]


def _read_recipients(text: str) -> list[dict[str, str]]:
    """Return the typed recipients, one on each line. Errors: ValidationError."""
    recipients = []
    for line in filter(None, map(str.strip, text.splitlines())):
        # The length is checked first: refusing a line takes the pattern time with the square of its length.
        match = RECIPIENT.fullmatch(line) if len(line) <= LONGEST else None
        try:
            email = read_email(match["email"] if match else "")
        except BadAddress:
            raise ValidationError(_("This is not an email address: {line}").format(line=line[:60])) from None
        name = (match["name"] or "").strip() if match else ""
        recipients.append({"name": name or email.partition("@")[0], "email": email})
    if len(recipients) > MOST_RECIPIENTS:
        raise ValidationError(_("At most {count} recipients.").format(count=MOST_RECIPIENTS))
    return recipients
