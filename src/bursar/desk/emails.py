"""Show an account's emails, their addresses and results to staff, who send failed emails again from here."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bursar.center.form_fields import read_uuid
from bursar.center.visit import Visit, open_visit
from bursar.core.messages.problem import Problem
from bursar.i18n import money
from bursar.notices.queries import EmailRow, UntoldFact, emails, not_told
from bursar.notices.sending import RESEND_CAPABILITY, send_again

PAGE: Final = 50
STATES: Final = ("waiting", "sent", "failed", "outbox")


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the emails that match the filters, the newest first."""
    return _page(request, _staff_visit(request, account_id))


@require_POST
def again(request: HttpRequest, account_id: UUID, email_id: UUID) -> HttpResponse:
    """Send an email that failed once more, and show the same emails as before."""
    visit = _staff_visit(request, account_id)
    try:
        is_sent = send_again(visit.policy, account_id, email_id, actor=visit.actor, now=visit.now)
    except Problem as problem:
        return _page(request, visit, problem=visit.message(problem))
    sentence = (
        _("The email is sent again.") if is_sent else _("The email is kept in the outbox, as all emails here are.")
    )
    # Where no mail server is set any more, the email is kept in place of being sent.
    messages.success(request, sentence)
    # The same list again: whoever sends one email again often sends several.
    return HttpResponseRedirect(f"{reverse('desk_emails', args=[account_id])}?{urlencode(_read_filters(request))}")


def _staff_visit(request: HttpRequest, account_id: UUID) -> Visit:
    """Return the visit of staff who may see the account. Errors: SignInNeeded, Http404, PageClosed."""
    visit = open_visit(request, account_id)
    if not visit.is_staff:
        raise Http404
    visit.require("desk_emails", "view_subscription")
    return visit


def _read_filters(request: HttpRequest) -> dict[str, str]:
    """Return the filters of the address that have a meaning."""
    q, state = (request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "state"))
    return {"q": q, "state": state if state in STATES else ""}


def _page(request: HttpRequest, visit: Visit, problem: str = "") -> HttpResponse:
    filters = _read_filters(request)
    before = read_uuid(request.GET.get("before", ""))
    listed = emails(visit.id, address=filters["q"], state=filters["state"], before=before, limit=PAGE + 1)
    decision = visit.decide(RESEND_CAPABILITY)
    any_failed = any(email.state == "failed" for email in listed[:PAGE])
    content = {
        **visit.frame("desk_emails"),
        "problem": problem,
        "emails": [_email_row(visit, email) for email in listed[:PAGE]],
        "next_page": urlencode({**filters, "before": str(listed[PAGE - 1].id)}) if len(listed) > PAGE else "",
        "unreported": [_unreported_row(visit, email) for email in not_told(visit.now, PAGE, visit.id)],
        "filters": filters,
        "filter_query": urlencode(filters),
        "is_filtered": any(filters.values()),
        "state_choices": [("", _("every state")), *((state, _state_name(state)) for state in STATES)],
        "may_send_again": decision.reason is None,
        "why_not": visit.explain(decision) if any_failed else "",
    }
    return render(request, "desk/emails.html", content, status=409 if problem else 200)


def _email_row(visit: Visit, email: EmailRow) -> dict[str, Any]:
    return {
        "id": email.id,
        "at": visit.real_time(email.at),
        "name": email.name,
        "address": email.address,
        "subject": email.subject,
        "is_failed": email.state == "failed",
        "is_waiting": email.state == "waiting",
        "state": _state_name(email.state),
        "details": _details(visit, email),
        "failure": email.failure,
    }


def _unreported_row(visit: Visit, email: UntoldFact) -> dict[str, Any]:
    """Return a fact about which no email could be written, how often it was tried, and when it is tried again."""
    tries_text = ngettext("after {count} try", "after {count} tries", email.tries).format(
        count=money.number(email.tries)
    )
    next_try = visit.real_time(email.due_at)
    return {
        "on": money.day(email.on),
        "kind": email.kind,
        "failure": email.failure,
        "state": _("given up")
        if email.given_up
        else _("{tried}, again on {moment}").format(tried=tries_text, moment=next_try),
    }


def _state_name(code: str) -> str:
    names = {
        "waiting": _("waiting"),
        "sent": _("sent"),
        "failed": _("failed"),
        "outbox": _("kept in the outbox"),
    }
    return names[code]


def _details(visit: Visit, email: EmailRow) -> str:
    """Return when an email was sent, or how often it was tried and when it is tried again."""
    if email.sent_at is not None:
        return visit.real_time(email.sent_at)
    if not email.tries:
        return ""
    tries_text = ngettext("after {count} try", "after {count} tries", email.tries).format(
        count=money.number(email.tries)
    )
    if email.state == "failed":
        return tries_text
    next_try = visit.real_time(email.due_at)
    return _("{tried}, again on {moment}").format(tried=tries_text, moment=next_try)
