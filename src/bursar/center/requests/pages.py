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
from bursar.center.forms import AskForm, RejectForm
from bursar.center.manage.accepting import answer_order
from bursar.center.manage.page import asking, check_sees, confirming, not_done, save_quote
from bursar.center.manage.subscription import waiting
from bursar.center.requests.summaries import summarized, summed_up
from bursar.center.visit import Visit, shown, to, visit
from bursar.checkout import NeededTooEarly, QuoteExpired, ReasonNeeded, basis, context, edits_of, preview_request
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.ordering.approval import approvers
from bursar.core.ordering.ceilings import Confirm
from bursar.core.ordering.content import digest, read_quote
from bursar.core.ordering.request import RequestClosed, costs_differ
from bursar.i18n import money
from bursar.i18n.decision import people
from bursar.i18n.history import Story
from bursar.i18n.limit import asked_once_more
from bursar.i18n.request import changed, overtaken, request_state, reviewers
from bursar.subscriptions.queries import RequestRow, agreement, quote, request
from bursar.subscriptions.queries import requests as requests_of

LISTED = 100


@require_safe
def listing(http: HttpRequest, account_id: UUID) -> HttpResponse:
    """List the requests of the account, the newest first."""
    seen = visit(http, account_id)
    seen.check("requests", "view_subscription")
    rows = [
        {
            "id": row.id,
            "name": row.name,
            "on": _on(seen, row),
            "edits": [edit.said for edit in (*quote.today, *quote.later)],
            "standing": request_state(row.status.at(seen.customer.moment(seen.now))),
        }
        for row, quote in summed_up(seen, requests_of(account_id, before=None, limit=LISTED))
    ]
    return shown(http, seen, "requests", "requests", {"requests": rows})


