"""Every page and every operation tried by every role on every type of account, by strangers and by nobody.

The doors come from the routing table and from the API's document; one that is new fails here until it says whom it is for.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from api_client import ROOT, TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.keys import keys
from bursar.center.entrance import MovedPage
from bursar.core.policy.capability import CAPABILITIES, DESK, ROLES, STAFF_ROLES
from bursar.core.policy.capability import CHANGING as ALTERING
from bursar.identity.models import Person
from bursar.identity.staff import appoint
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from bursar.policy.actions import publish as publish_unchecked
from bursar.policy.queries import current
from database_digest import database_digest, writes
from operations import operations

pytestmark = pytest.mark.django_db
WORLDS: Final = (("managed", False), ("online_assisted", False), ("online_assisted", True), ("self_service", False))
"""Types of account, and whether a request of the admin is open there."""
MEMBER, OWNER, VENDOR, NOTHING = "any member", "the owner", "the vendor", "nothing there"
STAFF, POSTING = "any of the staff", "staff who may manage members"
CLOCK = "who may change something at once"
CHANGING, ASKING, READER, REVIEWER, REQUESTER = "who may change", "who may ask", "reader", "reviewer", "requester"
"""Whom a door is for, where it is not for whoever has a capability. Nothing there: no such thing on the account."""
TO = {"to": "2026-02-01"}
WHY = {"reason": "Not now."}
CARD = {"type": "card", "token": "ok"}
DETAILS = {"sold_to_name": "Acme SAS"}
OPENED = {
    "name": "New",
    "account_type": "managed",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "locale": "en",
    "tax_rate": "0",
    "owner_name": "New",
    "owner_email": "new@acme.example",
}
NOAH = {"name": "Noah", "email": "noah@acme.example", "role": "agent"}

PAGES: Final[dict[tuple[str, str], tuple[str, dict[str, Any]]]] = {
    ("GET", "account"): (MEMBER, {}),
    ("GET", "subscription"): ("view_subscription", {}),
    ("GET", "manage"): (CHANGING, {}),
    ("POST", "manage"): (CHANGING, {"quantity_support": "13"}),
    ("POST", "preview"): ("view_subscription", {"quantity_support": "13"}),
    ("GET", "cancel"): ("cancel_account", {}),
    ("POST", "cancel"): ("cancel_account", WHY),
    ("GET", "summary"): ("view_subscription", {}),
    ("POST", "take"): ("add_seats", {}),
    ("GET", "done"): ("view_subscription", {}),
    ("GET", "attempt"): (NOTHING, {}),
    ("POST", "give_up"): (NOTHING, {}),
    ("POST", "undo"): ("view_subscription", {}),
    ("POST", "ask"): (ASKING, WHY),
    ("GET", "requests"): ("view_subscription", {}),
    ("GET", "request"): (READER, {}),
    ("POST", "approve"): (REVIEWER, {}),
    ("POST", "reject"): (REVIEWER, WHY),
    ("POST", "withdraw"): (REQUESTER, {}),
    ("GET", "team"): (MEMBER, {}),
    ("POST", "invite"): ("manage_members", NOAH),
    ("GET", "person"): ("manage_members", {}),
    ("POST", "invite_again"): ("manage_members", {}),
    ("POST", "role"): ("manage_members", {"role": "light_agent"}),
    ("POST", "suspend"): ("manage_members", {}),
    ("POST", "resume"): ("manage_members", {}),
    ("POST", "remove_member"): ("manage_members", {}),
    ("GET", "seats"): ("manage_members", {}),
    ("GET", "seats_export"): ("manage_members", {}),
    ("POST", "assign_seat"): ("manage_members", {"member": "{free}"}),
    ("POST", "free_seat"): ("manage_members", {}),
    ("GET", "payment"): ("view_subscription", {}),
    ("POST", "payment"): ("change_payment_type", {"type": "invoice"}),
    ("GET", "invoices"): ("view_invoices", {}),
    ("GET", "invoice"): ("view_invoices", {}),
    ("GET", "pay"): ("pay_invoice", {}),
    ("POST", "pay"): ("pay_invoice", CARD),
    ("GET", "details"): ("view_invoices", {}),
    ("POST", "details"): ("manage_invoices", DETAILS),
    ("GET", "admins"): (MEMBER, {}),
    ("POST", "appoint"): ("appoint_billing_admins", {"member": "{admin}"}),
    ("POST", "limit"): ("appoint_billing_admins", {"seats": "3"}),
    ("POST", "pass_on"): (OWNER, {"member": "{billing_admin}", "sure": "1", **WHY}),
    ("POST", "remove_admin"): ("appoint_billing_admins", {}),
    ("GET", "history"): ("view_subscription", {}),
    ("GET", "history_export"): ("view_subscription", {}),
    ("GET", "capabilities"): (MEMBER, {}),
    ("GET", "outbox"): (MEMBER, {}),
    ("POST", "clock"): (CLOCK, TO),
    ("GET", "desk"): (STAFF, {}),
    ("GET", "desk_open"): ("open_accounts", {}),
    ("POST", "desk_open"): ("open_accounts", OPENED),
    ("GET", "desk_staff"): (STAFF, {}),
    ("POST", "desk_staff"): ("manage_staff", {"name": "Noah", "email": "noah@vendor.example", "role": "sales"}),
    ("POST", "desk_dismiss"): ("manage_staff", {}),
    ("GET", "desk_keys"): ("manage_staff", {}),
    ("POST", "desk_revoke"): ("manage_staff", {}),
    ("GET", "desk_parked"): (STAFF, {}),
    ("POST", "desk_parked_again"): (STAFF, {}),
    ("GET", "desk_account"): (STAFF, {}),
    ("POST", "desk_account"): ("alter_accounts", {"name": "Other", "account_type": "managed", "tax_rate": "0"}),
    ("POST", "desk_override"): ("grant_overrides", {"capability": "add_seats", "grant": "1", **WHY}),
    ("POST", "desk_end_override"): ("grant_overrides", {}),
    ("POST", "desk_standing"): ("suspend_accounts", {}),
    ("GET", "desk_emails"): (STAFF, {}),
    ("POST", "desk_email_again"): (POSTING, {}),
}
CREW: Final = tuple(f"staff {role}" for role in STAFF_ROLES)
PAYING: Final = {"pay"}
"""What asks the gateway, which writes in a transaction of its own: only those who may not are tried here."""

ACCOUNT: Final = {
    "name": "New",
    "account_type": "managed",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "owner": {"name": "New", "email": "new@acme.example"},
}
OPERATIONS: Final[dict[str, tuple[str, Any]]] = {
    "get_account": (MEMBER, None),
    "alter_account": (VENDOR, {"name": "Other"}),
    "capabilities": (MEMBER, None),
    "list_members": (MEMBER, None),
    "add_member": ("manage_members", NOAH),
    "get_member": ("manage_members", None),
    "change_member": ("manage_members", {"role": "light_agent"}),
    "remove_member": ("manage_members", None),
    "invite_again": ("manage_members", None),
    "pass_on": (OWNER, {"member": "{billing_admin}"}),
    "open_session": (VENDOR, {"actor": "owner@acme.example"}),
    "get_limit": ("view_subscription", None),
    "put_limit": ("appoint_billing_admins", {"seats": 3, "amount": None}),
    "list_overrides": (VENDOR, None),
    "add_override": (VENDOR, {"capability": "add_seats", "grant": True, **WHY}),
    "end_override_of": (VENDOR, None),
    "end_override": (VENDOR, None),
    "account_history": ("view_subscription", None),
    "move_clock": (CLOCK, TO),
    "get_subscription": ("view_subscription", None),
    "quote": (MEMBER, {"edits": [seats(13)]}),
    "take": ("add_seats", {"edits": [seats(13)]}),
    "undo": (VENDOR, None),
    "list_requests": ("view_subscription", None),
    "submit": (ASKING, {"edits": [seats(13)], **WHY}),
    "get_request": (READER, None),
    "approve": (REVIEWER, None),
    "reject": (REVIEWER, WHY),
    "withdraw": (REQUESTER, None),
    "list_seats": ("manage_members", None),
    "count_seats": (VENDOR, {"in_use": 3}),
    "assign_seat": ("manage_members", None),
    "free_seat": ("manage_members", None),
    "entitlements": (MEMBER, None),
    "list_invoices": ("view_invoices", None),
    "get_invoice": ("view_invoices", None),
    "pay": ("pay_invoice", CARD),
    "list_payments": ("view_invoices", None),
    "get_payment": ("view_invoices", None),
    "record_payment": (VENDOR, {"amount": {"amount_minor": 100, "currency": "EUR"}}),
    "undo_payment": (VENDOR, None),
    "refund_payment": (VENDOR, {"amount": {"amount_minor": 100, "currency": "EUR"}, "reason": "goodwill"}),
    "invoice_journal": ("view_invoices", None),
    "account_journal": ("view_invoices", None),
    "set_payment_method": ("change_payment_type", {"type": "invoice"}),
    "get_payment_method": ("view_subscription", None),
    "get_billing_details": ("view_invoices", None),
    "set_billing_details": ("manage_invoices", {"sold_to": {"name": "Acme SAS"}}),
    "get_attempt": (NOTHING, None),
    "give_up_payment": (NOTHING, None),
    "finish": (VENDOR, {"outcome": "failed"}),
    "open_account": (VENDOR, ACCOUNT),
    "list_accounts": (VENDOR, None),
    "get_catalog": (MEMBER, None),
    "put_catalog": (VENDOR, None),
    "get_policy": (MEMBER, None),
    "put_policy": (VENDOR, None),
}


ABOUT: Final = {"invite_again": "{invited}", "remove_admin": "{billing_admin}", "assign_seat": "{free}"}
"""The member whom a door is about, where it is not the agent."""

QUERIES: Final = {"end_override_of": "?capability=show_costs"}


@dataclass(frozen=True)
class World:
    """An account with a bit of everything, what stands for the ids in addresses, and what each role may do there."""

    api: ApiClient
    ids: dict[str, str]
    may: dict[str, dict[str, str]]
    asked: bool

    def fits(self, need: str, role: str) -> bool:
        """Whether a door is open to a role."""
        may, staff = self.may[role], role in CREW
        if need in (MEMBER, STAFF):
            return need == MEMBER or staff
        if need == POSTING:
            return staff and may["manage_members"] == "allowed"
        if need == OWNER:
            return may["appoint_billing_admins"] == "allowed" if staff else role == "owner"
        if need == CHANGING:
            return may["add_seats"] != "refused"
        if need == CLOCK:
            return any(may[one] == "allowed" for one in ALTERING)
        if need == ASKING:
            return may["add_seats"] == "by_request" and not self.asked
        if need == READER:
            return self.asked and may["view_subscription"] == "allowed"
        if need == REVIEWER:
            return self.asked and may["review_requests"] == may["add_seats"] == "allowed"
        if need == REQUESTER:
            return self.asked and (may["review_requests"] == "allowed" if staff else role == "admin")
        return may.get(need) == "allowed"

    def filled(self, text: str) -> str:
        """An address or a body with this account's ids in it."""
        for name, one in self.ids.items():
            text = text.replace(f"<uuid:{name}>", one).replace(f"<str:{name}>", one).replace(f"{{{name}}}", one)
        return text

    def sent(self, body: Any) -> Any:
        """What is sent, with this account's ids in it."""
        return json.loads(self.filled(json.dumps(body)))


