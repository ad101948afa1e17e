"""Many people at the door at once: each thing happens once, and who comes second is told so."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from api_client import TEAM_10, ApiClient, email, seats
from at_once import at_once
from bursar import checkout
from bursar.accounts import members as accounts
from bursar.accounts.queries import customer
from bursar.core.policy.policy import VENDOR, Member
from bursar.core.policy.refusal import Refused
from bursar.core.subscription.edit import read_edits
from bursar.gateways.models import SandboxCharge
from bursar.invoices.models import BillingSchedule, Invoice
from bursar.jobs.steps import run_once
from bursar.payments import queries as payments
from bursar.payments.models import Attempt, Payment
from bursar.policy.queries import current
from bursar.seats import actions as seating
from bursar.seats.models import Assignment, Capacity
from bursar.subscriptions.models import Change, Order, Request

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def account_id(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


def test_two_purchases_at_once_do_not_go_beyond_the_credit_together(api: ApiClient) -> None:
    bought = ({**TEAM_10, "seats": 300}, {**TEAM_10, "product": "voice", "plan": "standard", "seats": 200})
    for turn in range(5):
        path = api.account(owner={"name": "Owner", "email": f"owner@{turn}.example"})
        account, owner = account_id(path), customer(account_id(path)).owner

        def take(number: int, account: UUID = account, owner: Member = owner) -> str:
            checkout.accept(account, edits=read_edits([bought[number]]), actor=owner, now=NOW)
            return "done"

        assert at_once(2, take) == {"done": 1, "refused": 1}


def test_twenty_takes_of_one_quote_take_it_once(api: ApiClient) -> None:
    account = account_id(api.account())
    quote = checkout.quote(account, read_edits([TEAM_10]), actor=VENDOR, now=NOW)

    def take(_: int) -> str:
        checkout.accept(account, quote_id=quote, actor=VENDOR, now=NOW)
        return "done"

    assert at_once(20, take) == {"done": 1, "taken": 19}
    assert (Order.objects.count(), Change.objects.count(), Invoice.objects.count()) == (1, 1, 1)


def test_of_two_colliding_quotes_one_wins_and_the_other_is_stale(api: ApiClient) -> None:
    account = account_id(api.account())
    checkout.accept(account, edits=read_edits([TEAM_10]), actor=VENDOR, now=NOW)
    quotes = [checkout.quote(account, read_edits([seats(many)]), actor=VENDOR, now=NOW) for many in (12, 15)]

    def take(turn: int) -> str:
        checkout.accept(account, quote_id=quotes[turn], actor=VENDOR, now=NOW)
        return "done"

    assert at_once(2, take) == {"done": 1, "stale": 1}
    assert Invoice.objects.count() == 2


def test_who_pays_automatically_is_charged_once(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    account = account_id(path)
    quote = checkout.quote(account, read_edits([TEAM_10]), actor=VENDOR, now=NOW)

    def take(_: int) -> str:
        checkout.accept(account, quote_id=quote, actor=VENDOR, now=NOW)
        return "done"

    came = at_once(12, take)
    assert came["done"] == 1
    assert came["done"] + came["taken"] + came["payment_open"] == 12
    assert (Attempt.objects.count(), SandboxCharge.objects.count(), Payment.objects.count()) == (1, 1, 1)


def test_a_renewal_run_by_many_workers_happens_once(api: ApiClient) -> None:
    opened = {
        "name": "Live",
        "account_type": "self_service",
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "owner": {"name": "Owner", "email": "owner@live.example"},
    }
    ids = [UUID(api.ok("POST", "/accounts", opened)["id"]) for _ in range(4)]
    for one in ids:
        checkout.accept(one, edits=read_edits([TEAM_10]), actor=VENDOR, now=NOW)
    later = NOW + timedelta(days=65)

    def work(_: int) -> str:
        run_once(later)
        return "done"

    assert at_once(6, work) == {"done": 6}
    # Workers pass over what another one holds, and it is due in the next round.
    rounds = [run_once(later) for _ in range(4)]
    assert rounds[-1] == 0
    for one in ids:
        billed = Invoice.objects.filter(account_id=one).order_by("on").values_list("on", flat=True)
        assert list(billed) == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    numbers = sorted(number or 0 for number in Invoice.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 13))
    assert set(BillingSchedule.objects.values_list("billed_until", flat=True)) == {date(2026, 4, 1)}


def test_a_renewal_waits_for_an_open_payment(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    waiting = Attempt.objects.filter(state="open").count()
    assert waiting == 1
    assert checkout.renew(account_id(path), now=NOW + timedelta(days=40)) == 0


def test_the_same_call_sent_many_times_at_once_is_answered_the_same(api: ApiClient) -> None:
    path = api.account()
    answers = at_once(
        8, lambda _: api.ok("POST", f"{path}/changes", {"edits": [TEAM_10]}, by=email("owner"), idempotency_key="k")
    )
    assert list(answers.values()) == [8]
    assert Order.objects.count() == 1
    added = {"name": "New", "email": "new@acme.example", "role": "agent"}
    answers = at_once(8, lambda _: api.ok("POST", f"{path}/members", added, idempotency_key="m"))
    assert list(answers.values()) == [8]


def test_a_person_is_added_once_by_many(api: ApiClient) -> None:
    path = api.account()
    added = {"name": "New", "email": "new@acme.example", "role": "agent"}
    answers = at_once(6, lambda _: api.call("POST", f"{path}/members", added).status_code)
    assert answers == {"201": 1, "409": 5}


def test_every_deed_leaves_one_entry_in_the_history(api: ApiClient) -> None:
    path = api.account()
    before = len(api.ok("GET", f"{path}/history")["items"])
    api.take(path, TEAM_10)
    api.ok("PUT", f"{path}/billing_details", {"purchase_order": "PO-1"}, by=email("owner"))
    api.fails(403, "PUT", f"{path}/payment_method", {"type": "card", "token": "ok"}, by=email("admin"))
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]][:-before]
    assert kinds == ["refused", "details_set", "changes_taken"]


def test_of_two_requests_at_once_one_is_open_and_the_other_is_told(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    admin = member_of(path, "admin")

    def ask(turn: int) -> str:
        checkout.submit(account_id(path), edits=read_edits([seats(12 + turn)]), actor=admin, now=NOW)
        return "done"

    assert at_once(8, ask) == {"done": 1, "request_open": 7}
    assert Request.objects.count() == 1


def test_of_many_reviewers_at_once_one_decides_and_the_others_are_told(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    account, owner = account_id(path), member_of(path, "owner")
    asked = UUID(api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))["id"])
    deeds: list[Callable[[], object]] = [
        lambda: checkout.approve(account, asked, actor=owner, now=NOW),
        lambda: checkout.approve(account, asked, actor=member_of(path, "billing_admin"), now=NOW),
        lambda: checkout.reject(account, asked, reason="no", actor=owner, now=NOW),
        lambda: checkout.withdraw(account, asked, actor=member_of(path, "admin"), now=NOW),
    ]

    def review(turn: int) -> str:
        deeds[turn % len(deeds)]()
        return "done"

    assert at_once(12, review) == {"done": 1, "request_closed": 11}
    closed = Request.objects.get()
    approved = closed.state == "approved"
    assert Order.objects.count() == (2 if approved else 1)
    assert (closed.order_id is not None) == approved


def test_a_request_is_approved_and_paid_for_once(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    account, owner = account_id(path), member_of(path, "owner")
    asked = UUID(api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))["id"])
    paid = Payment.objects.count()

    def approve(_: int) -> str:
        checkout.approve(account, asked, actor=owner, now=NOW)
        return "done"

    came = at_once(8, approve)
    assert came["done"] == 1
    assert came["done"] + came["request_closed"] + came["payment_open"] == 8
    assert Payment.objects.count() == paid + 1
    assert Request.objects.get().state == "approved"


def test_of_fifty_people_who_claim_a_seat_at_once_as_many_get_one_as_are_bought(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    account = account_id(path)
    people = [
        UUID(api.ok("POST", f"{path}/members", {"name": "P", "email": f"p{n}@x.example", "role": "agent"})["id"])
        for n in range(50)
    ]

    def claim(turn: int) -> str:
        seating.assign(current(), account, "support", people[turn], actor=VENDOR, now=NOW)
        return "done"

    assert at_once(50, claim) == {"done": 10, "out_of_seats": 40}
    assert Assignment.objects.filter(ended_at=None).count() == 10
    assert Capacity.objects.get().used == 10


def test_however_often_ownership_is_passed_on_at_once_there_is_one_owner(api: ApiClient) -> None:
    path = api.account()
    other = {"name": "Bea", "email": "bea@acme.example", "role": "billing_admin"}
    heirs = [member_of(path, "billing_admin").id, UUID(api.ok("POST", f"{path}/members", other)["id"])]
    account, owner = account_id(path), member_of(path, "owner")

    def give(turn: int) -> str:
        accounts.transfer_ownership(current(), account, heirs[turn % 2], actor=owner, now=NOW)
        return "done"

    assert at_once(10, give) == {"done": 1, "only_owner": 9}
    roles = [member.role for member in customer(account).account.members if member.id in (owner.id, *heirs)]
    assert sorted(roles) == ["admin", "billing_admin", "owner"]


def test_who_is_suspended_removed_and_made_the_owner_at_once_leaves_one_active_owner(api: ApiClient) -> None:
    path = api.account()
    account, owner, heir = account_id(path), member_of(path, "owner"), member_of(path, "billing_admin")
    rules = current()
    deeds: list[Callable[[], object]] = [
        lambda: accounts.transfer_ownership(rules, account, heir.id, actor=owner, now=NOW),
        lambda: accounts.transfer_ownership(rules, account, heir.id, reason="They left.", actor=VENDOR, now=NOW),
        lambda: seating.change_member(rules, account, heir.id, state="suspended", actor=owner, now=NOW),
        lambda: seating.change_member(rules, account, heir.id, role="admin", actor=VENDOR, now=NOW),
        lambda: seating.remove_member(rules, account, heir.id, actor=owner, now=NOW),
    ]

    def act(turn: int) -> str:
        deeds[turn % len(deeds)]()
        return "done"

    assert at_once(15, act)["done"] >= 1
    [left] = [member for member in customer(account).account.members if member.role == "owner"]
    assert left.active and left.id in (owner.id, heir.id)


def test_of_many_light_agents_who_become_agents_at_once_as_many_do_as_seats_are_free(api: ApiClient) -> None:
    path = api.account()
    api.take(path, {**TEAM_10, "seats": 2})
    account, rules = account_id(path), current()
    people = [
        UUID(api.ok("POST", f"{path}/members", {"name": "P", "email": f"p{n}@x.example", "role": "light_agent"})["id"])
        for n in range(3)
    ]
    for person in people:
        seating.assign(rules, account, "support", person, actor=VENDOR, now=NOW)

    def become(turn: int) -> str:
        seating.change_member(rules, account, people[turn % 3], role="agent", actor=VENDOR, now=NOW)
        return "done"

    assert at_once(12, become)["out_of_seats"] >= 1
    assert (Capacity.objects.get().used, Capacity.objects.get().bought) == (2, 2)


@pytest.mark.parametrize("became", ["admin", "suspended", "removed"])
def test_whoever_lost_their_role_while_they_waited_for_the_lock_does_nothing_by_it(api: ApiClient, became: str) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    account, acting, admin = account_id(path), member_of(path, "billing_admin"), member_of(path, "admin")
    asked = UUID(api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=email("admin"))["id"])
    where = f"{path}/members/{acting.id}"
    if became == "removed":
        api.ok("DELETE", where)
    else:
        api.ok("PATCH", where, {"role": "admin"} if became == "admin" else {"state": "suspended"})
    deeds: list[Callable[[], object]] = [
        lambda: checkout.approve(account, asked, actor=acting, now=NOW),
        lambda: checkout.reject(account, asked, reason="no", actor=acting, now=NOW),
        lambda: checkout.accept(account, edits=read_edits([seats(11)]), actor=acting, now=NOW),
    ]
    if became != "admin":
        deeds += [
            lambda: seating.assign(current(), account, "support", admin.id, actor=acting, now=NOW),
            lambda: seating.change_member(current(), account, admin.id, role="agent", actor=acting, now=NOW),
        ]
    for deed in deeds:
        with pytest.raises(Refused):
            deed()
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds[: len(deeds)] == ["refused"] * len(deeds)
    assert Request.objects.get().state == "open"


def test_a_former_owner_appoints_nobody_by_a_deed_that_waited(api: ApiClient) -> None:
    path = api.account()
    account, owner, heir = account_id(path), member_of(path, "owner"), member_of(path, "billing_admin")
    accounts.transfer_ownership(current(), account, heir.id, actor=owner, now=NOW)
    with pytest.raises(Refused):
        accounts.change_member(current(), account, owner.id, role="billing_admin", actor=owner, now=NOW)


def member_of(path: str, role: str) -> Member:
    members = customer(account_id(path)).account.members
    return next(member for member in members if member.role == role)


def test_a_payment_that_is_given_up_while_the_gateway_confirms_it_is_paid_or_given_up_and_never_both(
    api: ApiClient,
) -> None:
    came = Counter[str]()
    for turn in range(12):
        path = api.account(owner={"name": "Owner", "email": f"owner@{turn}.example"})
        account, owner = account_id(path), customer(account_id(path)).owner
        checkout.accept(account, edits=read_edits([TEAM_10]), actor=VENDOR, now=NOW)
        for token in ("ok", "needs_authentication"):
            api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
        attempt = checkout.accept(account, edits=read_edits([seats(12)]), actor=owner, now=NOW).attempt_id
        assert attempt is not None

        def end(number: int, account: UUID = account, attempt: UUID = attempt, owner: Member = owner) -> str:
            if number == 0:
                return checkout.give_up(account, attempt, actor=owner, now=NOW).state
            checkout.confirm(attempt, "succeeded", now=NOW)
            return "confirmed"

        at_once(2, end)
        # Whoever was overtaken between the two is followed up by the worker, as after a crash.
        checkout.follow_up(payments.attempt(account, attempt), now=NOW)
        state = Attempt.objects.get(pk=attempt).state
        came[state] += 1
        paid = Payment.objects.filter(account_id=account, attempt_id=attempt).count()
        charged = SandboxCharge.objects.get(key=str(attempt)).outcome
        taken = Order.objects.filter(account_id=account).count() - 1
        if state == "succeeded":
            assert (paid, taken, charged) == (1, 1, "succeeded")
        else:
            assert (state in ("cancelled", "refunded"), taken) == (True, 0)
            assert charged in ("cancelled", "refunded"), "no money is kept for what was given up"
    assert sum(came.values()) == 12
