"""Who is looking at a page, on which account, and in which language."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from bursar.accounts.models import Person
from bursar.accounts.queries import Customer, NotFound, customer, memberships
from bursar.core.policy import Decision, Member, Outcome, Policy, decide
from bursar.policy.queries import current
from bursar.words.decision import account_type_name, explained, role_name


class SignInFirst(Exception):
    """Nobody is signed in."""


@dataclass(frozen=True)
class Visit:
    """A person looking at one account as one of its members."""

    customer: Customer
    member: Member
    policy: Policy
    now: datetime
    other_accounts: tuple[tuple[UUID, str], ...]

    @property
    def id(self) -> UUID:
        """The account's id."""
        return self.customer.id

    @property
    def today(self) -> date:
        """What day it is for the account."""
        return self.customer.today(self.now)

    @property
    def currency(self) -> str:
        """The account's currency."""
        return self.customer.account.currency

    def decide(self, capability: str) -> Decision:
        """Whether this person may do that now."""
        return decide(self.policy, self.customer.account, self.member, capability, self.today)

    def open(self, capability: str) -> bool:
        """Whether this person may do or at least ask for that."""
        return self.decide(capability).outcome is not Outcome.REFUSED

    def why_not(self, decision: Decision) -> str:
        """Why not, and whom to ask; nothing when it is allowed."""
        return explained(decision, self.policy, self.customer.account, self.member)

    def frame(self, tab: str) -> dict[str, Any]:
        """What the frame of every page needs."""
        return {
            "tab": tab,
            "account_id": self.id,
            "account_name": self.customer.name,
            "account_type": account_type_name(self.policy, self.customer.account.account_type),
            "person_name": self.member.name,
            "role": role_name(self.policy, self.member.role),
            "other_accounts": self.other_accounts,
        }


def visit(request: HttpRequest, account_id: UUID) -> Visit:
    """The visit of whoever is signed in to one of their accounts. Errors: SignInFirst, Http404."""
    person = signed_in(request)
    mine = memberships(person.pk)
    member_id = next((member for account, member, _ in mine if account == account_id), None)
    if member_id is None:
        raise Http404
    try:
        found = customer(account_id)
    except NotFound:
        raise Http404 from None
    others = tuple((account, name) for account, _, name in mine if account != account_id)
    return Visit(found, found.member(member_id), current(), moment(), others)


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


def to(name: str, *arguments: object) -> HttpResponseRedirect:
    """See another page instead."""
    return HttpResponseRedirect(reverse(name, args=arguments))