def world(account_type: str, *, asked: bool) -> World:
    api = ApiClient()
    path = api.account(account_type)
    for role in STAFF_ROLES:
        appoint(current(), name=role, email=address(f"staff {role}"), role=role, by=None, now=datetime.now(UTC))
    taken = api.take(path, TEAM_10)
    members = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    api.ok("PUT", f"{path}/seats/support/members/{members['agent']}")
    [change] = api.take(path, {"edit": "change_cycle", "cycle": "annual"})["changes"]
    asking = {"edits": [seats(12)], **WHY}
    ids = {
        "account_id": path.rpartition("/")[2],
        "product": "support",
        "member_id": members["agent"],
        "change_id": change["id"],
        "invoice_id": taken["invoice"]["id"],
        "attempt_id": str(uuid4()),
        "payment_id": booked(api, path),
        "order_id": next(
            one["data"]["take"] for one in api.ok("GET", f"{path}/history")["items"] if one["kind"] == "changes_taken"
        ),
        "quote_id": api.ok("POST", f"{path}/quotes", {"edits": [seats(12)]})["id"],
        "override_id": api.ok("POST", f"{path}/overrides", {"capability": "show_costs", "grant": True, **WHY})["id"],
        "invited": api.ok("POST", f"{path}/members", {**NOAH, "email": "zoe@acme.example"}, by=email("owner"))["id"],
        "request_id": api.ok("POST", f"{path}/requests", asking, by=email("admin"))["id"] if asked else str(uuid4()),
        "free": members["admin"],
        "suspended": suspended(api, path),
        "person_id": str(Person.objects.get(email="support@vendor.example").pk),
        "key_id": str(keys()[0].id),
        "parked_id": str(uuid4()),
        "email_id": failed_email(path),
        **members,
    }
    may = {
        role: {
            one["capability"]: one["outcome"] for one in api.ok("GET", f"{path}/capabilities", by=email(role))["items"]
        }
        for role in ROLES
    }
    rights = (*CAPABILITIES, *DESK)
    for role, right in current().staff.items():
        may[f"staff {role}"] = {one: "allowed" if one in right.allowed else "refused" for one in rights}
    return World(api, ids, may, asked)


