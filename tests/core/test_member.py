"""Who may become what in an account, and what must be said before fewer seats are bought than are in use."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from account_in_memory import OWNER
from bursar.core.policy.capability import ROLES
from bursar.core.policy.member import (
    OneOwner,
    OnlyFromAdmins,
    TooManyInvitations,
    capability_for_member,
    check_invitations,
    check_role,
)
from bursar.core.policy.policy import VENDOR
from bursar.core.subscription.edit import SetSeats
from bursar.core.subscription.seats import SeatsInUse, SeatUse, check_release

ANYBODY = (None, *ROLES)


def test_whoever_is_or_becomes_a_billing_admin_is_the_owners_to_appoint() -> None:
    appointed = {(before, after) for before in ANYBODY for after in ANYBODY if "billing_admin" in (before, after)}
    for before in ANYBODY:
        for after in ANYBODY:
            expected = "appoint_billing_admins" if (before, after) in appointed else "manage_members"
            assert capability_for_member(before, after) == expected


def test_nobody_becomes_or_ceases_to_be_the_owner_by_a_change_of_role_even_for_the_vendor() -> None:
    for actor in (OWNER, VENDOR):
        for other in (None, "admin", "billing_admin", "agent"):
            for before, after in (("owner", other), (other, "owner")):
                with pytest.raises(OneOwner):
                    check_role(actor, "Olga", before, after)
        check_role(actor, "Olga", "owner", "owner")


def test_a_member_appoints_billing_admins_only_from_admins_and_the_vendor_from_anybody() -> None:
    for before in (None, "agent", "light_agent"):
        with pytest.raises(OnlyFromAdmins) as caught:
            check_role(OWNER, "Gus", before, "billing_admin")
        assert caught.value.params["name"] == "Gus"
        check_role(VENDOR, "Gus", before, "billing_admin")
    for before in ("admin", "billing_admin"):
        check_role(OWNER, "Ada", before, "billing_admin")
    check_role(OWNER, "Bo", "billing_admin", "agent")
    check_role(OWNER, "Gus", "agent", "admin")


def test_as_many_seats_are_free_as_are_bought_and_not_used_and_never_fewer_than_none() -> None:
    assert [SeatUse(10, used).free for used in (0, 9, 10, 11)] == [10, 1, 0, 0]


def fewer(seats: int, *release: int) -> SetSeats:
    return SetSeats(product="support", seats=seats, release=tuple(UUID(int=number) for number in release))


def test_fewer_seats_than_are_used_need_the_people_to_be_named_each_once() -> None:
    use = SeatUse(bought=10, used=9)
    for seats, named, more in ((7, (), 2), (7, (1,), 1), (8, (), 1), (7, (1, 1), 1)):
        with pytest.raises(SeatsInUse) as caught:
            check_release(use, fewer(seats, *named))
        assert caught.value.params == {"used": 9, "product": "support", "seats": seats, "more": more}
    check_release(use, fewer(9))
    check_release(use, fewer(7, 1, 2))
    check_release(use, fewer(7, 1, 2, 3))


def test_nobody_is_named_where_no_seat_is_given_up() -> None:
    over = SeatUse(bought=5, used=9)
    check_release(over, fewer(5))
    check_release(over, fewer(6))
    with pytest.raises(SeatsInUse):
        check_release(over, fewer(4))
    check_release(None, fewer(1))


def test_an_invitation_waits_until_the_sixtieth_before_it_is_an_hour_old() -> None:
    now = datetime(2026, 1, 10, 12, tzinfo=UTC)
    check_invitations(None, now)
    check_invitations(now - timedelta(hours=1), now)
    for minutes, left in ((59, 1), (0, 60)):
        with pytest.raises(TooManyInvitations) as caught:
            check_invitations(now - timedelta(minutes=minutes), now)
        assert caught.value.params["minutes"] == left
