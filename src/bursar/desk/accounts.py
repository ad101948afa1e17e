"""Accounts at the desk: the directory with its search, and opening an account."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bursar.accounts.actions import open_account
from bursar.accounts.directory import AccountRow, directory
from bursar.catalog.queries import currencies
from bursar.center.form_fields import posted
from bursar.center.visit import to
from bursar.core.messages.problem import Problem
from bursar.core.policy.policy import State
from bursar.desk.form_fields import account_types, uuid
from bursar.desk.forms import OpenForm
from bursar.desk.visit import Shift, at_desk, shown
from bursar.i18n.decision import account_type_name, state
from bursar.identity.models import Person
from bursar.notices.actions import queue_personal_email
from bursar.notices.email import write_personal_email

PAGE: Final = 50


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the accounts that match the search, by name."""
    shift = at_desk(request)
    chosen = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "account_type", "state")}
    listed = directory(
        **chosen, sandbox_only=shift.colleague.sandbox, after=uuid(request.GET.get("after", "")), limit=PAGE + 1
    )
    content = {
        "accounts": [_shown(shift, account) for account in listed[:PAGE]],
        "following": urlencode({**chosen, "after": str(listed[PAGE - 1].id)}) if len(listed) > PAGE else "",
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "types": [("", _("every type")), *account_types(shift.policy)],
        "states": [
            ("", _("every state")),
            *((account_state.value, state(account_state.value)) for account_state in State),
        ],
        "open": shift.may("open_accounts"),
        "why_not": shift.why_not("open_accounts"),
    }
    return shown(request, shift, "desk", "accounts", content)


@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest) -> HttpResponse:
    """Show the form of a new account; sent, open the account and go to it."""
    shift = at_desk(request)
    own = {"representative_name": shift.colleague.name, "representative_email": shift.colleague.email}
    sold = currencies()
    currency = "EUR" if "EUR" in sold or not sold else sold[0]
    usual = {"currency": currency, "time_zone": "Europe/Paris", "locale": "en", "tax_rate": "20"}
    choices = {"account_type": account_types(shift.policy), "currency": [(code, code) for code in sold]}
    form, problem = OpenForm(posted(request), filled={**own, **usual}, choices=choices), ""
    if form.is_valid():
        try:
            opened = _open(shift, form.cleaned_data)
            _welcome(shift, form.cleaned_data["owner_email"], form.cleaned_data["name"])
            return to("subscription", opened)
        except Problem as refused:
            problem = shift.said(refused)
    content = {
        "form": form,
        "problem": problem,
        "may": shift.may("open_accounts"),
        "why_not": shift.why_not("open_accounts"),
    }
    status = 422 if form.errors else 409 if problem else 200 if content["may"] else 403
    return shown(request, shift, "desk", "open", content, status=status)


def _open(shift: Shift, fields: dict[str, Any]) -> UUID:
    representative_email = fields["representative_email"]
    names = ("name", "account_type", "currency", "time_zone", "locale", "owner_name", "owner_email")
    return open_account(
        shift.policy,
        **{field: fields[field] for field in names},
        representative=(fields["representative_name"] or representative_email, representative_email)
        if representative_email
        else None,
        sandbox=fields["sandbox"] or shift.colleague.sandbox,
        clock=None,
        tax=fields["tax_rate"],
        actor=shift.colleague.actor,
        now=shift.now,
    )


def _welcome(shift: Shift, email: str, account: str) -> None:
    """Tell the owner of a new account that it is open, and how they sign in."""
    person = Person.objects.get(email=email.lower())
    with translation.override(person.locale):
        subject = _("The account {account} is open").format(account=account)
        lines = [
            _("You own it."),
            _("You sign in by a link to this address, until you choose a password or add a passkey."),
        ]
        written = write_personal_email(person.locale, " ".join(subject.split()), lines, _("Sign in"), "/sign-in/link")
    queue_personal_email(person, written, now=shift.now)


def _shown(shift: Shift, account: AccountRow) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "type": account_type_name(shift.policy, account.account_type),
        "state": "" if account.state == State.ACTIVE else state(account.state),
        "sandbox": account.sandbox,
        "owner": account.owner_name,
        "email": account.owner_email,
        "representative": account.representative_name,
    }