def booked(api: ApiClient, path: str) -> str:
    """The id of a payment that has some money left."""
    came = {"amount": {"amount_minor": 100_000, "currency": "EUR"}}
    made: str = api.ok("POST", f"{path}/payments", came)["id"]
    return made


def failed_email(path: str) -> str:
    """The id of an email of the account, which did not come through."""
    run_once(datetime.now(UTC))
    message = Email.objects.filter(account_id=path.rpartition("/")[2])[:1].get()
    Email.objects.filter(pk=message.pk).update(state="failed", tries=6)
    return str(message.pk)


def suspended(api: ApiClient, path: str) -> str:
    """An admin who is suspended; their id."""
    sven: str = api.ok("POST", f"{path}/members", {"name": "Sven", "email": email("sven"), "role": "admin"})["id"]
    api.ok("PATCH", f"{path}/members/{sven}", {"state": "suspended"})
    return sven


def address(role: str) -> str:
    """The address of a member in a role, or of one of the staff."""
    return f"{role.split()[1]}@vendor.example" if role in CREW else email(role)


def attempt(act: Callable[[], Any]) -> tuple[Any, bool]:
    """An answer, and whether it changed anything; afterwards everything is as it was."""
    with transaction.atomic():
        before = writes()
        answer = act()
        wrote = writes() != before
        after = database_digest() if wrote else {}
        transaction.set_rollback(True)
    # The digests of all tables cost most of a try; whoever wrote nothing at all has changed nothing.
    return answer, wrote and after != database_digest()


