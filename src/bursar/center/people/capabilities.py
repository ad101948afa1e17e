"""Capabilities of this person on this account, each with its decision and the people to ask."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bursar.center.visit import Visit, open_visit, render_page
from bursar.core.policy.capability import CHANGING
from bursar.i18n.decision import capability, outcome

SUBSCRIPTION: Final = ("view_subscription", *CHANGING)
PAYMENT: Final = ("view_invoices", "pay_invoice", "manage_invoices", "change_payment_type")
PEOPLE: Final = ("manage_members", "appoint_billing_admins", "submit_requests", "review_requests")


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the decision of each capability for this person today."""
    visit = open_visit(request, account_id)
    groups = [
        {"name": _("The subscription"), "rows": _rows(visit, SUBSCRIPTION)},
        {"name": _("Payment and invoices"), "rows": _rows(visit, PAYMENT)},
        {"name": _("People"), "rows": _rows(visit, PEOPLE)},
    ]
    return render_page(request, visit, "capabilities", "capabilities", {"groups": groups})


def _rows(visit: Visit, codes: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = []
    for code in codes:
        decision = visit.decide(code)
        name = capability(code)
        rows.append(
            {
                # Not `capitalize`, which would also write the rest of the name small.
                "name": name[0].upper() + name[1:],
                "outcome": decision.outcome.value,
                "outcome_name": outcome(decision.outcome.value),
                "why_not": visit.explain(decision),
            }
        )
    return rows
