"""Requests: submit one, and approve, reject or withdraw it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bursar import checkout
from bursar.accounts.queries import names_by_id
from bursar.catalog.queries import current as current_catalog
from bursar.center.forms import RejectForm, RequestForm
from bursar.center.manage.accepting import carry_out_order
from bursar.center.manage.page import confirm_content, render_not_done, request_form, require_view_of_edits, save_quote
from bursar.center.manage.subscription import waiting_payment
from bursar.center.navigation import redirect_to
from bursar.center.requests.summaries import request_summary, requests_with_summaries
from bursar.center.visit import Visit, open_visit, render_page
from bursar.checkout import NeededTooEarly, QuoteExpired, ReasonNeeded, basis, context, edits_of, preview_request
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.ordering.approval import approvers
from bursar.core.ordering.ceilings import ConfirmationNeeded
from bursar.core.ordering.content import digest, read_quote
from bursar.core.ordering.request import RequestClosed, costs_differ
from bursar.i18n import money
from bursar.i18n.decision import people
from bursar.i18n.history import Story
from bursar.i18n.limit import ceiling_warning
from bursar.i18n.request import differences_in_words, overtaken_in_words, request_state, reviewers
from bursar.subscriptions.queries import RequestRow, agreement, quote, request
from bursar.subscriptions.queries import requests as requests_of_account

LISTED = 100


@require_safe
def listing(http: HttpRequest, account_id: UUID) -> HttpResponse:
    """List the requests of the account, the newest first."""
    visit = open_visit(http, account_id)
    visit.require("requests", "view_subscription")
    rows = [
        {
            "id": row.id,
            "name": row.name,
            "on": _asked_on(visit, row),
            "edits": [edit.text for edit in (*quote.today, *quote.later)],
            "state_name": request_state(row.status.at(visit.customer.moment(visit.now))),
        }
        for row, quote in requests_with_summaries(visit, requests_of_account(account_id, before=None, limit=LISTED))
    ]
    return render_page(http, visit, "requests", "requests", {"requests": rows})


@require_POST
def submit(http: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """Submit a quote as a request, with its reason and the day by which it is needed."""
    visit = open_visit(http, account_id)
    form = request_form(visit, http.POST)
    if not form.is_valid():
        require_view_of_edits(visit, edits_of(visit.customer, quote(account_id, quote_id)))
        return _render_not_submitted(http, visit, quote_id, form, status=422)
    try:
        request_id = checkout.submit(
            account_id, quote_id=quote_id, **form.cleaned_data, actor=visit.actor, now=visit.now
        )
    except QuoteExpired:
        # What is asked for is sent with figures of today, beside those that the member saw.
        new_quote_id = save_quote(visit, edits_of(visit.customer, quote(account_id, quote_id)))
        return _render_not_submitted(http, visit, new_quote_id, form, before=quote_id)
    except checkout.Stale as stale:
        return _render_not_submitted(http, visit, stale.quote_id, form, before=quote_id)
    except NeededTooEarly as problem:
        form.add_error("needed_by", visit.message(problem))
        return _render_not_submitted(http, visit, quote_id, form, status=422)
    # NotFound is a Problem too, but the middleware has a page of its own for it.
    except NotFound:
        raise
    except Problem as problem:
        return _render_not_submitted(http, visit, quote_id, form, problem=visit.message(problem))
    return redirect_to("request", account_id, request_id)


def _render_not_submitted(
    http: HttpRequest,
    visit: Visit,
    quote_id: UUID,
    form: RequestForm,
    *,
    before: UUID | None = None,
    status: int = 409,
    problem: str = "",
) -> HttpResponse:
    """Return the page of a request that was not sent, with what was typed and why."""
    content = confirm_content(visit, quote_id, agreement(visit.id).timeline, before) | {
        "form": form,
        "problem": problem,
    }
    return render_page(http, visit, "subscription", "confirm", content, status=status)


@require_safe
def page(http: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Show a request: its member, its edits, its price today, and what this person may do with it."""
    visit = open_visit(http, account_id)
    visit.require("requests", "view_subscription")
    return _page(http, visit, request(account_id, request_id))


