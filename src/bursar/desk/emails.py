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

from bursar.center.visit import Visit, visit
from bursar.core.messages.problem import Problem
from bursar.desk.form_fields import uuid
from bursar.i18n import money
from bursar.notices.queries import EmailRow, UntoldFact, emails, not_told
from bursar.notices.sending import RESEND_CAPABILITY, send_again

PAGE: Final = 50
STATES: Final = ("waiting", "sent", "failed", "outbox")


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The emails that the filters leave, the newest first."""
    return _page(request, _reader(request, account_id))


@require_POST
def again(request: HttpRequest, account_id: UUID, email_id: UUID) -> HttpResponse:
    """Send an email that failed once more, and show the same emails as before."""
    seen = _reader(request, account_id)
    try:
        goes = send_again(seen.policy, account_id, email_id, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, problem=seen.said(problem))
    said = _("The email is sent again.") if goes else _("The email is kept in the outbox, as all emails here are.")
    messages.success(request, said)
    return HttpResponseRedirect(f"{reverse('desk_emails', args=[account_id])}?{urlencode(_chosen(request))}")


def _reader(request: HttpRequest, account_id: UUID) -> Visit:
    """The visit of one of the staff who sees the account. Errors: SignInFirst, Http404, Closed."""
    seen = visit(request, account_id)
    if not seen.staff:
        raise Http404
    seen.check("desk_emails", "view_subscription")
    return seen


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The filters that mean something, which travel in the address also where a form is sent."""
    q, state = (request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "state"))
    return {"q": q, "state": state if state in STATES else ""}


def _page(request: HttpRequest, seen: Visit, problem: str = "") -> HttpResponse:
    chosen = _chosen(request)
    before = uuid(request.GET.get("before", ""))
    found = emails(seen.id, address=chosen["q"], state=chosen["state"], before=before, limit=PAGE + 1)
    sending = seen.decide(RESEND_CAPABILITY)
    failed = any(one.state == "failed" for one in found[:PAGE])
    content = {
        **seen.frame("desk_emails"),
        "problem": problem,
        "emails": [_shown(seen, one) for one in found[:PAGE]],
        "following": urlencode({**chosen, "before": str(found[PAGE - 1].id)}) if len(found) > PAGE else "",
        "untold": [_untold(seen, one) for one in not_told(seen.now, PAGE, seen.id)],
        "chosen": chosen,
        "query": urlencode(chosen),
        "filtered": any(chosen.values()),
        "states": [("", _("every state")), *((state, _state(state)) for state in STATES)],
        "may": sending.reason is None,
        "why_not": seen.why_not(sending) if failed else "",
    }
    return render(request, "desk/emails.html", content, status=409 if problem else 200)


def _shown(seen: Visit, one: EmailRow) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": seen.real_moment(one.at),
        "name": one.name,
        "address": one.address,
        "subject": one.subject,
        "failed": one.state == "failed",
        "waits": one.state == "waiting",
        "state": _state(one.state),
        "more": _more(seen, one),
        "failure": one.failure,
    }


def _untold(seen: Visit, one: UntoldFact) -> dict[str, Any]:
    """A fact of which no email could be written, how often that was tried, and when it is tried again."""
    tried = ngettext("after {count} try", "after {count} tries", one.tries).format(count=money.number(one.tries))
    again = seen.real_moment(one.due_at)
    return {
        "on": money.day(one.on),
        "kind": one.kind,
        "failure": one.failure,
        "state": _("given up") if one.given_up else _("{tried}, again on {moment}").format(tried=tried, moment=again),
    }


def _state(code: str) -> str:
    names = {
        "waiting": _("waiting"),
        "sent": _("sent"),
        "failed": _("failed"),
        "outbox": _("kept in the outbox"),
    }
    return names[code]


def _more(seen: Visit, one: EmailRow) -> str:
    """When it was sent, or how often it was tried and when again."""
    if one.sent_at is not None:
        return seen.real_moment(one.sent_at)
    if not one.tries:
        return ""
    tried = ngettext("after {count} try", "after {count} tries", one.tries).format(count=money.number(one.tries))
    if one.state == "failed":
        return tried
    due = seen.real_moment(one.due_at)
    return _("{tried}, again on {moment}").format(tried=tried, moment=due)
