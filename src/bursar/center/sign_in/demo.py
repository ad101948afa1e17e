"""The demo's sign-in: choose who you are. It exists only where BURSAR_DEMO says so, and only for sandbox people."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from bursar.accounts.queries import Customer, sandboxes
from bursar.accounts.sandbox import only_in_sandboxes, people_to_lend, those_only_in_sandboxes
from bursar.center.people.capabilities import PAYMENT, SUBSCRIPTION
from bursar.center.sign_in.adapter import let_in
from bursar.center.sign_in.proof import SANDBOX
from bursar.center.visit import remember_language, to
from bursar.core.policy.capability import DESK
from bursar.core.policy.policy import Member, Outcome, Policy, decide, decide_for_staff
from bursar.i18n.decision import account_type_name, role_name, staff_role_name, summed_up
from bursar.identity.models import Person
from bursar.identity.staff import Colleague, colleague, staff
from bursar.policy.queries import NoPolicy, current

MOST: Final = 12
UNSAID: Final = ("view_subscription", "view_invoices", "add_temporary_seats")
"""What everybody in charge sees, and what few types of account have: owners without it do everything all the same."""
DOING: Final = tuple(one for one in (*SUBSCRIPTION, *PAYMENT) if one not in UNSAID)


def cast(now: datetime) -> list[dict[str, Any]]:
    """The sandbox accounts with their people, and in a line what each can do; nothing where this is no demo."""
    if not settings.DEMO:
        return []
    try:
        policy = current()
    except NoPolicy:
        return []
    found = sandboxes(MOST)
    lent = people_to_lend([member.id for one in found for member in one.account.members])
    return [
        {
            "name": one.name,
            "type": account_type_name(policy, one.account.account_type),
            "people": [_person(policy, one, member, now) for member in one.account.members if member.id in lent],
        }
        for one in found
    ]


def crew() -> list[dict[str, Any]]:
    """The staff of the sandboxes, and in a line what each can do; nothing where this is no demo."""
    if not settings.DEMO:
        return []
    try:
        policy = current()
    except NoPolicy:
        return []
    serving = staff(sandbox=True)
    lent = those_only_in_sandboxes([one.id for one in serving])
    return [_colleague(policy, one) for one in serving if one.id in lent]


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the people of the demo, or of its staff."""
    if not settings.DEMO:
        raise Http404
    if "colleague" in request.POST:
        wanted = _id(request.POST["colleague"])
        person_id = wanted if colleague(wanted) is not None and only_in_sandboxes(wanted) else None
    else:
        wanted = _id(request.POST.get("member", ""))
        person_id = people_to_lend([wanted]).get(wanted)
    if person_id is None:
        raise Http404
    person = Person.objects.get(pk=person_id)
    let_in(request, person, SANDBOX)
    return remember_language(to("home"), get_language() or person.locale)


def _person(policy: Policy, customer: Customer, member: Member, now: datetime) -> dict[str, Any]:
    on = customer.today(now)
    made = {one: decide(policy, customer.account, member, one, on).outcome for one in DOING}
    view = decide(policy, customer.account, member, "view_subscription", on).outcome is Outcome.ALLOWED
    return {
        "id": member.id,
        "name": member.name,
        "role": role_name(policy, member.role),
        "may": summed_up(
            [one for one, outcome in made.items() if outcome is Outcome.ALLOWED],
            [one for one, outcome in made.items() if outcome is Outcome.BY_REQUEST],
            DOING,
        ),
        "view": view,
    }


def _colleague(policy: Policy, one: Colleague) -> dict[str, Any]:
    allowed = [what for what in (*DOING, *DESK) if decide_for_staff(policy, one.actor, what).reason is None]
    return {
        "id": one.id,
        "name": one.name,
        "role": staff_role_name(policy, one.role),
        "may": summed_up(allowed, [], (*DOING, *DESK)),
    }


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Http404 from None
