"""Show staff the accounts for which a step of the worker fails, and let it be tried again."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bursar.center.navigation import redirect_to
from bursar.desk.visit import DeskVisit, open_desk_visit, render_desk_page
from bursar.i18n import money
from bursar.jobs.parking import ParkedStep, parked, try_again

MOST: Final = 100


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the parked steps, those first that failed first."""
    visit = _visit_of_live_accounts(request)
    steps = parked(MOST + 1)
    content = {"steps": [_step_row(step) for step in steps[:MOST]], "has_more": len(steps) > MOST}
    return render_desk_page(request, visit, "desk_parked", "parked", content)


@require_POST
def again(request: HttpRequest, parked_id: UUID) -> HttpResponse:
    """Let the worker try a step again in its next round."""
    visit = _visit_of_live_accounts(request)
    if try_again(parked_id, now=visit.now):
        messages.success(request, _("The worker tries it again now. If it succeeds, it is no longer listed here."))
    else:
        messages.success(request, _("It has succeeded meanwhile."))
    return redirect_to("desk_parked")


def _visit_of_live_accounts(request: HttpRequest) -> DeskVisit:
    """Return the visit of staff of live accounts, which alone are parked. Errors: SignInNeeded, Http404."""
    visit = open_desk_visit(request)
    if visit.colleague.sandbox:
        raise Http404
    return visit


def _step_row(step: ParkedStep) -> dict[str, Any]:
    return {
        "id": step.id,
        "account_id": step.account_id,
        "account": step.name,
        "step": _step_name(step.step),
        "reason": step.reason,
        "tries": ngettext("{count} try", "{count} tries", step.tries).format(count=money.number(step.tries)),
        "since": money.moment(step.since),
        "next_try": money.moment(step.due_at),
    }


def _step_name(step: str) -> str:
    names = {
        "finish": _("finish a payment or refund"),
        "renew": _("renew"),
        "collect": _("collect an invoice"),
        "expire": _("expire a request"),
        "look": _("check a request"),
        "remind": _("remind of a request"),
        "announce": _("announce a renewal or the end of a trial"),
    }
    return names[step]
