"""The vendor's staff: their desk, acting on accounts under their own name, and who is of them at all."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connections
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.directory import directory
from bursar.cli import main
from bursar.cli.checks.parked import parked_steps
from bursar.core.messages.problem import Problem
from bursar.core.policy.refusal import Refused
from bursar.core.subscription.edit import KINDS, Cancel, Edit, Resume, StartTrial, Suspend, Undo
from bursar.history.models import Entry
from bursar.i18n.edits import button
from bursar.identity import staff as actions
from bursar.identity.models import Person, Staff
from bursar.jobs.models import Parked
from bursar.jobs.steps import run_once
from bursar.notices.models import PersonalEmail
from bursar.policy.queries import current
from pages import said, taken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def appoint(role: str, *, sandbox: bool = False, by: actions.Colleague | None = None) -> actions.Colleague:
    now, address = datetime.now(UTC), f"{role}{'.sandbox' if sandbox else ''}@vendor.example"
    made = actions.appoint(current(), name=f"Ms <{role}>", email=address, role=role, sandbox=sandbox, by=by, now=now)
    found = actions.colleague(made)
    assert found is not None
    return found


def at_work(role: str, *, sandbox: bool = False) -> Client:
    return signed_in(appoint(role, sandbox=sandbox).email)


def test_what_the_staff_does_stands_in_the_history_under_their_name(api: ApiClient) -> None:
    path = api.account("managed")
    api.take(path, TEAM_10)
    sales = at_work("sales")
    assert sales.get("/")["Location"] == "/desk"
    assert "Acme" in said(sales.get("/desk"))
    seen = said(sales.get(f"{path}/subscription"))
    assert "You act for the vendor (Sales) on <strong>Acme</strong>" in seen and "Manage subscription" in seen
    assert "You act for the vendor" not in said(signed_in(email("owner")).get(f"{path}/subscription"))
    assert "12 seats, 2 more" in taken(sales, path, quantity_support="12")
    [fact] = Entry.objects.filter(kind="changes_taken").exclude(actor_id=None).order_by("-id")[:1]
    assert (fact.actor_kind, fact.actor_id) == ("vendor", Person.objects.get(email="sales@vendor.example").pk)
    for somebody in (sales, signed_in(email("owner"))):
        assert "Ms &lt;sales&gt; (vendor)" in said(somebody.get(f"{path}/history"))


def test_the_staff_agrees_prices_and_days(api: ApiClient) -> None:
    path = api.account("managed", today="2026-01-01")
    api.take(path, TEAM_10, {"edit": "change_cycle", "cycle": "annual"})
    sales = at_work("sales")
    assert "Agreed price" in said(sales.get(f"{path}/manage"))
    taken(sales, path, quantity_support="10", price_support="12,50")
    [item] = api.ok("GET", f"{path}/subscription")["items"]
    assert (item["quantity"], Decimal(item["unit_price"])) == (10, Decimal("12.5"))
    assert "July 1, 2026" in taken(sales, path, quantity_support="15", on="day", day="2026-07-01")
    for form, wrong in (
        ({"quantity_support": "11", "price_support": "cheap"}, "Give a price such as 12.00"),
        ({"quantity_support": "11", "on": "day"}, "Give the day from which it applies"),
    ):
        assert wrong in said(sales.post(f"{path}/manage", form), 422)


def test_a_customer_who_sends_what_only_the_staff_says_is_not_heard(api: ApiClient) -> None:
    path = api.account("self_service")
    api.take(path, TEAM_10)
    owner = signed_in(email("owner"))
    [before] = api.ok("GET", f"{path}/subscription")["items"]
    taken(owner, path, quantity_support="11", price_support="0.01", on="day", day="2026-12-01")
    [after] = api.ok("GET", f"{path}/subscription")["items"]
    assert (after["quantity"], after["unit_price"]) == (11, before["unit_price"])


def test_who_may_not_is_told_which_colleagues_may_and_it_is_written_down(api: ApiClient) -> None:
    path = api.account("managed")
    support = at_work("support")
    told = said(support.post(f"{path}/desk", {"name": "Other", "account_type": "managed", "tax_rate": "0"}), 409)
    assert "With your role (Support) you cannot change the vendor settings of an account" in told
    assert "ask a colleague: Sales or Administration" in told
    [refused] = Entry.objects.filter(kind="refused")
    assert refused.data["capability"] == "alter_accounts" and refused.actor_id is not None
    assert "ask a colleague: Sales or Administration" in said(support.get("/desk/open"), 403)


def test_staff_of_sandboxes_finds_no_real_account(api: ApiClient) -> None:
    sandbox, real = api.account("managed"), api.account("managed", sandbox=False, today=None, name="Real")
    trainee = at_work("admin", sandbox=True)
    listed = said(trainee.get("/desk"))
    assert "Acme" in listed and "Real" not in listed
    assert trainee.get(f"{sandbox}/subscription").status_code == 200
    for page in ("subscription", "manage", "desk", "history"):
        assert trainee.get(f"{real}/{page}").status_code == 404
    assert trainee.get("/desk/keys").status_code == 404
    form = {"name": "New", "account_type": "managed", "currency": "EUR", "time_zone": "UTC", "locale": "en"}
    owner = {"owner_name": "New", "owner_email": "new@acme.example", "tax_rate": "0"}
    opened = trainee.post("/desk/open", {**form, **owner})
    assert api.ok("GET", opened["Location"].removesuffix("/subscription"))["sandbox"] is True


def test_an_account_is_opened_at_the_desk(api: ApiClient, settings: Any) -> None:
    settings.SENDS_MAIL = True
    sales = at_work("sales")
    form = {"name": "New", "account_type": "managed", "currency": "QQQ", "time_zone": "UTC", "locale": "fr"}
    owner = {"owner_name": "Léa", "owner_email": "lea@new.example", "tax_rate": "20 %", "representative_email": "x"}
    assert "Give an email address such as" in said(sales.post("/desk/open", {**form, **owner}), 422)
    owner["representative_email"] = "rep@vendor.example"
    assert "Choose one of the currencies of the catalog" in said(sales.post("/desk/open", {**form, **owner}), 422)
    opened = sales.post("/desk/open", {**form, **owner, "currency": "usd"})
    account = api.ok("GET", opened["Location"].removesuffix("/subscription"))
    assert (account["name"], account["currency"], account["sandbox"]) == ("New", "USD", False)
    assert account["representative"]["email"] == "rep@vendor.example"
    [message] = PersonalEmail.objects.filter(address="lea@new.example")
    assert message.subject == "Le compte New est ouvert" and "/sign-in/link" in message.text


def test_whom_the_staff_adds_is_invited(api: ApiClient) -> None:
    path = api.account("managed")
    form = {"name": "Noah", "email": "noah@acme.example", "role": "agent"}
    assert at_work("support").post(f"{path}/team/invite", form).status_code == 302
    noah = next(one for one in api.ok("GET", f"{path}/members")["items"] if one["email"] == form["email"])
    assert noah["state"] == "invited"


def test_exceptions_and_standing_are_set_on_the_page_of_the_vendor(api: ApiClient) -> None:
    path = api.account("managed")
    chief, owner = at_work("admin"), signed_in(email("owner"))
    api.take(path, TEAM_10)
    assert owner.get(f"{path}/manage").status_code == 403
    form = {"capability": "add_seats", "grant": "1", "reason": "They <called>.", "until": "2026-01-31"}
    assert "Say why" in said(chief.post(f"{path}/desk/overrides", {**form, "reason": ""}), 422)
    assert chief.post(f"{path}/desk/overrides", form).status_code == 302
    page = said(chief.get(f"{path}/desk"))
    assert "They &lt;called&gt;." in page and "Ms &lt;admin&gt;" in page and "January 31, 2026" in page
    assert owner.get(f"{path}/manage").status_code == 200
    assert "is an exception for add_seats already" in said(chief.post(f"{path}/desk/overrides", form), 409)
    [where] = re.findall(rf'action="({path}/desk/overrides/[^"]+/end)"', page)
    assert chief.post(where).status_code == 302
    assert owner.get(f"{path}/manage").status_code == 403
    for state in ("suspended", "active"):
        summary = chief.post(f"{path}/desk/standing")["Location"]
        assert chief.post(f"{summary}/take").status_code == 302
        assert api.ok("GET", f"{path}/subscription")["state"] == state
    fields = {"name": "Acme SA", "account_type": "self_service", "tax_rate": "0.1", "representative_email": ""}
    assert chief.post(f"{path}/desk", fields).status_code == 302
    account = api.ok("GET", path)
    assert (account["name"], account["account_type"]) == ("Acme SA", "self_service")


def test_who_may_suspend_accounts_and_see_no_subscription_is_led_to_no_closed_page(api: ApiClient) -> None:
    usual = api.ok("GET", "/policy")
    staff = [{**one, "allowed": ["suspend_accounts"]} if one["code"] == "support" else one for one in usual["staff"]]
    api.ok("PUT", "/policy", {**usual, "staff": staff})
    path, guard = api.account(), at_work("support")
    api.take(path, TEAM_10)
    for label, state in (("Suspend the account", "suspended"), ("Resume the account", "active")):
        summary = guard.post(f"{path}/desk/standing")["Location"]
        assert label in said(guard.get(summary))
        done = guard.post(f"{summary}/take")["Location"]
        assert "Back to the account" in said(guard.get(done))
        assert api.ok("GET", f"{path}/subscription")["state"] == state
    assert guard.get(f"{path}/subscription").status_code == 403
    seats_summary = api.ok("POST", f"{path}/quotes", {"edits": [seats(12)]})["id"]
    assert guard.get(f"{path}/quotes/{seats_summary}").status_code == 403


def test_the_staff_passes_ownership_on_where_the_owner_is_gone_and_says_why(api: ApiClient) -> None:
    path = api.account("managed")
    heir = next(one for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "billing_admin")["id"]
    form = {"member": heir, "sure": "1", "reason": "The owner left the company."}
    support, sales = at_work("support"), at_work("sales")
    assert "ask a colleague: Sales or Administration" in said(support.post(f"{path}/admins/owner", form), 409)
    assert "Say why" in said(sales.post(f"{path}/admins/owner", {**form, "reason": " "}), 409)
    assert sales.post(f"{path}/admins/owner", form).status_code == 302
    assert next(one for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "owner")["id"] == heir
    [fact] = Entry.objects.filter(kind="owner_changed")
    assert fact.actor_id == Person.objects.get(email="sales@vendor.example").pk


def test_the_desk_is_for_nobody_else(api: ApiClient) -> None:
    path = api.account()
    for somebody, status in ((signed_in(email("owner")), 404), (Client(), 401)):
        for page in ("/desk", "/desk/open", "/desk/staff", "/desk/keys", f"{path}/desk"):
            assert somebody.get(page).status_code == status, page


def test_whoever_is_appointed_is_written_to_and_whoever_is_dismissed_is_out_at_once(
    api: ApiClient, settings: Any
) -> None:
    settings.SENDS_MAIL = True
    chief = at_work("admin")
    form = {"name": "Noé", "email": "noe@vendor.example", "role": "sales"}
    assert "Choose one of the roles" in said(chief.post("/desk/staff", {**form, "role": "king"}), 422)
    for role in ("sales", "finance"):
        assert chief.post("/desk/staff", {**form, "role": role}).status_code == 302
    [message] = PersonalEmail.objects.filter(address="noe@vendor.example")
    assert "Ms <admin>" in message.text and "/sign-in/link" in message.text
    noe = signed_in("noe@vendor.example")
    assert "Finance" in said(noe.get("/desk"))
    person = Person.objects.get(email="noe@vendor.example")
    assert [one.role for one in Staff.objects.filter(person=person).order_by("id")] == ["sales", "finance"]
    assert chief.post(f"/desk/staff/{person.pk}/dismiss").status_code == 302
    assert noe.get("/desk").status_code == 404
    assert "no such colleague" in said(chief.post(f"/desk/staff/{person.pk}/dismiss"), 409)


def test_somebody_who_may_manage_the_staff_always_stays(api: ApiClient) -> None:
    chief, trainee, now = appoint("admin"), appoint("admin", sandbox=True), datetime.now(UTC)
    with pytest.raises(Problem) as caught:
        actions.dismiss(current(), chief.id, by=chief, now=now)
    assert caught.value.code == "nobody_left"
    with pytest.raises(Problem) as caught:
        actions.appoint(current(), name="A", email=chief.email, role="sales", by=chief, now=now)
    assert caught.value.code == "nobody_left"
    with pytest.raises(Problem) as caught:
        actions.dismiss(current(), chief.id, by=trainee, now=now)
    assert caught.value.code == "sandbox_staff"
    made = appoint("sales", by=trainee)
    assert made.sandbox, "whom staff of sandboxes appoints is of sandboxes"
    again = actions.appoint(current(), name="A", email=made.email, role="support", by=chief, now=datetime.now(UTC))
    stays = actions.colleague(again)
    assert stays is not None and (stays.role, stays.sandbox) == ("support", True), "another role reaches no further"
    actions.dismiss(current(), chief.id, by=None, now=now)
    assert actions.colleague(chief.id) is None, "the operator can"


def test_two_who_dismiss_each_other_at_the_same_moment_leave_one(api: ApiClient) -> None:
    one = appoint("admin")
    made = actions.appoint(current(), name="B", email="b@vendor.example", role="admin", by=one, now=datetime.now(UTC))
    other = actions.colleague(made)
    assert other is not None

    def dismiss(whom: actions.Colleague, by: actions.Colleague) -> str:
        try:
            actions.dismiss(current(), whom.id, by=by, now=datetime.now(UTC))
        except Problem as problem:
            return problem.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(dismiss, other, one), pool.submit(dismiss, one, other)]
        assert sorted(each.result() for each in done) == ["done", "refused"]
    assert len(actions.staff()) == 1


def test_nobody_is_dismissed_by_the_policy_of_before_a_publication_that_relied_on_them(api: ApiClient) -> None:
    chief, before = appoint("admin"), current()
    made = actions.appoint(before, name="S", email="s@vendor.example", role="support", by=chief, now=datetime.now(UTC))
    usual = api.ok("GET", "/policy")
    staff = [
        {**one, "allowed": [code for code in one["allowed"] if code != "manage_staff"] + managers(one["code"])}
        for one in usual["staff"]
    ]
    api.ok("PUT", "/policy", {**usual, "staff": staff})
    with pytest.raises(Problem) as caught:
        actions.dismiss(before, made, by=chief, now=datetime.now(UTC))
    assert isinstance(caught.value, Refused)
    with pytest.raises(Problem):
        actions.appoint(before, name="S", email="s@vendor.example", role="sales", by=chief, now=datetime.now(UTC))
    assert actions.colleague(made) is not None


def managers(role: str) -> list[str]:
    """What a role may do more where support alone manages the staff."""
    return ["manage_staff"] if role == "support" else []


def test_an_appointment_is_a_fact(api: ApiClient) -> None:
    appoint("sales")
    with pytest.raises(IntegrityError):
        Staff.objects.update(role="admin")
    with pytest.raises(IntegrityError):
        Staff.objects.all().delete()


def test_accounts_are_found_by_name_id_and_the_address_of_somebody_in_them(api: ApiClient) -> None:
    first = api.account("managed", name="Alpha 100%", owner={"name": "Zoe", "email": "zoe_b@alpha.example"})
    api.account("self_service", name="beta", owner={"name": "Bo", "email": "bo@beta.example"})

    def found(q: str = "", **more: Any) -> list[str]:
        filters = {"account_type": "", "state": "", "sandbox_only": False, "after": None, "limit": 9, **more}
        return [one.name for one in directory(q=q, **filters)]

    assert found() == ["Alpha 100%", "beta"]
    assert found("00%") == ["Alpha 100%"] and found("%b") == []
    assert found("ALPHA") == found("zoe_") == found(first.split("/")[2]) == ["Alpha 100%"]
    assert found("zoe-") == [] and found("alpha.example") == []
    assert found(account_type="self_service") == ["beta"] and found(state="suspended") == []
    [alpha] = directory(q="alpha", account_type="", state="", sandbox_only=False, after=None, limit=1)
    assert found(after=alpha.id) == ["beta"]


def test_keys_are_revoked_at_the_desk(api: ApiClient) -> None:
    chief = at_work("admin")
    page = said(chief.get("/desk/keys"))
    [where] = re.findall(r'action="(/desk/keys/[^"]+/revoke)"', page)
    assert chief.post(where).status_code == 302
    assert api.call("GET", "/accounts").status_code == 401
    assert "revoked" in said(chief.get("/desk/keys"))


def test_what_is_parked_is_tried_again_from_the_desk(api: ApiClient) -> None:
    account = UUID(api.account(sandbox=False, today=None, name="A <B>").rpartition("/")[2])
    then = datetime(2026, 1, 1, 9, tzinfo=UTC)
    Parked.objects.create(
        account_id=account,
        step="renew",
        reason="KeyError in core/x.py, line 3",
        since=then,
        failed_at=then,
        tries=4,
        due_at=datetime.now(UTC) + timedelta(days=1),
    )
    support = at_work("support")
    shown = said(support.get("/desk/parked"))
    for part in ("A &lt;B&gt;", "renew", "KeyError in core/x.py, line 3", "4 tries since January 1, 2026 at 9:00"):
        assert part in shown, part
    assert "Réessayer pour A &lt;B&gt; : renouveler" in said(
        signed_in("support@vendor.example", "fr").get("/desk/parked")
    )
    assert parked_steps().state == "wrong" and str(account) in parked_steps().finding
    [where] = re.findall(r'action="(/desk/parked/[^"]+/again)"', shown)
    assert support.post(where).status_code == 302
    assert Parked.objects.get().due_at <= datetime.now(UTC)
    run_once(datetime.now(UTC))
    assert not Parked.objects.exists() and parked_steps().state == "ok"
    assert "It has succeeded meanwhile." in said(support.post(where, follow=True))
    assert "Nothing is parked" in said(support.get("/desk/parked"))
    assert at_work("support", sandbox=True).get("/desk/parked").status_code == 404


def test_on_a_demo_one_can_be_the_staff_of_sandboxes_and_no_other(api: ApiClient, settings: Any) -> None:
    api.account()
    real, trainee = appoint("sales"), appoint("support", sandbox=True)
    for demo, whom, status in ((False, trainee, 404), (True, real, 404), (True, trainee, 302)):
        settings.DEMO = demo
        assert Client().post("/demo", {"colleague": str(whom.id)}).status_code == status
    assert trainee.name.replace("<", "&lt;").replace(">", "&gt;") in said(Client().get("/"))
    path = api.account(sandbox=False, today=None)
    api.ok("POST", f"{path}/members", {"name": "S", "email": trainee.email, "role": "admin"})
    assert Client().post("/demo", {"colleague": str(trainee.id)}).status_code == 404, "who is in a real account"


def test_the_first_of_the_staff_is_appointed_at_the_command_line(api: ApiClient) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["staff", *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert "nobody" in run("list")
    assert "signs in by a link" in run("appoint", "ada@vendor.example", "--name", "Ada", "--role", "admin")
    assert "Ada: admin" in run("list")
    assert "Staff" in said(signed_in("ada@vendor.example").get("/desk"))
    run("dismiss", "ADA@vendor.example")
    assert "nobody" in run("list")
    for words in (("dismiss", "x@y.example"), ("appoint", "nobody", "--name", "N", "--role", "admin")):
        assert CliRunner().invoke(main, ["staff", *words]).exit_code != 0


LINK = re.compile(r'<a [^>]*href="(/accounts/[^"#]+)"')


@pytest.mark.parametrize("role", ["finance", "admin"])
def test_suspending_says_what_it_means_and_leads_only_where_its_actor_may_be(api: ApiClient, role: str) -> None:
    path, colleague = api.account("online_assisted"), at_work(role)
    api.take(path, TEAM_10)
    summary = colleague.post(f"{path}/desk/standing")["Location"]
    page = said(colleague.get(summary))
    for still in (
        "see the subscription",
        "see and download invoices",
        "pay an open invoice",
        "change the payment type",
    ):
        assert still in page
    assert "Billing goes on" in page and "Update subscription" not in page
    assert re.search(r"<button[^>]*>\s*Suspend the account\s*</button>", page)
    for link in LINK.findall(page):
        assert colleague.get(link).status_code == 200, link
    done = colleague.post(f"{summary}/take")["Location"]
    for link in [done, *LINK.findall(said(colleague.get(done)))]:
        assert colleague.get(link).status_code == 200, link
    # What it says of billing is so: the renewal is invoiced though the account is suspended.
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    assert api.ok("GET", path)["state"] == "suspended"
    assert len(api.ok("GET", f"{path}/invoices")["items"]) == 2
    again = colleague.post(f"{path}/desk/standing")["Location"]
    assert re.search(r"<button[^>]*>\s*Resume the account\s*</button>", said(colleague.get(again)))


def test_a_button_says_the_deed_where_nothing_that_is_bought_changes() -> None:
    examples: dict[type[Edit], dict[str, Any]] = {
        Cancel: {"reason": ""},
        Undo: {"change": UUID(int=1)},
        StartTrial: {"product": "support", "plan": "team", "until": date(2026, 2, 1)},
    }
    examples |= {Suspend: {}, Resume: {}}
    assert {name: button([kind(**examples[kind])]) for name, kind in KINDS.items() if kind in examples} == {
        "cancel": "Cancel the account",
        "start_trial": "Start the trial",
        "suspend": "Suspend the account",
        "resume": "Resume the account",
        "undo": "Undo the scheduled change",
    }
