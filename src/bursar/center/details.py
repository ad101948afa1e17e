"""Invoice details: what future invoices say of the customer, and who receives them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bursar.accounts import vat
from bursar.accounts.actions import set_details
from bursar.accounts.queries import MOST_PURCHASE_ORDER, MOST_RECIPIENTS, MOST_VAT_ID, Details, details
from bursar.center.entry import shown, to, visit
from bursar.center.fields import wrong_email
from bursar.core.invoice import read_address
from bursar.core.problem import Problem
from bursar.words.address import address_lines
from bursar.words.country import countries

ADDRESS: Final = ("name", "street", "postal_code", "city", "country")
LONGEST: Final = 200
MOST: Final = {"vat_id": MOST_VAT_ID, "purchase_order": MOST_PURCHASE_ORDER}
"""How many characters a field takes, where that is not `LONGEST`."""
RECIPIENT: Final = re.compile(r"(?:(?P<name>[^<>@]*)<)?(?P<email>[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)>?")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The details, as a form for those who may change them; otherwise to be read, with the reason."""
    seen = visit(request, account_id)
    seen.check("details", "view_invoices")
    kept = details(account_id)
    filled, errors = _shown(kept), dict[str, str]()
    if request.method == "POST":
        filled = {name: request.POST.get(name, "").replace("\0", "").strip() for name in filled}
        wanted, errors = _read(filled, kept)
        try:
            if not errors:
                set_details(seen.policy, account_id, details=wanted, actor=seen.actor, now=seen.now)
                messages.success(request, _("The details are saved. Future invoices carry them."))
                return to("details", account_id)
        except Problem as problem:
            errors["problem"] = seen.said(problem)
    content = {
        "filled": filled,
        "most": MOST,
        "addresses": {which: list(_fields(which, filled, errors)) for which in ("sold_to", "bill_to")},
        "errors": errors,
        "vat": vat.check(filled["vat_id"]) if filled["vat_id"] else "",
        "change": seen.may("manage_invoices"),
        "why_not": seen.why_not(seen.decide("manage_invoices")),
        "sold_to": address_lines(read_address(kept.sold_to)),
        "bill_to": address_lines(read_address(kept.bill_to or {})),
        "recipients": filled["recipients"].splitlines(),
    }
    return shown(request, seen, "details", "details", content, status=422 if errors else 200)


def _fields(which: str, filled: Mapping[str, str], errors: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The fields of an address, each with what a browser may fill it from."""
    for part, label, browser in (
        ("name", _("Company"), "organization"),
        ("street", _("Street and number"), "street-address"),
        ("postal_code", _("Postal code"), "postal-code"),
        ("city", _("City"), "address-level2"),
        ("country", _("Country"), "country"),
    ):
        name = f"{which}_{part}"
        yield {
            "name": name,
            "label": label,
            "browser": browser,
            "value": filled[name],
            "error": errors.get(name, ""),
            "longest": LONGEST,
            "options": _countries(filled[name]) if part == "country" else "",
        }


def _countries(now: str) -> list[tuple[str, str]]:
    """Return the countries to choose from, with what was written before there was a list, if it is none of them."""
    known = countries()
    before = [] if not now or now in dict(known) else [(now, now)]
    return [("", "–"), *before, *known]


def _shown(kept: Details) -> dict[str, str]:
    """The details as the fields of the form."""
    recipients = [f"{one['name']} <{one['email']}>" if one.get("name") else one["email"] for one in kept.recipients]
    return {
        **{f"sold_to_{part}": str(kept.sold_to.get(part, "")) for part in ADDRESS},
        **{f"bill_to_{part}": str((kept.bill_to or {}).get(part, "")) for part in ADDRESS},
        "vat_id": kept.vat_id,
        "purchase_order": kept.purchase_order,
        "recipients": "\n".join(recipients),
    }


def _read(filled: Mapping[str, str], kept: Details) -> tuple[dict[str, Any], dict[str, str]]:
    """The columns to be set, and what is wrong by field. What the form does not show of an address stays."""
    errors = {
        name: _("At most {count} characters.").format(count=MOST.get(name, LONGEST))
        for name, value in filled.items()
        if name != "recipients" and len(value) > MOST.get(name, LONGEST)
    }
    for which, kept_address in (("sold_to", kept.sold_to), ("bill_to", kept.bill_to or {})):
        if filled[f"{which}_country"] not in ("", kept_address.get("country"), *dict(countries())):
            errors[f"{which}_country"] = _("Choose one of the countries.")
    if not filled["sold_to_name"]:
        errors["sold_to_name"] = _("Say to whom is sold: the name of the company.")
    recipients, wrong = _recipients(filled["recipients"])
    if wrong:
        errors["recipients"] = wrong
    sold_to, bill_to = _address(filled, "sold_to", kept.sold_to), _address(filled, "bill_to", kept.bill_to or {})
    columns = {
        "sold_to": sold_to,
        "bill_to": bill_to if any(bill_to.values()) else None,
        "vat_id": filled["vat_id"],
        "purchase_order": filled["purchase_order"],
        "recipients": recipients,
    }
    return columns, errors


def _address(filled: Mapping[str, str], which: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    parts = {part: filled[f"{which}_{part}"] for part in ADDRESS}
    return {**kept, **parts}


def _recipients(text: str) -> tuple[list[dict[str, str]], str]:
    """One a line, an address with or without a name before it in the usual way; and what is wrong, if anything."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        # The length comes first: the pattern takes the square of it to refuse a line.
        read = RECIPIENT.fullmatch(line) if len(line) <= LONGEST else None
        email = read["email"] if read else ""
        if read is None or wrong_email(email):
            return [], _("This is not an email address: {line}").format(line=line[:60])
        found.append({"name": (read["name"] or "").strip() or email.partition("@")[0], "email": email})
    if len(found) > MOST_RECIPIENTS:
        return [], _("At most {count} recipients.").format(count=MOST_RECIPIENTS)
    return found, ""
