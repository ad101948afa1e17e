"""List, appoint and dismiss the vendor's staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bursar.core.messages.problem import NotFound, phrase
from bursar.core.messages.text import read_name
from bursar.core.policy.capability import STAFF_ROLES
from bursar.core.policy.policy import Outcome, Policy, Vendor, decide_for_staff
from bursar.core.policy.refusal import Refused
from bursar.core.policy.role import UnknownRole
from bursar.core.policy.staff import MANAGE_STAFF, check_staff_role, is_sandbox_staff
from bursar.identity.models import Person, Staff
from bursar.policy.queries import hold_current


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the vendor's staff, by the person's id. Staff of the `sandbox` acts on sandbox accounts only."""

    id: UUID
    name: str
    email: str
    role: str
    sandbox: bool
    since: datetime
    last_sign_in_at: datetime | None

    @property
    def actor(self) -> Vendor:
        """The actor for changes to an account."""
        return Vendor(self.id, role=self.role)


def staff(*, sandbox: bool | None = None) -> list[Colleague]:
    """Return the staff by age: all, or with `sandbox` only those of sandboxes or of live accounts."""
    rows = Staff.objects.filter(ended_at=None, person__is_active=True).order_by("id")
    rows = rows if sandbox is None else rows.filter(sandbox=sandbox)
    return [Colleague(*row) for row in rows.values_list(*_FIELDS)]


def colleague(person_id: UUID) -> Colleague | None:
    """Return a person of the staff; None if they are not."""
    row = Staff.objects.filter(person_id=person_id, ended_at=None, person__is_active=True).values_list(*_FIELDS).first()
    return Colleague(*row) if row else None


def appoint(
    policy: Policy,
    *,
    name: str,
    email: str,
    role: str,
    sandbox: bool | None = None,
    by: Colleague | None,
    now: datetime,
) -> UUID:
    """Appoint a person to the staff in a role, or give staff another role; return the person's id.

    `by` is None for the operator at the command line. A new role keeps sandboxes or live accounts unless `sandbox` says
    otherwise. Staff of sandboxes appoints for sandboxes only.
    Errors: Refused, UnknownRole, SandboxStaff, LastToManageStaff, BadAddress, BadName.
    """
    if role not in STAFF_ROLES:
        raise UnknownRole(role=role, known=", ".join(STAFF_ROLES))
    full_name = read_name(name)
    with transaction.atomic():
        # The policy of this moment takes the place of the one given: a publication may have come in between.
        policy = _check_may_manage(by)
        person = Person.objects.get_or_create_person(email, name=full_name)
        before = _appointment(person.pk)
        was_sandbox, by_sandbox_staff = before is not None and before.sandbox, by is not None and by.sandbox
        appointment = (role, is_sandbox_staff(sandbox, before=was_sandbox, by_sandbox_staff=by_sandbox_staff))
        if before is not None:
            if (before.role, before.sandbox) == appointment:
                return person.pk
            _end_appointment(policy, before, person.name, by, now, after=role)
        Staff.objects.create(
            person=person, role=role, sandbox=appointment[1], appointed_by_id=by.id if by else None, appointed_at=now
        )
    return person.pk


def dismiss(policy: Policy, person_id: UUID, *, by: Colleague | None, now: datetime) -> None:
    """Dismiss a person from the staff. Errors: Refused, NotFound, SandboxStaff, LastToManageStaff."""
    with transaction.atomic():
        policy = _check_may_manage(by)
        before = _appointment(person_id)
        if before is None:
            raise NotFound(what=phrase("colleague"))
        _end_appointment(policy, before, before.person.name, by, now)


_FIELDS: Final = (
    *("person_id", "person__name", "person__email", "role", "sandbox", "appointed_at", "person__last_login"),
)


def _check_may_manage(by: Colleague | None) -> Policy:
    """Return the policy in force, under which the person may manage the staff. Errors: Refused.

    Wait for other changes to the staff and for a publication, which relies on the staff that it read.
    """
    policy = hold_current()
    # All rows, in one order: two people who dismiss each other come one after the other, and somebody stays.
    list(Staff.objects.filter(ended_at=None).order_by("id").select_for_update())
    if by is None:
        return policy
    # The role of now: the person may have been dismissed, or given another role, while they waited for the locks.
    appointed = _appointment(by.id)
    decision = decide_for_staff(policy, Vendor(by.id, role=appointed.role if appointed else by.role), MANAGE_STAFF)
    if appointed is None or decision.outcome is not Outcome.ALLOWED:
        raise Refused(decision)
    return policy


def _appointment(person_id: UUID) -> Staff | None:
    return Staff.objects.filter(person_id=person_id, ended_at=None).select_related("person").first()


def _end_appointment(
    policy: Policy, row: Staff, name: str, by: Colleague | None, now: datetime, after: str = ""
) -> None:
    """End an appointment. Errors: those of `check_staff_role`, unless the operator ends it."""
    # The operator at the command line may dismiss everybody: a new appointment there repairs it.
    if by is not None:
        managing = [code for code, role in policy.staff.items() if MANAGE_STAFF in role.allowed]
        others = Staff.objects.filter(ended_at=None, role__in=managing, sandbox=row.sandbox).exclude(pk=row.pk)
        check_staff_role(
            name,
            role=row.role,
            after=after,
            sandbox=row.sandbox,
            by_sandbox_staff=by.sandbox,
            managing_roles=managing,
            others_manage=others.exists(),
        )
    Staff.objects.filter(pk=row.pk).update(ended_at=now, ended_by_id=by.id if by else None)
