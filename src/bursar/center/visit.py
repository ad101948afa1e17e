"""Who is looking at a page, on which account, and in which language."""

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
"""Where a session remembers, by account, the vendor's product from which somebody came."""


class SignInFirst(Exception):
    """Nobody is signed in."""


class Closed(Exception):
    """A page that is not open to whoever looks; `why_not` says why, and whom to ask."""

    def __init__(self, seen: "Visit", here: str, why_not: str) -> None:
        super().__init__()
        self.seen, self.here, self.why_not = seen, here, why_not


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page; `here` when it is the one being looked at."""

    href: str
    name: str
    here: bool = False


@dataclass(frozen=True)
class Visit:
    """A person looking at one account as one of its members, or for the vendor as one of its staff."""

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
        """Whether somebody of the vendor's staff looks."""
        return isinstance(self.actor, Vendor)

    @property
    def today(self) -> date:
        """What day it is for the account."""
        return self.customer.today(self.now)

    def day(self, at: datetime) -> date:
        """What day it was for the account at a moment."""
        return at.astimezone(self.customer.zone).date()

    def real_day(self, at: datetime) -> str:
        """Say on which day something happened in the world; a sandbox, whose clock is its own, says that it is real."""
        return self._in_the_world(money.day(self.day(at)))

    def real_moment(self, at: datetime) -> str:
        """Say at which moment something happened in the world; a sandbox says that it is real, as of a day."""
        return self._in_the_world(money.moment(at.astimezone(self.customer.zone)))

    def _in_the_world(self, when: str) -> str:
        return _("{when}, in real time").format(when=when) if self.customer.sandbox else when

    @property
    def currency(self) -> str:
        """The account's currency."""
        return self.customer.account.currency

    def decide(self, capability: str) -> Decision:
        """Whether this person may do that now."""
        return decide(self.policy, self.customer.account, self.actor, capability, self.today)

    def may(self, capability: str) -> bool:
        """Whether this person may do that at once."""
        return self.decide(capability).outcome is Outcome.ALLOWED

    def open(self, capability: str) -> bool:
        """Whether this person may do or at least ask for that."""
        return self.decide(capability).outcome is not Outcome.REFUSED

    def decide_undo(self, change: Change) -> Decision:
        """Whether this person may take a scheduled change back."""
        return decide_undo(self.policy, self.customer.account, self.actor, change, self.today)

    def why_not(self, decision: Decision) -> str:
        """Why not, and whom to ask; nothing when it is allowed."""
        return explained(decision, self.policy, self.customer.account, self.actor, self.today)

    def why_not_all(self, decisions: Sequence[Decision]) -> tuple[str, ...]:
        """Why not each of several things, and then once whom to ask about all of them."""
        account = self.customer.account
        why = [sentence(decision, self.policy, account, self.actor, self.today) for decision in decisions]
        return tuple(
            filter(None, dict.fromkeys((*why, *(whom_to_ask(decision, self.policy) for decision in decisions))))
        )

    def said(self, problem: Problem) -> str:
        """A problem in words; a refusal says why, and whom to ask."""
        return self.why_not(problem.decision) if isinstance(problem, Refused) else said(problem, current_catalog())

    def why_nothing(self) -> str:
        """Why this person may change nothing of the subscription, and whom to ask."""
        return nothing_open(self.decide("add_seats"), self.policy, self.customer.account, self.actor)

    def takes_requests(self) -> bool:
        """Whether anybody on this account may send requests."""
        customer = self.customer
        made = decide(self.policy, customer.account, customer.owner, "submit_requests", self.today)
        return made.reason is not Reason.ACCOUNT_TYPE

    def shows_costs(self) -> bool:
        """Whether this person sees what the standing subscription costs."""
        return self.staff or shows_costs(self.policy, self.customer.account, self.today)

    def moves_clock(self) -> bool:
        """Return True if this person may move the clock of the account, if it has one."""
        return may_move_clock(self.policy, self.customer.account, self.actor, self.today)

    def check(self, here: str, capability: str) -> None:
        """Nothing, if the page is open to this person. Errors: Closed."""
        decision = self.decide(capability)
        if decision.outcome is not Outcome.ALLOWED:
            raise Closed(self, here, self.why_not(decision))

    def frame(self, here: str) -> dict[str, Any]:
        """What the frame of every page needs."""
        sandbox = self.customer.sandbox
        said_role = staff_role_name if self.staff else role_name
        return {
            "account_id": self.id,
            "account_name": self.customer.name,
            "account_type": account_type_name(self.policy, self.customer.account.account_type),
            "person_name": self.name,
            "role": said_role(self.policy, self.actor.role),
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
            *(self._at_the_desk() if self.staff else ()),
        ):
            if capability is None or self.may(capability):
                yield Link(reverse(page, args=[self.id]), name, page == here)

    def _at_the_desk(self) -> tuple[tuple[str, str, str | None], ...]:
        """The pages of an account that only the staff sees."""
        return ("desk_emails", _("Emails"), "view_subscription"), ("desk_account", _("At the vendor"), None)


def visit(request: HttpRequest, account_id: UUID) -> Visit:
    """The visit of whoever is signed in to one of their accounts, or to any as one of the vendor's staff.

    Who is of the staff of sandboxes finds no other account. Errors: SignInFirst, FactorFirst, NotActive, Http404.
    """
    person = signed_in(request)
    mine = memberships(person.pk)
    member_id = next((member for account, member, _ in mine if account == account_id), None)
    try:
        found = customer(account_id)
    except NotFound:
        raise Http404 from None
    policy, now = current(), moment()
    actor = found.member(member_id) if member_id is not None else _of_the_staff(request, person, found)
    if actor is None:
        tries = request.method not in ("GET", "HEAD")
        admit(policy, found, _turned_away(person, found), now, tries=tries)
        raise Http404
    accounts = tuple((account, name) for account, _, name in mine)
    name = actor.name if isinstance(actor, Member) else person.name
    return Visit(found, actor, name, policy, now, accounts)


def _of_the_staff(request: HttpRequest, person: Person, found: Customer) -> Vendor | None:
    serving = colleague(person.pk)
    if serving is None or not can_act_on(sandbox_staff=serving.sandbox, sandbox=found.sandbox):
        return None
    check_factor(request, person, serving)
    return serving.actor


def _turned_away(person: Person, found: Customer) -> Member:
    """Whoever is in the account and may do nothing there. Errors: Http404 for somebody else."""
    known = inactive_membership(person.pk, found.id)
    if known is None:
        raise Http404
    return found.member(known[1])


def shown(
    request: HttpRequest, seen: Visit, here: str, template: str, content: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of an account inside its frame."""
    framed = {**seen.frame(here), "back": way_back(request, seen.id), **content}
    return render(request, f"center/{template}.html", framed, status=status)


def way_back(request: HttpRequest, account_id: UUID) -> str:
    """The address of the vendor's product from which somebody came into an account; nothing if they did not."""
    found: str = request.session.get(RETURN_TO, {}).get(str(account_id), "")
    return found


def signed_in(request: HttpRequest) -> Person:
    """The person who is signed in. Errors: SignInFirst."""
    if not isinstance(request.user, Person):
        raise SignInFirst
    return request.user


def moment() -> datetime:
    """The real moment; everything further in is given it."""
    return datetime.now(UTC)


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """The response, after which pages are in that language."""
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
    """The page that a form was sent from, never one of another site."""
    following = request.POST.get("next", "/")
    good = url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(following if good else "/")


def to(name: str, *arguments: object) -> HttpResponseRedirect:
    """See another page instead."""
    return HttpResponseRedirect(reverse(name, args=arguments))