@require_POST
def ask(http: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """Submit a quote as a request, with its reason and the day by which it is needed."""
    seen = visit(http, account_id)
    form = asking(seen, http.POST)
    if not form.is_valid():
        check_sees(seen, edits_of(seen.customer, quote(account_id, quote_id)))
        return _asking(http, seen, quote_id, form, status=422)
    try:
        request_id = checkout.submit(account_id, quote_id=quote_id, **form.cleaned_data, actor=seen.actor, now=seen.now)
    except QuoteExpired:
        renewed = save_quote(seen, edits_of(seen.customer, quote(account_id, quote_id)))
        return _asking(http, seen, renewed, form, before=quote_id)
    except checkout.Stale as stale:
        return _asking(http, seen, stale.quote_id, form, before=quote_id)
    except NeededTooEarly as problem:
        form.add_error("needed_by", seen.said(problem))
        return _asking(http, seen, quote_id, form, status=422)
    except NotFound:
        raise
    except Problem as problem:
        return _asking(http, seen, quote_id, form, problem=seen.said(problem))
    return to("request", account_id, request_id)


def _asking(
    http: HttpRequest,
    seen: Visit,
    quote_id: UUID,
    form: AskForm,
    *,
    before: UUID | None = None,
    status: int = 409,
    problem: str = "",
) -> HttpResponse:
    """Return the page of a request that was not sent, with what was typed and why."""
    content = confirming(seen, quote_id, agreement(seen.id).timeline, before) | {"form": form, "problem": problem}
    return shown(http, seen, "subscription", "confirm", content, status=status)


@require_safe
def page(http: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Show a request: its member, its edits, its price today, and what this person may do with it."""
    seen = visit(http, account_id)
    seen.check("requests", "view_subscription")
    return _page(http, seen, request(account_id, request_id))


@require_POST
def approve(http: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Approve the request as it was shown, or show what has changed since."""
    seen = visit(http, account_id)

    def act() -> checkout.Result:
        shown_digest = http.POST.get("digest", "")
        confirmed = "confirm" in http.POST
        return checkout.approve(
            account_id, request_id, digest=shown_digest, confirmed=confirmed, actor=seen.actor, now=seen.now
        )

    try:
        return answer_order(http, seen, act, request_id=request_id)
    except Confirm as ceiling:
        return _page(http, seen, request(account_id, request_id), once_more=asked_once_more(ceiling), status=409)
    except checkout.Stale:
        messages.warning(http, _("Figures have changed meanwhile; look at them again. Nothing was changed yet."))
        return to("request", account_id, request_id)
    except RequestClosed as problem:
        return _too_late(http, seen, request_id, problem)


@require_POST
def reject(http: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Reject the request, with a reason."""
    seen = visit(http, account_id)
    form = RejectForm(http.POST)
    if not form.is_valid():
        seen.check("requests", "view_subscription")
        return _page(http, seen, request(account_id, request_id), form, status=422)
    try:
        checkout.reject(account_id, request_id, **form.cleaned_data, actor=seen.actor, now=seen.now)
    except ReasonNeeded as problem:
        form.add_error("reason", seen.said(problem))
        return _page(http, seen, request(account_id, request_id), form, status=422)
    except NotFound:
        raise
    except RequestClosed as problem:
        return _too_late(http, seen, request_id, problem, form)
    except Problem as problem:
        seen.check("requests", "view_subscription")
        row = request(account_id, request_id)
        return _page(http, seen, row, form, problem=seen.said(problem), status=409)
    return to("request", account_id, request_id)


@require_POST
def withdraw(http: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Withdraw your own request."""
    seen = visit(http, account_id)
    try:
        checkout.withdraw(account_id, request_id, actor=seen.actor, now=seen.now)
    except NotFound:
        raise
    except RequestClosed as problem:
        return _too_late(http, seen, request_id, problem)
    except Problem as problem:
        return not_done(http, seen, seen.said(problem))
    return to("request", account_id, request_id)


def _too_late(
    http: HttpRequest, seen: Visit, request_id: UUID, problem: RequestClosed, form: RejectForm | None = None
) -> HttpResponse:
    """Return the page of a request that is already closed, with what was typed meanwhile."""
    seen.check("requests", "view_subscription")
    return _page(http, seen, request(seen.id, request_id), form, problem=seen.said(problem), status=409)


def _page(
    http: HttpRequest,
    seen: Visit,
    row: RequestRow,
    form: RejectForm | None = None,
    *,
    problem: str = "",
    once_more: str = "",
    status: int = 200,
) -> HttpResponse:
    state = row.status.at(seen.customer.moment(seen.now))
    [(_row, request_summary)] = summed_up(seen, [row])
    content: dict[str, Any] = {
        "request_row": row,
        "state": state,
        "standing": request_state(state),
        "on": _on(seen, row),
        "waits": _waits(seen, row),
        "needed_by": money.day(row.needed_by) if row.needed_by else "",
        "until": money.day(seen.day(row.expires_at)),
        "closed": _closed(seen, row),
        "asked": request_summary,
        "form": form or RejectForm(),
        "problem": problem,
        "once_more": once_more,
        "review": False,
        "mine": row.member_id == seen.actor.id,
        "waiting": waiting(seen) if state == "open" else None,
    }
    if state == "open":
        content |= _today(seen, row)
    return shown(http, seen, "requests", "request", content, status=status)


def _today(seen: Visit, row: RequestRow) -> dict[str, Any]:
    """Return an open request's quote of today for this person, and what they may do about it."""
    review, now = seen.may("review_requests"), basis(seen.customer, seen.policy)
    why_not = "" if review else _who_approves(seen, row)
    moved = changed(row.basis.differences(now), seen.policy, row.account_type, seen.customer.account.account_type)
    content = {"review": review, "moved": moved}
    try:
        preview = preview_request(seen.customer, row, seen.actor, seen.policy, seen.now)
    except Problem as problem:
        return {**content, "why_not": why_not or seen.said(problem)}
    refusal = preview.refusal()
    return {
        **content,
        "approve": review and refusal is None,
        "why_not": why_not or (seen.why_not(refusal) if refusal else ""),
        "today": summarized(seen, preview, agreement(seen.id).timeline, current_catalog()),
        "differs": costs_differ(read_quote(row.content), preview),
        "digest": digest(preview),
    }


def _who_approves(seen: Visit, row: RequestRow) -> str:
    """Return who could approve a request today, or who decides if nobody can at the moment."""
    edits = edits_of(seen.customer, quote(seen.id, row.quote_id))
    able = approvers(context(seen.customer, seen.today, seen.policy), edits, seen.today)
    if able:
        return _("{people} can approve it.").format(people=people(able, seen.policy))
    return reviewers(seen.decide("review_requests"), seen.policy)


def _closed(seen: Visit, row: RequestRow) -> Mapping[str, Any] | None:
    """Return when and by whom a request was closed, and their answer."""
    if row.closed_at is None:
        return None
    story = Story(names_by_id(seen.id), seen.policy, current_catalog(), prices=False, invoices=False)
    return {
        "on": money.day(seen.day(row.closed_at)),
        "own": row.closed_by_id == row.member_id,
        "by": "" if row.closed_by_kind == "system" else story.who(row.closed_by_kind or "", row.closed_by_id),
        "reason": row.answer,
        "overtaken": overtaken(row.cause) if row.cause else "",
        "take": row.order_id,
    }


def _on(seen: Visit, row: RequestRow) -> str:
    return money.day(seen.day(row.created_at))


def _waits(seen: Visit, row: RequestRow) -> str:
    """Return how long a request has waited."""
    days = (seen.today - seen.day(row.created_at)).days
    return _("today") if days == 0 else ngettext("{count} day ago", "{count} days ago", days).format(count=days)
