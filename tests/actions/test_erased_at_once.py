"""Somebody is erased while somebody else invites or appoints them: whoever comes second sees what the first did."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from api_client import TEAM_10, ApiClient, email
from bursar.accounts.locked_account import lock
from bursar.accounts.members import add_member
from bursar.accounts.models import Member
from bursar.core.policy.policy import VENDOR
from bursar.erasure.actions import StillMember, StillStaff, erase_account, erase_person
from bursar.identity.models import Person, Staff
from bursar.identity.staff import appoint
from bursar.policy.queries import current

pytestmark = pytest.mark.django_db(transaction=True)
ZOE = {"name": "Zoe", "email": "zoe@acme.example", "role": "agent"}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def former(api: ApiClient) -> UUID:
    """An account in which Zoe was a member."""
    path = api.account()
    api.ok("DELETE", f"{path}/members/{api.ok('POST', f'{path}/members', ZOE)['id']}")
    return UUID(path.rpartition("/")[2])


@pytest.fixture
def other(api: ApiClient) -> UUID:
    """An account in which she never was."""
    return UUID(api.account(owner={"name": "Olga", "email": "olga@other.example"}).rpartition("/")[2])


def invite(account_id: UUID, who: str = ZOE["email"]) -> None:
    add_member(current(), account_id, name="Zoe", email=who, role="agent", actor=VENDOR, now=datetime.now(UTC))


def serve() -> None:
    appoint(current(), name="Zoe", email=ZOE["email"], role="support", by=None, now=datetime.now(UTC))


def erase() -> None:
    erase_person(ZOE["email"], actor=VENDOR, now=datetime.now(UTC))


def second(then: Callable[[], object], *, first: Callable[[], object], after: Callable[[], object] = int) -> object:
    """What comes of a thing that somebody else does while another is done and not over; more is done while they wait."""

    def alone() -> object:
        try:
            return then()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            somebody = pool.submit(alone)
            deadline = time.monotonic() + 30
            while not waiting():
                assert not somebody.done() and time.monotonic() < deadline, "nobody waits"
                time.sleep(0.01)
            after()
        return somebody.result(30)


def waiting() -> bool:
    """Whether somebody waits for a lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
                SELECT pid FROM pg_locks
                WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
            )
        """)
        [(count,)] = cursor.fetchall()
    return bool(count)


def check_somebody_new() -> None:
    """Whoever was erased is nowhere, and whoever goes by the address now is somebody else."""
    assert not Member.objects.filter(removed_at=None, person__is_active=False).exists()
    assert not Staff.objects.filter(person__is_active=False).exists()
    assert Person.objects.get(email=ZOE["email"]).name == "Zoe"
    assert Person.objects.filter(is_active=False).count() == 1


def test_who_is_invited_while_they_are_erased_is_somebody_new(former: UUID, other: UUID) -> None:
    second(lambda: invite(other), first=erase)
    check_somebody_new()


def test_who_is_invited_anew_while_they_are_erased_is_somebody_new(former: UUID) -> None:
    second(lambda: invite(former), first=erase)
    check_somebody_new()


def test_nobody_is_erased_who_is_invited_meanwhile(former: UUID, other: UUID) -> None:
    with pytest.raises(StillMember):
        second(erase, first=lambda: invite(other))
    assert Person.objects.get(email=ZOE["email"]).is_active


def test_who_erases_and_who_invites_do_not_wait_for_each_other_for_ever(former: UUID) -> None:
    with pytest.raises(StillMember):
        second(erase, first=lambda: lock(former), after=lambda: invite(former))


def test_staff_is_not_erased_while_they_are_appointed(former: UUID) -> None:
    second(serve, first=erase)
    check_somebody_new()
    with pytest.raises(StillStaff):
        second(erase, first=serve)


def test_an_account_is_erased_without_the_people_whom_another_invites_meanwhile(api: ApiClient, other: UUID) -> None:
    path = api.account(owner={"name": "Ines", "email": "ines@acme.example"})
    own, account_id = "ines@acme.example", UUID(path.rpartition("/")[2])
    api.take(path, TEAM_10)
    api.take(path, {"edit": "cancel", "reason": "No.", "on": "now"})

    def forget() -> int:
        return erase_account(account_id, actor=VENDOR, now=datetime.now(UTC))

    assert second(forget, first=lambda: invite(other, own)) == 0
    assert Person.objects.get(email=own).is_active and Person.objects.get(email=email("admin")).is_active


def test_two_accounts_that_invite_a_new_address_at_once_invite_one_person(api: ApiClient, other: UUID) -> None:
    path = api.account()
    second(lambda: invite(other), first=lambda: invite(UUID(path.rpartition("/")[2])))
    assert Member.objects.filter(person__email=ZOE["email"]).count() == 2
