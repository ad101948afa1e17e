"""Visits: a signed-in person, the account whose pages they see, and what they may do there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from bursar.accounts.locked_account import admit
from bursar.accounts.queries import Customer, customer, inactive_membership, memberships
from bursar.catalog.queries import current as current_catalog
from bursar.center.navigation import current_time, signed_in_person
from bursar.center.sign_in.second_factor import require_second_factor
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.ordering.decision import decide_undo
from bursar.core.policy.policy import Actor, Decision, Member, Outcome, Policy, Reason, Vendor, decide, shows_costs
from bursar.core.policy.refusal import Refused
from bursar.core.policy.sandbox_clock import may_move_clock
from bursar.core.policy.staff import can_act_on
from bursar.core.subscription.subscription import Change
from bursar.i18n import money
from bursar.i18n.decision import (
    account_type_name,
    explanation,
    no_changes_explanation,
    role_name,
    sentence,
    staff_role_name,
    whom_to_ask,
)
from bursar.i18n.problem import message
from bursar.identity.models import Person
from bursar.identity.staff import colleague
from bursar.policy.queries import current

RETURN_TO: Final = "return_to"
"""The session's entry with the address in the vendor's product that each account was entered from."""


class PageClosed(Exception):
    """Raised where a page is closed to the person; `explanation` gives the reason and the people to ask."""

    def __init__(self, visit: "Visit", page: str, explanation: str) -> None:
        super().__init__()
        self.visit, self.page, self.explanation = visit, page, explanation


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another page; `is_current` marks the page that is open."""

    href: str
    name: str
    is_current: bool = False


@dataclass(frozen=True)
class Visit:
    """A visit of a person to an account, as one of its members or as staff."""

    customer: Customer
    actor: Actor
    name: str
    policy: Policy
    now: datetime
    accounts: tuple[tuple[UUID, str], ...]

    @property
    def id(self) -> UUID:
        """Return the account's id."""
        return self.customer.id

    @property
    def is_staff(self) -> bool:
        """Return true if the visitor is staff."""
        return isinstance(self.actor, Vendor)

    @property
    def today(self) -> date:
        """Return the account's own day."""
        # A sandbox has a clock of its own, so its day may be another than that of the calendar.
        return self.customer.today(self.now)

    def day_of(self, instant: datetime) -> date:
        """Return the account's day at an instant."""
        return instant.astimezone(self.customer.zone).date()

    def real_day(self, instant: datetime) -> str:
        """Return a real day in words; a sandbox, which has a clock of its own, adds that it is real."""
        return self._real_time(money.day(self.day_of(instant)))

    def real_time(self, instant: datetime) -> str:
        """Return a real instant in words; a sandbox adds that it is real."""
        return self._real_time(money.moment(instant.astimezone(self.customer.zone)))

    def _real_time(self, when: str) -> str:
        return _("{when}, in real time").format(when=when) if self.customer.sandbox else when

    @property
    def currency(self) -> str:
        """Return the account's currency."""
        return self.customer.account.currency

    def decide(self, capability: str) -> Decision:
        """Return the decision about a capability."""
        return decide(self.policy, self.customer.account, self.actor, capability, self.today)

    def may(self, capability: str) -> bool:
        """Return true if the person has the capability at once."""
        return self.decide(capability).outcome is Outcome.ALLOWED

    def may_at_least_request(self, capability: str) -> bool:
        """Return true if the person has the capability, at once or by request."""
        return self.decide(capability).outcome is not Outcome.REFUSED

    def decide_undo(self, change: Change) -> Decision:
        """Return the decision about undoing a scheduled change."""
        return decide_undo(self.policy, self.customer.account, self.actor, change, self.today)

    def explain(self, decision: Decision) -> str:
        """Return why a decision is not allowed and the people to ask; an empty text if it is allowed."""
        return explanation(decision, self.policy, self.customer.account, self.actor, self.today)

    def explain_all(self, decisions: Sequence[Decision]) -> tuple[str, ...]:
        """Return the reasons of several decisions, and after them once the people to ask."""
        account = self.customer.account
        reasons = [sentence(decision, self.policy, account, self.actor, self.today) for decision in decisions]
        return tuple(
            # Several capabilities are often refused for one reason and by the same people: each sentence stands once.
            filter(None, dict.fromkeys((*reasons, *(whom_to_ask(decision, self.policy) for decision in decisions))))
        )

    def message(self, problem: Problem) -> str:
        """Return a problem in words; a refusal with its reason and the people to ask."""
        return self.explain(problem.decision) if isinstance(problem, Refused) else message(problem, current_catalog())

    def explain_no_changes(self) -> str:
        """Return why the person may change nothing of the subscription, and the people to ask."""
        # Called where every change is refused; the reason is then the same for all, and adding seats stands for them.
        return no_changes_explanation(self.decide("add_seats"), self.policy, self.customer.account, self.actor)

    def members_may_request(self) -> bool:
        """Return true if members of this account may send requests."""
        customer = self.customer
        # The owner has every right of the account type, so what the type refuses the owner it refuses every member.
        decision = decide(self.policy, customer.account, customer.owner, "submit_requests", self.today)
        return decision.reason is not Reason.ACCOUNT_TYPE

    def sees_costs(self) -> bool:
        """Return true if the person sees the costs of the subscription."""
        return self.is_staff or shows_costs(self.policy, self.customer.account, self.today)

    def may_move_clock(self) -> bool:
        """Return true if this person may move the clock of the account, if it has one."""
        return may_move_clock(self.policy, self.customer.account, self.actor, self.today)

    def require(self, current_page: str, capability: str) -> None:
        """Raise PageClosed unless the person has this capability."""
        decision = self.decide(capability)
        if decision.outcome is not Outcome.ALLOWED:
            raise PageClosed(self, current_page, self.explain(decision))

    def frame(self, current_page: str) -> dict[str, Any]:
        """Return the content of the frame of every page."""
        sandbox = self.customer.sandbox
        role_name_of = staff_role_name if self.is_staff else role_name
        return {
            "account_id": self.id,
            "account_name": self.customer.name,
            "account_type": account_type_name(self.policy, self.customer.account.account_type),
            "person_name": self.name,
            "role": role_name_of(self.policy, self.actor.role),
            "is_staff": self.is_staff,
            "links": tuple(self._links(current_page)),
            "accounts": tuple(
                Link(reverse("account", args=[account]), name, account == self.id) for account, name in self.accounts
            ),
            "clock": money.day(self.today) if sandbox else "",
            # The clock of a sandbox only goes forward, so the first day to choose is tomorrow.
            "tomorrow": (self.today + timedelta(days=1)).isoformat() if sandbox and self.may_move_clock() else "",
        }

    def _links(self, current_page: str) -> Iterator[Link]:
        for page, name, capability in (
            ("subscription", _("Subscription"), "view_subscription"),
            ("payment", _("Payment"), "view_subscription"),
            ("invoices", _("Invoices"), "view_invoices"),
            ("details", _("Invoice details"), "view_invoices"),
            *((("requests", _("Requests"), "view_subscription"),) if self.members_may_request() else ()),
            ("team", _("Team"), None),
            ("seats", _("Seats"), "manage_members"),
            ("admins", _("Billing admins"), None),
            ("history", _("History"), "view_subscription"),
            ("capabilities", _("What may I do here?"), None),
            *(self._staff_pages() if self.is_staff else ()),
        ):
            # A page without a capability shows everybody something, if only whom to ask.
            if capability is None or self.may(capability):
                yield Link(reverse(page, args=[self.id]), name, page == current_page)

    def _staff_pages(self) -> tuple[tuple[str, str, str | None], ...]:
        """Return the pages of an account that only staff see."""
        return ("desk_emails", _("Emails"), "view_subscription"), ("desk_account", _("Vendor settings"), None)