def routes() -> Iterator[tuple[str, str]]:
    """Every page of an account and of the desk by name, with its address; addresses of before lead to one of them."""
    for pages in ("bursar.center.urls", "bursar.desk.urls"):
        for pattern in get_resolver(pages).url_patterns:
            if isinstance(pattern, URLPattern) and str(pattern.pattern).startswith(("accounts/", "desk")):
                if getattr(pattern.callback, "view_class", None) is MovedPage:
                    continue
                yield str(pattern.name), f"/{pattern.pattern}"


def test_every_page_and_every_operation_says_whom_it_is_for() -> None:
    assert {name for name, _ in routes()} == {name for _, name in PAGES}
    assert {name for _, _, name in operations()} == set(OPERATIONS)


@pytest.mark.parametrize(("account_type", "asked"), WORLDS)
def test_every_page_opens_to_whom_it_is_for_and_to_nobody_else(vendor: None, account_type: str, asked: bool) -> None:
    here, wrong = world(account_type, asked=asked), list[str]()
    clients = {role: signed_in(address(role)) for role in (*ROLES, *CREW)}
    for name, pattern in routes():
        path = here.filled(pattern.replace("<uuid:member_id>", ABOUT.get(name, "<uuid:member_id>")))
        for method in ("GET", "POST"):
            need, form = PAGES.get((method, name), ("", {}))
            for role, client in clients.items():
                fits = here.fits(need, role)
                if fits and method == "POST" and name in PAYING:
                    continue
                send = client.get if method == "GET" else client.post
                answer, changed = attempt(partial(send, path, here.sent(form)))
                status = answer.status_code
                refused = status in ((403, 404, 409, 422) if need else (405,)) and not changed
                if not (status < 400 if fits else refused):
                    wrong.append(f"{role} {method} {name}: {status}, changed: {changed}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("account_type", "asked"), WORLDS)
def test_whoever_did_something_is_led_to_a_page_that_is_open_to_them(
    vendor: None, account_type: str, asked: bool
) -> None:
    here, wrong, led = world(account_type, asked=asked), list[str](), 0
    clients = {role: signed_in(address(role)) for role in (*ROLES, *CREW)}
    for name, pattern in routes():
        need, form = PAGES.get(("POST", name), ("", {}))
        path = here.filled(pattern.replace("<uuid:member_id>", ABOUT.get(name, "<uuid:member_id>")))
        for role, client in clients.items():
            if not need or name in PAYING or not here.fits(need, role):
                continue
            answer, _ = attempt(partial(client.post, path, here.sent(form), follow=True))
            led += bool(answer.redirect_chain)
            if answer.status_code != 200:
                wrong.append(f"{role} {name}: {answer.redirect_chain} {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert led > 20


APART: Final = {"sven": "suspended in this account", "zoe": "not accepted the invitation"}
"""Who is in the account and may do nothing there, and why."""


@pytest.mark.parametrize("name", APART)
def test_no_page_opens_to_who_is_suspended_or_has_not_accepted_yet(vendor: None, name: str) -> None:
    here, wrong = world("self_service", asked=False), list[str]()
    client = signed_in(email(name))
    for page, pattern in routes():
        path = here.filled(pattern)
        for method in ("GET", "POST"):
            if (method, page) not in PAGES or "desk" in page:
                continue
            send = client.get if method == "GET" else client.post
            answer, changed = attempt(partial(send, path, here.sent(PAGES[method, page][1])))
            told = answer.content.decode()
            if answer.status_code != 403 or changed or APART[name] not in told or "Owner (owner)" not in told:
                wrong.append(f"{method} {page}: {answer.status_code}, changed: {changed}")
            if "Billing_Admin@" in told or "billing_admin@" in told:
                wrong.append(f"{method} {page} says more than whom to ask")
    assert not wrong, "\n".join(wrong)
    assert APART[name] in client.get("/", follow=True).content.decode()
    kept = here.api.ok("GET", f"/accounts/{here.ids['account_id']}/history?about=refused")["items"]
    assert not kept, "what was tried above was undone again"
    client.post(f"/accounts/{here.ids['account_id']}/team/invite", NOAH)
    assert len(here.api.ok("GET", f"/accounts/{here.ids['account_id']}/history?about=refused")["items"]) == 1


@pytest.mark.parametrize("name", APART)
def test_every_operation_is_refused_alike_to_who_is_suspended_or_has_not_accepted_yet(vendor: None, name: str) -> None:
    here, told = world("self_service", asked=False), set[str]()
    document = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    for method, pattern, operation in operations():
        need, body = OPERATIONS[operation]
        path = here.filled(pattern) + QUERIES.get(operation, "")
        for once in (None, "again", "again"):
            call = partial(here.api.call, method, path, here.sent(body), by=email(name), idempotency_key=once)
            answer, changed = attempt(call)
            said = document["paths"][f"/api/v1{pattern}"][method.lower()]
            if not any(one["name"] == "Bursar-Actor" for one in said["parameters"]):
                # Of the vendor's programs alone, or the same for everybody.
                assert answer.json().get("code") == ("vendor_only" if need == VENDOR else None), operation
                continue
            assert (answer.status_code, answer.json()["code"], changed) == (403, "not_active", False), operation
            # Each answer has the id of its own request.
            told.add(json.dumps({name: said for name, said in answer.json().items() if name != "request_id"}))
    [only] = told
    assert APART[name] in only and {one["email"] for one in json.loads(only)["ask"]} == {
        email("owner"),
        email("billing_admin"),
        email("admin"),
    }


def test_what_was_answered_before_is_not_answered_again_to_who_was_suspended(vendor: None) -> None:
    here = world("self_service", asked=False)
    path, by = f"/accounts/{here.ids['account_id']}", email("billing_admin")
    sent = {"edits": [seats(13)]}
    for where in ("quotes", "changes"):
        here.api.ok("POST", f"{path}/{where}", sent, by=by, idempotency_key=where)
    here.api.ok("PATCH", f"{path}/members/{here.ids['billing_admin']}", {"state": "suspended"})
    for where in ("quotes", "changes"):
        assert (
            here.api.fails(403, "POST", f"{path}/{where}", sent, by=by, idempotency_key=where)["code"] == "not_active"
        )


def test_every_page_keeps_other_sites_out(vendor: None) -> None:
    here, wrong = world("self_service", asked=False), list[str]()
    owner, chief = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    owner.cookies, chief.cookies = signed_in(email("owner")).cookies, signed_in(address("staff admin")).cookies
    for name, pattern in routes():
        path = here.filled(pattern)
        one = chief if "desk" in name else owner
        forged, changed = attempt(partial(one.post, path, here.sent(PAGES.get(("POST", name), ("", {}))[1])))
        if forged.status_code not in (403, 405) or changed:
            wrong.append(f"{name}: a form of another site was taken ({forged.status_code})")
        seen = one.get(path)
        policy = seen.headers.get("Content-Security-Policy", "")
        if "default-src 'self'" not in policy or "frame-ancestors 'none'" not in policy or "unsafe" in policy:
            wrong.append(f"{name}: {policy}")
        if seen.headers.get("X-Content-Type-Options") != "nosniff" or "Referrer-Policy" not in seen.headers:
            wrong.append(f"{name}: {seen.headers}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("account_type", "asked"), WORLDS)
def test_every_operation_is_done_for_whom_it_is_for_and_for_nobody_else(
    vendor: None, account_type: str, asked: bool
) -> None:
    here, wrong = world(account_type, asked=asked), list[str]()
    for method, pattern, name in operations():
        need, body = OPERATIONS[name]
        path = here.filled(pattern.replace("{member_id}", ABOUT.get(name, "{member_id}"))) + QUERIES.get(name, "")
        # Who may not is told so, or that there is no such thing; of a request also that somebody else has it, or none.
        refused = (403, 404, 409) if need in (OWNER, ASKING, REVIEWER, REQUESTER) else (403, 404)
        for role in ROLES:
            fits = here.fits(need, role)
            if fits and name in PAYING:
                continue
            answer, changed = attempt(partial(here.api.call, method, path, here.sent(body), by=email(role)))
            status = answer.status_code
            if not (status < 300 if fits else status in refused and not changed):
                wrong.append(f"{role} {name}: {status} {answer.content[:200]}, changed: {changed}")
    assert not wrong, "\n".join(wrong)


NOTHING_OF_BEFORE: Final[dict[str, Any]] = {
    "products": [
        {
            "code": "other",
            "name": {"en": "Something else"},
            "plans": [
                {
                    "code": "only",
                    "name": {"en": "Only"},
                    "prices": [{"currency": "CHF", "cycle": "monthly", "per": "seat", "amount": "20.00"}],
                }
            ],
        }
    ]
}
"""A catalog that sells nothing of what was sold before, in another currency."""


@pytest.mark.parametrize(("account_type", "asked"), [("online_assisted", True), ("self_service", False)])
def test_no_page_and_no_operation_fails_on_what_is_retired(vendor: None, account_type: str, asked: bool) -> None:
    here = world(account_type, asked=asked)
    here.api.ok("PUT", "/catalog", NOTHING_OF_BEFORE)
    policy = tomllib.loads((ROOT / "policies/standard.toml").read_text(encoding="utf-8"))
    policy["account_types"] = [one for one in policy["account_types"] if one["code"] != account_type]
    policy["credit"].pop(account_type, None)
    publish_unchecked(policy, by="tests", now=datetime.now(UTC))
    failed = list[str]()
    clients = {role: signed_in(address(role)) for role in ("owner", "admin", "staff admin")}
    for name, pattern in routes():
        path = here.filled(pattern.replace("<uuid:member_id>", ABOUT.get(name, "<uuid:member_id>")))
        for role, client in clients.items():
            client.raise_request_exception = False
            for send, form in ((client.get, {}), (client.post, PAGES.get(("POST", name), ("", {}))[1])):
                if name not in PAYING and undone(partial(send, path, here.sent(form))).status_code >= 500:
                    failed.append(f"{role} {name}")
    here.api.client.raise_request_exception = False
    for method, pattern, operation in operations():
        path, body = here.filled(pattern) + QUERIES.get(operation, ""), here.sent(OPERATIONS[operation][1])
        for by in (None, email("owner")):
            if operation not in PAYING and undone(partial(here.api.call, method, path, body, by=by)).status_code >= 500:
                failed.append(f"{by or 'vendor'} {operation}")
    assert not failed, "\n".join(failed)


def undone(act: Callable[[], Any]) -> Any:
    """What is answered; afterwards everything is as it was."""
    with transaction.atomic():
        answer = act()
        transaction.set_rollback(True)
    return answer
