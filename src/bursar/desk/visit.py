"""Visits of staff to the desk, and what they may do there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from bursar.center.navigation import current_time, signed_in_person
from bursar.center.sign_in.second_factor import require_second_factor
from bursar.center.visit import Link
from bursar.core.messages.problem import Problem
from bursar.core.policy.policy import Decision, Policy, decide_for_staff
from bursar.core.policy.refusal import Refused
from bursar.core.policy.staff import MANAGE_STAFF
from bursar.i18n.decision import staff_explanation, staff_role_name
from bursar.i18n.problem import message
from bursar.identity.staff import Colleague, colleague
from bursar.policy.queries import current


@dataclass(frozen=True)
class DeskVisit:
    """A visit of a member of staff to the desk, before they open an account."""

    colleague: Colleague
    policy: Policy
    now: datetime

    def decide(self, capability: str) -> Decision:
        """Return the decision about a capability."""
        return decide_for_staff(self.policy, self.colleague.actor, capability)

    def may(self, capability: str) -> bool:
        """Return true if they have the capability."""
        return self.decide(capability).reason is None

    def explain(self, capability: str) -> str:
        """Return why they may not, and the colleagues to ask; empty if they may."""
        return staff_explanation(self.decide(capability), self.policy, self.colleague.actor)

    def message(self, problem: Problem) -> str:
        """Return a problem in words."""
        if isinstance(problem, Refused):
            return staff_explanation(problem.decision, self.policy, self.colleague.actor)
        return message(problem)

    def frame(self, current_page: str) -> dict[str, Any]:
        """Return the content of the frame of every page of the desk."""
        return {
            "person_name": self.colleague.name,
            "role": staff_role_name(self.policy, self.colleague.role),
            "links": tuple(self._links(current_page)),
            "sandbox_only": self.colleague.sandbox,
        }

    def _links(self, current_page: str) -> Iterator[Link]:
        for page, name, is_open in (
            ("desk", _("Accounts"), True),
            ("desk_staff", _("Staff"), True),
            ("desk_parked", _("Parked"), not self.colleague.sandbox),
            ("desk_keys", _("Keys"), self.may(MANAGE_STAFF) and not self.colleague.sandbox),
        ):
            if is_open:
                yield Link(reverse(page), name, page == current_page)


def open_desk_visit(request: HttpRequest) -> DeskVisit:
    """Return the visit of the person who is signed in; for people who are not staff there is no desk.

    Errors: SignInNeeded, SecondFactorNeeded, Http404.
    """
    person = signed_in_person(request)
    staff_member = colleague(person.pk)
    if staff_member is None:
        raise Http404
    require_second_factor(request, person, staff_member)
    return DeskVisit(staff_member, current(), current_time())


def render_desk_page(
    request: HttpRequest,
    visit: DeskVisit,
    current_page: str,
    template: str,
    content: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Return a page of the desk inside its frame."""
    return render(request, f"desk/{template}.html", {**visit.frame(current_page), **content}, status=status)
