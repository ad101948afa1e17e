"""Visits: a signed-in person, the account whose pages they see, and what they may do there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from bursar.accounts.locked_account import admit
from bursar.accounts.queries import Customer, customer, inactive_membership, memberships
from bursar.catalog.queries import current as current_catalog
from bursar.center.sign_in.second_factor import check_factor
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
    explained,
    nothing_open,
    role_name,
    sentence,
    staff_role_name,
    whom_to_ask,
)
from bursar.i18n.problem import said
from bursar.identity.models import Person
from bursar.identity.staff import colleague
from bursar.policy.queries import current

RETURN_TO: Final = "return_to"
"""The session's entry with the address in the vendor's product that each account was entered from."""


class SignInFirst(Exception):
    """Raised where a page needs somebody who is signed in."""


class Closed(Exception):
    """Raised where a page is closed to the person; `why_not` gives the reason and the people to ask."""

    def __init__(self, seen: "Visit", here: str, why_not: str) -> None:
        super().__init__()
        self.seen, self.here, self.why_not = seen, here, why_not


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another page; `here` marks the page that is open."""

    href: str
    name: str
    here: bool = False


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
        """The account's id."""
        return self.customer.id

    @property
    def staff(self) -> bool:
        """Return true if the visitor is staff."""
        return isinstance(self.actor, Vendor)

    @property
    def today(self) -> date:
        """Return the account's own day."""
        return self.customer.today(self.now)

    def day(self, at: datetime) -> date:
        """Return the account's day at an instant."""
        return at.astimezone(self.customer.zone).date()

    def real_day(self, at: datetime) -> str:
        """Return a real day in words; a sandbox, which has a clock of its own, adds that it is real."""
        return self._real_time(money.day(self.day(at)))

    def real_moment(self, at: datetime) -> str:
        """Return a real instant in words; a sandbox adds that it is real."""
        return self._real_time(money.moment(at.astimezone(self.customer.zone)))

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

    def open(self, capability: str) -> bool:
        """Return true if the person has the capability, at once or by request."""
        return self.decide(capability).outcome is not Outcome.REFUSED

    def decide_undo(self, change: Change) -> Decision:
        """Return the decision about undoing a scheduled change."""
        return decide_undo(self.policy, self.customer.account, self.actor, change, self.today)

    def why_not(self, decision: Decision) -> str:
        """Return why a decision is not allowed and the people to ask; an empty text if it is allowed."""
        return explained(decision, self.policy, self.customer.account, self.actor, self.today)

    def why_not_all(self, decisions: Sequence[Decision]) -> tuple[str, ...]:
        """Return the reasons of several decisions, and after them once the people to ask."""
        account = self.customer.account
        reasons = [sentence(decision, self.policy, account, self.actor, self.today) for decision in decisions]
        return tuple(
            filter(None, dict.fromkeys((*reasons, *(whom_to_ask(decision, self.policy) for decision in decisions))))
        )

    def said(self, problem: Problem) -> str:
        """Return a problem in words; a refusal with its reason and the people to ask."""
        return self.why_not(problem.decision) if isinstance(problem, Refused) else said(problem, current_catalog())

    def why_nothing(self) -> str:
        """Return why the person may change nothing of the subscription, and the people to ask."""
        return nothing_open(self.decide("add_seats"), self.policy, self.customer.account, self.actor)

    def takes_requests(self) -> bool:
        """Return true if members of this account may send requests."""
        customer = self.customer
        decision = decide(self.policy, customer.account, customer.owner, "submit_requests", self.today)
        return decision.reason is not Reason.ACCOUNT_TYPE

    def shows_costs(self) -> bool:
        """Return true if the person sees the costs of the subscription."""
        return self.staff or shows_costs(self.policy, self.customer.account, self.today)

    def moves_clock(self) -> bool:
        """Return True if this person may move the clock of the account, if it has one."""
        return may_move_clock(self.policy, self.customer.account, self.actor, self.today)

    def check(self, here: str, capability: str) -> None:
        """Raise Closed unless the person has this capability."""
        decision = self.decide(capability)
        if decision.outcome is not Outcome.ALLOWED:
            raise Closed(self, here, self.why_not(decision))

    def frame(self, here: str) -> dict[str, Any]:
        """Return the content of the frame of every page."""
        sandbox = self.customer.sandbox
        name_of_role = staff_role_name if self.staff else role_name
        return {
            "account_id": self.id,
            "account_name": self.customer.name,
            "account_type": account_type_name(self.policy, self.customer.account.account_type),
            "person_name": self.name,
            "role": name_of_role(self.policy, self.actor.role),
            "staff": self.staff,
            "links": tuple(self._links(here)),
            "accounts": tuple(
                Link(reverse("account", args=[account]), name, account == self.id) for account, name in self.accounts
            ),
            "clock": money.day(self.today) if sandbox else "",
            "tomorrow": (self.today + timedelta(days=1)).isoformat() if sandbox and self.moves_clock() else "",
        }

    def _links(self, here: str) -> Iterator[Link]:
        for page, name, capability in (
            ("subscription", _("Subscription"), "view_subscription"),
            ("payment", _("Payment"), "view_subscription"),
            ("invoices", _("Invoices"), "view_invoices"),
            ("details", _("Invoice details"), "view_invoices"),
            *((("requests", _("Requests"), "view_subscription"),) if self.takes_requests() else ()),
            ("team", _("Team"), None),
            ("seats", _("Seats"), "manage_members"),
            ("admins", _("Billing admins"), None),
            ("history", _("History"), "view_subscription"),
            ("capabilities", _("What may I do here?"), None),
            *(self._staff_pages() if self.staff else ()),
        ):
            if capability is None or self.may(capability):
                yield Link(reverse(page, args=[self.id]), name, page == here)

    def _staff_pages(self) -> tuple[tuple[str, str, str | None], ...]:
        """Return the pages of an account that only staff see."""
        return ("desk_emails", _("Emails"), "view_subscription"), ("desk_account", _("At the vendor"), None)


