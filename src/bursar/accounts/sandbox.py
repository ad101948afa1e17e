"""Sandbox accounts, and people who are in sandboxes only: demos and links for many uses sign in as these alone."""

from collections.abc import Collection
from uuid import UUID

from bursar.accounts import models
from bursar.accounts.queries import Customer, read_customers
from bursar.identity.models import Staff


def sandbox_only_people(people: Collection[UUID]) -> set[UUID]:
    """Return those of these people who are in sandbox accounts or on their staff, and in nothing that is live.

    An invited or suspended member of a live account counts as live, because they may act in it tomorrow.
    """
    members = models.Member.objects.filter(person_id__in=people, removed_at=None)
    staff = Staff.objects.filter(person_id__in=people, ended_at=None)
    places = set(members.values_list("person_id", "account__sandbox").union(staff.values_list("person_id", "sandbox")))
    return {person for person, _ in places} - {person for person, sandbox in places if not sandbox}


def is_sandbox_only(person_id: UUID) -> bool:
    """Return true if a person is in sandboxes only; emails to them are never sent."""
    return person_id in sandbox_only_people([person_id])


def lendable_people(member_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return, by member, the people as whom anybody may sign in: active members who are in sandboxes only."""
    members = models.Member.objects.filter(pk__in=member_ids, removed_at=None, state="active", account__sandbox=True)
    people = dict(members.filter(person__is_active=True).values_list("id", "person_id"))
    lendable = sandbox_only_people(people.values())
    return {member_id: person_id for member_id, person_id in people.items() if person_id in lendable}


def sandbox_customers(limit: int) -> list[Customer]:
    """Return sandbox accounts with their members and overrides, the oldest first."""
    ids = list(models.Account.objects.filter(sandbox=True).order_by("id").values_list("id", flat=True)[:limit])
    customers = read_customers(ids)
    return [customers[account_id] for account_id in ids]
