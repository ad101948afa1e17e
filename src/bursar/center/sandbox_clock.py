"""The sandbox bar: move the clock of the account, and do what falls due on the way."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bursar.center.forms import ClockForm
from bursar.center.navigation import redirect_back
from bursar.center.visit import PageClosed, open_visit
from bursar.core.messages.problem import Problem
from bursar.core.policy.sandbox_clock import NotTheirClock
from bursar.i18n import money
from bursar.jobs.steps import move


@require_POST
def forward(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Move the clock to a day. Errors: PageClosed if the person may not move it."""
    visit = open_visit(request, account_id)
    form = ClockForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.error_of("to"))
        return redirect_back(request)
    day: date = form.cleaned_data["to"]
    try:
        move(account_id, day, actor=visit.actor, now=visit.now)
        messages.success(request, _("The clock now stands at {day}.").format(day=money.day(day)))
    except NotTheirClock as problem:
        raise PageClosed(visit, "subscription", visit.message(problem)) from None
    except Problem as problem:
        messages.error(request, visit.message(problem))
    return redirect_back(request)