def open_visit(request: HttpRequest, account_id: UUID) -> Visit:
    """Return the visit of a member to their account, or of staff to any account.

    For staff of sandboxes, other accounts do not exist. Errors: SignInNeeded, SecondFactorNeeded, NotActive, Http404.
    """
    person = signed_in_person(request)
    own_memberships = memberships(person.pk)
    member_id = next((member for account, member, _ in own_memberships if account == account_id), None)
    try:
        visited_customer = customer(account_id, members=[member_id] if member_id else ())
    # An account of other people is answered like one that is not there, so that nobody can find out ids.
    except NotFound:
        raise Http404 from None
    policy, now = current(), current_time()
    # Somebody of the staff who is also a member acts as that member, with no more than the role allows.
    actor = (
        visited_customer.member(member_id) if member_id is not None else _staff_actor(request, person, visited_customer)
    )
    if actor is None:
        # The refusal of somebody who only looks is not worth an entry in the history; an attempt to act is.
        is_attempt = request.method not in ("GET", "HEAD")
        admit(policy, visited_customer, _inactive_member(person, visited_customer), now, record_attempt=is_attempt)
        raise Http404
    accounts = tuple((account, name) for account, _, name in own_memberships)
    # An account may know a member under another name than the one that the person chose.
    name = actor.name if isinstance(actor, Member) else person.name
    return Visit(visited_customer, actor, name, policy, now, accounts)


def _staff_actor(request: HttpRequest, person: Person, visited_customer: Customer) -> Vendor | None:
    staff_member = colleague(person.pk)
    if staff_member is None or not can_act_on(sandbox_staff=staff_member.sandbox, sandbox=visited_customer.sandbox):
        return None
    require_second_factor(request, person, staff_member)
    return staff_member.actor


def _inactive_member(person: Person, visited_customer: Customer) -> Member:
    """Return the suspended or invited member that the person is in this account. Errors: Http404 for anybody else."""
    membership = inactive_membership(person.pk, visited_customer.id)
    if membership is None:
        raise Http404
    return customer(visited_customer.id, members=[membership[1]]).member(membership[1])


def render_page(
    request: HttpRequest, visit: Visit, current_page: str, template: str, content: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of an account inside its frame."""
    framed = {**visit.frame(current_page), "product_address": product_address(request, visit.id), **content}
    return render(request, f"center/{template}.html", framed, status=status)


def product_address(request: HttpRequest, account_id: UUID) -> str:
    """Return the address in the vendor's product that the account was entered from; empty if it was not."""
    address: str = request.session.get(RETURN_TO, {}).get(str(account_id), "")
    return address
