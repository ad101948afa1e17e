"""The outbox of a sandbox account: the emails that nobody gets, to be read."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bursar.center.visit import open_visit, render_page
from bursar.notices.queries import outbox

LISTED = 100


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the emails that a sandbox account would have sent, the newest first."""
    visit = open_visit(request, account_id)
    if not visit.customer.sandbox:
        raise Http404
    return render_page(request, visit, "outbox", "outbox", {"emails": outbox(account_id, LISTED)})
