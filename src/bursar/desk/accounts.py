"""All accounts, as the staff looks for them; and opening one."""

from collections.abc import Collection
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bursar.accounts.actions import open_account
from bursar.accounts.directory import Found, directory
from bursar.accounts.models import Person
from bursar.accounts.people import LOCALES
from bursar.catalog.queries import currencies
from bursar.center.entry import to
from bursar.center.fields import MOST_NAME, wrong_email, wrong_name
from bursar.core.policy import State
from bursar.core.problem import Problem
from bursar.desk.entry import Shift, at_desk, shown
from bursar.desk.fields import account_types, filled, read_percent, uuid, wrong_vendor_fields, wrong_zone
from bursar.notices.actions import write_to
from bursar.notices.letter import personal
from bursar.words.decision import account_type_name, state

PAGE: Final = 50
FIELDS: Final = (
    *("name", "account_type", "currency", "time_zone", "locale", "tax_rate"),
    *("owner_name", "owner_email", "representative_name", "representative_email", "sandbox"),
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The accounts that the search leaves, by name."""
    shift = at_desk(request)
    chosen = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "account_type", "state")}
    found = directory(
        **chosen, sandbox_only=shift.colleague.sandbox, after=uuid(request.GET.get("after", "")), limit=PAGE + 1
    )
    content = {
        "accounts": [_shown(shift, one) for one in found[:PAGE]],
        "following": urlencode({**chosen, "after": str(found[PAGE - 1].id)}) if len(found) > PAGE else "",
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "types": [("", _("every type")), *account_types(shift.policy)],
        "states": [("", _("every state")), *((one.value, state(one.value)) for one in State)],
        "open": shift.may("open_accounts"),
        "why_not": shift.why_not("open_accounts"),
    }
    return shown(request, shift, "desk", "accounts", content)


@require_http_methods(["GET", "HEAD", "POST"])
def open_one(request: HttpRequest) -> HttpResponse:
    """The form of a new account; filled and sent, on to the account."""
    shift = at_desk(request)
    mine = {"representative_name": shift.colleague.name, "representative_email": shift.colleague.email}
    sold = currencies()
    currency = "EUR" if "EUR" in sold or not sold else sold[0]
    usual = {"currency": currency, "time_zone": "Europe/Paris", "locale": "en", "tax_rate": "20"}
    given, wrong, problem = {**dict.fromkeys(FIELDS, ""), **mine, **usual}, dict[str, str](), ""
    if request.method == "POST":
        given = filled(request, FIELDS)
        given["currency"] = given["currency"].upper()
        wrong = _wrong(shift, given, sold)
        try:
            if not wrong:
                opened = _open(shift, given)
                _welcome(shift, given["owner_email"], given["name"])
                return to("subscription", opened)
        except Problem as found:
            problem = shift.said(found)
    content = {
        "given": given,
        "wrong": wrong,
        "problem": problem,
        "types": account_types(shift.policy),
        "currencies": [(code, code) for code in sold],
        "languages": [("en", "English"), ("fr", "Français")],
        "longest": MOST_NAME,
        "may": shift.may("open_accounts"),
        "why_not": shift.why_not("open_accounts"),
    }
    status = 422 if wrong else 409 if problem else 200 if content["may"] else 403
    return shown(request, shift, "desk", "open", content, status=status)


def _open(shift: Shift, given: dict[str, str]) -> Any:
    named = given["representative_email"]
    return open_account(
        shift.policy,
        name=given["name"],
        account_type=given["account_type"],
        currency=given["currency"],
        time_zone=given["time_zone"],
        locale=given["locale"],
        owner_name=given["owner_name"],
        owner_email=given["owner_email"],
        representative=(given["representative_name"] or named, named) if named else None,
        sandbox=bool(given["sandbox"]) or shift.colleague.sandbox,
        clock=None,
        tax=read_percent(given["tax_rate"]),
        actor=shift.colleague.actor,
        now=shift.now,
    )


def _welcome(shift: Shift, email: str, account: str) -> None:
    """Tell the owner of a new account that it is there, and how they come in."""
    person = Person.objects.get(email=email.lower())
    with translation.override(person.locale):
        subject = _("The account {account} is open").format(account=account)
        lines = [
            _("You own it."),
            _("You sign in by a link to this address, until you choose a password or add a passkey."),
        ]
        written = personal(person.locale, " ".join(subject.split()), lines, _("Sign in"), "/sign-in/link")
    write_to(person, written, now=shift.now)


def _wrong(shift: Shift, given: dict[str, str], sold: Collection[str]) -> dict[str, str]:
    """Return what is wrong, by field."""
    wrong = {
        **wrong_vendor_fields(shift.policy, given),
        "currency": "" if given["currency"] in sold else _("Choose one of the currencies of the catalog."),
        "time_zone": wrong_zone(given["time_zone"]),
        "owner_name": wrong_name(given["owner_name"], _("Give the person's name.")),
        "owner_email": wrong_email(given["owner_email"]),
        "locale": "" if given["locale"] in LOCALES else _("Choose one of the languages."),
    }
    return {name: said for name, said in wrong.items() if said}


def _shown(shift: Shift, one: Found) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "type": account_type_name(shift.policy, one.account_type),
        "state": "" if one.state == State.ACTIVE else state(one.state),
        "sandbox": one.sandbox,
        "owner": one.owner_name,
        "email": one.owner_email,
        "representative": one.representative_name,
    }
