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
from bursar.center.form_fields import posted_fields, read_search, read_uuid
from bursar.center.navigation import redirect_to
from bursar.core.messages.problem import Problem
from bursar.core.policy.policy import State
from bursar.desk.form_fields import account_types
from bursar.desk.forms import OpenForm
from bursar.desk.visit import DeskVisit, open_desk_visit, render_desk_page
from bursar.i18n.decision import account_type_name, state
from bursar.identity.models import Person
from bursar.notices.actions import queue_personal_email
from bursar.notices.email import write_personal_email

PAGE: Final = 50


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the accounts that match the search, by name."""
    visit = open_desk_visit(request)
    filters = {name: read_search(request.GET.get(name, "")) for name in ("q", "account_type", "state")}
    accounts = directory(
        **filters, sandbox_only=visit.colleague.sandbox, after=read_uuid(request.GET.get("after", "")), limit=PAGE + 1
    )
    content = {
        "accounts": [_account_row(visit, account) for account in accounts[:PAGE]],
        "next_page": urlencode({**filters, "after": str(accounts[PAGE - 1].id)}) if len(accounts) > PAGE else "",
        "filters": filters,
        "is_filtered": any(filters.values()),
        "type_choices": [("", _("every type")), *account_types(visit.policy)],
        "state_choices": [
            ("", _("every state")),
            *((account_state.value, state(account_state.value)) for account_state in State),
        ],
        "may_open": visit.may("open_accounts"),
        "why_not": visit.explain("open_accounts"),
    }
    return render_desk_page(request, visit, "desk", "accounts", content)


@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest) -> HttpResponse:
    """Show the form of a new account; sent, open the account and go to it."""
    visit = open_desk_visit(request)
    # Whoever opens an account mostly goes on looking after it.
    representative = {"representative_name": visit.colleague.name, "representative_email": visit.colleague.email}
    currency_codes = currencies()
    # The usual choice is filled in, because the currency of an account never changes.
    currency = "EUR" if "EUR" in currency_codes or not currency_codes else currency_codes[0]
    defaults = {"currency": currency, "time_zone": "Europe/Paris", "locale": "en", "tax_rate": "20"}
    choices = {"account_type": account_types(visit.policy), "currency": [(code, code) for code in currency_codes]}
    form, problem = OpenForm(posted_fields(request), initial={**representative, **defaults}, choices=choices), ""
    if form.is_valid():
        try:
            account_id = _open_account(visit, form.cleaned_data)
            _tell_owner(visit, form.cleaned_data["owner_email"], form.cleaned_data["name"])
            return redirect_to("subscription", account_id)
        except Problem as refusal:
            problem = visit.message(refusal)
    content = {
        "form": form,
        "problem": problem,
        "may_open": visit.may("open_accounts"),
        "why_not": visit.explain("open_accounts"),
    }
    status = 422 if form.errors else 409 if problem else 200 if content["may_open"] else 403
    return render_desk_page(request, visit, "desk", "open", content, status=status)


def _open_account(visit: DeskVisit, fields: dict[str, Any]) -> UUID:
    representative_email = fields["representative_email"]
    names = ("name", "account_type", "currency", "time_zone", "locale", "owner_name", "owner_email")
    return open_account(
        visit.policy,
        **{field: fields[field] for field in names},
        representative=(fields["representative_name"] or representative_email, representative_email)
        if representative_email
        else None,
        # Staff of sandboxes can open nothing else, whatever the form says.
        sandbox=fields["sandbox"] or visit.colleague.sandbox,
        clock=None,
        tax=fields["tax_rate"],
        actor=visit.colleague.actor,
        now=visit.now,
    )


def _tell_owner(visit: DeskVisit, email: str, account: str) -> None:
    """Tell the owner of a new account that it is open, and how they sign in."""
    person = Person.objects.get(email=email.lower())
    with translation.override(person.locale):
        subject = _("The account {account} is open").format(account=account)
        paragraphs = [
            _("You are its owner."),
            _("You sign in by a link to this address, until you choose a password or add a passkey."),
        ]
        # A line break in the name of an account would break the header of the email.
        subject = " ".join(subject.split())
        email_content = write_personal_email(person.locale, subject, paragraphs, _("Sign in"), "/sign-in/link")
    queue_personal_email(person, email_content, now=visit.now)


def _account_row(visit: DeskVisit, account: AccountRow) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "type": account_type_name(visit.policy, account.account_type),
        "state": "" if account.state == State.ACTIVE else state(account.state),
        "is_sandbox": account.sandbox,
        "owner": account.owner_name,
        "email": account.owner_email,
        "representative": account.representative_name,
    }