def visit(request: HttpRequest, account_id: UUID) -> Visit:
    """Return the visit of a member to their account, or of staff to any account.

    For staff of sandboxes, other accounts do not exist. Errors: SignInFirst, FactorFirst, NotActive, Http404.
    """
    person = signed_in(request)
    mine = memberships(person.pk)
    member_id = next((member for account, member, _ in mine if account == account_id), None)
    try:
        visited = customer(account_id)
    except NotFound:
        raise Http404 from None
    policy, now = current(), moment()
    actor = visited.member(member_id) if member_id is not None else _staff_actor(request, person, visited)
    if actor is None:
        tries = request.method not in ("GET", "HEAD")
        admit(policy, visited, _inactive_member(person, visited), now, record_attempt=tries)
        raise Http404
    accounts = tuple((account, name) for account, _, name in mine)
    name = actor.name if isinstance(actor, Member) else person.name
    return Visit(visited, actor, name, policy, now, accounts)


def _staff_actor(request: HttpRequest, person: Person, visited: Customer) -> Vendor | None:
    serving = colleague(person.pk)
    if serving is None or not can_act_on(sandbox_staff=serving.sandbox, sandbox=visited.sandbox):
        return None
    check_factor(request, person, serving)
    return serving.actor


def _inactive_member(person: Person, visited: Customer) -> Member:
    """Return the suspended or invited member that the person is in this account. Errors: Http404 for anybody else."""
    membership = inactive_membership(person.pk, visited.id)
    if membership is None:
        raise Http404
    return visited.member(membership[1])


def shown(
    request: HttpRequest, seen: Visit, here: str, template: str, content: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of an account inside its frame."""
    framed = {**seen.frame(here), "back": way_back(request, seen.id), **content}
    return render(request, f"center/{template}.html", framed, status=status)


def way_back(request: HttpRequest, account_id: UUID) -> str:
    """Return the address in the vendor's product that the account was entered from; empty if it was not."""
    address: str = request.session.get(RETURN_TO, {}).get(str(account_id), "")
    return address


def signed_in(request: HttpRequest) -> Person:
    """Return the person who is signed in. Errors: SignInFirst."""
    if not isinstance(request.user, Person):
        raise SignInFirst
    return request.user


def moment() -> datetime:
    """Return the time now. The edges read the clock; everything below gets the time as a parameter."""
    return datetime.now(UTC)


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """Return the response with a cookie that sets the language of later pages."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 86400,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    return response


def back(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the page that a form was sent from, never to another site."""
    following = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(following if is_ours else "/")


def to(name: str, *arguments: object) -> HttpResponseRedirect:
    """Redirect to another page."""
    return HttpResponseRedirect(reverse(name, args=arguments))