@require_POST
def approve(http: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Approve the request as it was shown, or show what has changed since."""
    visit = open_visit(http, account_id)

    def act() -> checkout.Result:
        # The digest stands for the figures on the reviewer's page; if others hold by now, they are shown first.
        digest_shown = http.POST.get("digest", "")
        confirmed = "confirm" in http.POST
        return checkout.approve(
            account_id, request_id, digest=digest_shown, confirmed=confirmed, actor=visit.actor, now=visit.now
        )

    try:
        return carry_out_order(http, visit, act, request_id=request_id)
    except ConfirmationNeeded as ceiling:
        return _page(http, visit, request(account_id, request_id), ceiling_warning=ceiling_warning(ceiling), status=409)
    except checkout.Stale:
        messages.warning(http, _("Figures have changed meanwhile; look at them again. Nothing was changed yet."))
        return redirect_to("request", account_id, request_id)
    except RequestClosed as problem:
        return _render_closed(http, visit, request_id, problem)


@require_POST
def reject(http: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Reject the request, with a reason."""
    visit = open_visit(http, account_id)
    form = RejectForm(http.POST)
    if not form.is_valid():
        visit.require("requests", "view_subscription")
        return _page(http, visit, request(account_id, request_id), form, status=422)
    try:
        checkout.reject(account_id, request_id, **form.cleaned_data, actor=visit.actor, now=visit.now)
    except ReasonNeeded as problem:
        form.add_error("reason", visit.message(problem))
        return _page(http, visit, request(account_id, request_id), form, status=422)
    except NotFound:
        raise
    except RequestClosed as problem:
        return _render_closed(http, visit, request_id, problem, form)
    except Problem as problem:
        visit.require("requests", "view_subscription")
        row = request(account_id, request_id)
        return _page(http, visit, row, form, problem=visit.message(problem), status=409)
    return redirect_to("request", account_id, request_id)


@require_POST
def withdraw(http: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Withdraw your own request."""
    visit = open_visit(http, account_id)
    try:
        checkout.withdraw(account_id, request_id, actor=visit.actor, now=visit.now)
    except NotFound:
        raise
    except RequestClosed as problem:
        return _render_closed(http, visit, request_id, problem)
    except Problem as problem:
        return render_not_done(http, visit, visit.message(problem))
    return redirect_to("request", account_id, request_id)


def _render_closed(
    http: HttpRequest, visit: Visit, request_id: UUID, problem: RequestClosed, form: RejectForm | None = None
) -> HttpResponse:
    """Return the page of a request that is already closed, with what was typed meanwhile."""
    visit.require("requests", "view_subscription")
    return _page(http, visit, request(visit.id, request_id), form, problem=visit.message(problem), status=409)


def _page(
    http: HttpRequest,
    visit: Visit,
    row: RequestRow,
    form: RejectForm | None = None,
    *,
    problem: str = "",
    ceiling_warning: str = "",
    status: int = 200,
) -> HttpResponse:
    state = row.status.at(visit.customer.moment(visit.now))
    [(_row, request_summary)] = requests_with_summaries(visit, [row])
    content: dict[str, Any] = {
        "request_row": row,
        "state": state,
        "state_name": request_state(state),
        "on": _asked_on(visit, row),
        "asked_ago": _asked_ago(visit, row),
        "needed_by": money.day(row.needed_by) if row.needed_by else "",
        "until": money.day(visit.day_of(row.expires_at)),
        "closing": _closing_content(visit, row),
        "summary_when_asked": request_summary,
        "form": form or RejectForm(),
        "problem": problem,
        "ceiling_warning": ceiling_warning,
        "may_review": False,
        "is_own": row.member_id == visit.actor.id,
        "waiting_payment": waiting_payment(visit) if state == "open" else None,
    }
    if state == "open":
        content |= _review_content(visit, row)
    return render_page(http, visit, "requests", "request", content, status=status)


def _review_content(visit: Visit, row: RequestRow) -> dict[str, Any]:
    """Return an open request's quote of today for this person, and what they may do about it."""
    may_review, now = visit.may("review_requests"), basis(visit.customer, visit.policy)
    why_not = "" if may_review else _approvers_sentence(visit, row)
    differences = differences_in_words(
        row.basis.differences(now), visit.policy, row.account_type, visit.customer.account.account_type
    )
    content = {"may_review": may_review, "differences": differences}
    try:
        preview = preview_request(visit.customer, row, visit.actor, visit.policy, visit.now)
    except Problem as problem:
        return {**content, "why_not": why_not or visit.message(problem)}
    refusal = preview.refusal()
    return {
        **content,
        "may_approve": may_review and refusal is None,
        "why_not": why_not or (visit.explain(refusal) if refusal else ""),
        "summary_today": request_summary(visit, preview, agreement(visit.id).timeline, current_catalog()),
        "costs_differ": costs_differ(read_quote(row.content), preview),
        "digest": digest(preview),
    }


def _approvers_sentence(visit: Visit, row: RequestRow) -> str:
    """Return who could approve a request today, or who decides if nobody can at the moment."""
    edits = edits_of(visit.customer, quote(visit.id, row.quote_id))
    able_members = approvers(context(visit.customer, visit.today, visit.policy), edits, visit.today)
    if able_members:
        return _("{people} can approve it.").format(people=people(able_members, visit.policy))
    return reviewers(visit.decide("review_requests"), visit.policy)


def _closing_content(visit: Visit, row: RequestRow) -> Mapping[str, Any] | None:
    """Return when and by whom a request was closed, and their answer."""
    if row.closed_at is None:
        return None
    # Only names of people are taken from it; neither prices nor invoices are told here.
    names = names_by_id(visit.id, [row.closed_by_id] if row.closed_by_id else [])
    story = Story(names, visit.policy, current_catalog(), prices=False, invoices=False)
    return {
        "on": money.day(visit.day_of(row.closed_at)),
        "by_requester": row.closed_by_id == row.member_id,
        "by": "" if row.closed_by_kind == "system" else story.who(row.closed_by_kind or "", row.closed_by_id),
        "reason": row.answer,
        "overtaken": overtaken_in_words(row.cause) if row.cause else "",
        "order_id": row.order_id,
    }


def _asked_on(visit: Visit, row: RequestRow) -> str:
    return money.day(visit.day_of(row.created_at))


def _asked_ago(visit: Visit, row: RequestRow) -> str:
    """Return how long a request has waited."""
    days = (visit.today - visit.day_of(row.created_at)).days
    return _("today") if days == 0 else ngettext("{count} day ago", "{count} days ago", days).format(count=days)
