"""Forgetting people and accounts: no table says who they were, while the record stands."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from allauth.usersessions.models import UserSession
from click.testing import CliRunner
from django.apps import apps
from django.contrib.sessions.models import Session as BrowserSession
from django.db import connection
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.keys import create_link
from bursar.cli import main
from bursar.core.messages.problem import Problem
from bursar.core.policy.policy import VENDOR
from bursar.erasure.actions import erase_account, erase_person
from bursar.history.models import Entry
from bursar.identity.models import Person
from bursar.identity.profile import confirm_address, request_address
from bursar.identity.staff import appoint
from bursar.invoices.models import Invoice
from bursar.jobs.steps import run_once
from bursar.policy.queries import current

pytestmark = pytest.mark.django_db(transaction=True)
OLGA = {"name": "Olga", "email": "olga@far.example"}
ZOE = {"name": "Zoé Lindgren", "email": "zoe@acme.example", "role": "admin"}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def saying(*words: str) -> dict[str, int]:
    """How many rows of each table say one of these words anywhere; invoices say what they said."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model is not Invoice:
                cursor.execute(
                    f"SELECT count(*) FROM {model._meta.db_table} AS one WHERE one::text ILIKE ANY(%s)",
                    [[f"%{word}%" for word in words]],
                )
                [(many,)] = cursor.fetchall()
                found |= {model._meta.db_table: many} if many else {}
    return found


def lived(api: ApiClient) -> tuple[str, str]:
    """An account in which Zoé asked for something, had a seat, wrote and was written about; and her member's path."""
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    zoe = f"{path}/members/{api.ok('POST', f'{path}/members', ZOE)['id']}"
    api.ok("PUT", f"{path}/seats/support/members/{zoe.rpartition('/')[2]}")
    asked = {"edits": [seats(12)], "reason": "My cat wants seats."}
    request = api.ok("POST", f"{path}/requests", asked, by=ZOE["email"])["id"]
    api.ok("POST", f"{path}/requests/{request}/reject", {"reason": "Not for zoé lindgren."}, by=email("owner"))
    recipients = [{"name": "Z", "email": "ZOE@acme.example"}, {"name": "Books", "email": "books@acme.example"}]
    api.ok("PUT", f"{path}/billing_details", {"sold_to": {"name": "Acme"}, "recipients": recipients})
    # She receives the invoices of another account, whose people wrote of her, and who is called otherwise now.
    opened = {"name": "Far", "account_type": "managed", "currency": "EUR", "time_zone": "UTC", "sandbox": True}
    other = f"/accounts/{api.ok('POST', '/accounts', {**opened, 'owner': OLGA})['id']}"
    api.ok("PUT", f"{other}/billing_details", {"sold_to": {"name": "Far"}, "recipients": recipients[:1]})
    override = {"capability": "add_seats", "grant": True, "reason": f"Asked by {ZOE['email']}", "until": None}
    api.ok("POST", f"{other}/overrides", override)
    api.ok("POST", f"{path}/overrides", {**override, "reason": "As Zora Quill wished."})
    api.ok("PATCH", zoe, {"name": "Zora Quill"})
    api.ok("PATCH", zoe, {"name": ZOE["name"]})
    back = "https://app.example/people/zoe%40acme.example"
    for actor in (ZOE["email"], email("owner")):
        api.ok("POST", f"{path}/sessions", {"actor": actor, "page": "seats", "return_to": back})
    sent_over = Client()
    way = api.ok("POST", f"{path}/sessions", {"actor": ZOE["email"], "page": "seats", "return_to": back})
    sent_over.get(way["address"].partition("localhost:8000")[2])
    signed_in(ZOE["email"]).post("/me/emails", {})
    Client().post("/sign-in/link", {"email": ZOE["email"]})
    run_once(datetime.now(UTC))
    return path, zoe


def test_no_table_says_who_an_erased_person_was_and_the_record_stands(api: ApiClient) -> None:
    path, zoe = lived(api)
    before = Entry.objects.count()
    assert {"accounts_person", "accounts_remark", "notices_email"} <= set(saying("lindgren", ZOE["email"]))
    with pytest.raises(Problem) as caught:
        erase_person(ZOE["email"], actor=VENDOR, now=datetime.now(UTC))
    assert caught.value.code == "still_there" and "Acme" in str(caught.value)
    api.ok("DELETE", zoe)
    run_once(datetime.now(UTC))
    erase_person(ZOE["email"].upper(), actor=VENDOR, now=datetime.now(UTC))
    assert saying("lindgren", "quill", ZOE["email"], "zoe%40", "my cat") == {}
    assert not UserSession.objects.exists() and not BrowserSession.objects.exists()
    assert Entry.objects.count() == before + 3, "freed, removed, erased"
    assert api.ok("GET", f"{path}/billing_details")["recipients"] == [{"name": "Books", "email": "books@acme.example"}]
    shown = signed_in(email("owner")).get(f"{path}/history").content.decode()
    assert "somebody who was erased" in shown and "What was known of a former member was erased." in shown
    assert api.call("GET", f"{path}/history").status_code == api.call("GET", f"{path}/requests").status_code == 200
    with pytest.raises(Problem) as caught:
        erase_person(ZOE["email"], actor=VENDOR, now=datetime.now(UTC))
    assert caught.value.code == "not_found"
    assert api.ok("POST", f"{path}/members", ZOE)["name"] == ZOE["name"], "who comes back is somebody new"


def test_who_had_another_address_before_is_forgotten_by_that_one_too(api: ApiClient) -> None:
    path, zoe = lived(api)
    person, now = Person.objects.get(email=ZOE["email"]), datetime.now(UTC)
    secret = request_address(person.pk, "vance@new.example", now=now)
    assert secret
    confirm_address(person.pk, secret, now=now)
    request_address(person.pk, "vance@newer.example", now=now)
    api.ok("DELETE", zoe)
    api.ok("POST", f"{path}/members", {**ZOE, "name": "Other", "email": "other@acme.example"})
    assert saying(ZOE["email"]).keys() >= {"accounts_addresschange", "notices_email", "accounts_billingdetails"}
    erase_person("vance@new.example", actor=VENDOR, now=now)
    assert saying("lindgren", ZOE["email"], "vance@", "my cat") == {}


def test_an_address_of_before_that_is_somebody_elses_now_is_left_to_them(api: ApiClient) -> None:
    path, zoe = lived(api)
    person, now = Person.objects.get(email=ZOE["email"]), datetime.now(UTC)
    secret = request_address(person.pk, "vance@new.example", now=now)
    assert secret
    confirm_address(person.pk, secret, now=now)
    api.ok("DELETE", zoe)
    api.ok("POST", f"{path}/members", {**ZOE, "name": "Zoe Other"})
    erase_person("vance@new.example", actor=VENDOR, now=now)
    assert saying("vance@") == {} and Person.objects.get(email=ZOE["email"]).name == "Zoe Other"
    assert len(api.ok("GET", f"{path}/billing_details")["recipients"]) == 2


def test_who_was_erased_is_out_whatever_link_they_kept(api: ApiClient) -> None:
    path, zoe = lived(api)
    client = signed_in(ZOE["email"])
    link = create_link(ZOE["email"], expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    api.ok("DELETE", zoe)
    erase_person(ZOE["email"], actor=VENDOR, now=datetime.now(UTC))
    assert client.get(f"{path}/subscription").status_code == 401
    assert Client().post(f"/sign-in/{link}").status_code == 403


def test_staff_is_dismissed_before_it_is_erased(api: ApiClient) -> None:
    appoint(current(), name="Ada", email="ada@vendor.example", role="sales", by=None, now=datetime.now(UTC))
    with pytest.raises(Problem) as caught:
        erase_person("ada@vendor.example", actor=VENDOR, now=datetime.now(UTC))
    assert caught.value.code == "still_serving"


def test_an_account_is_erased_after_its_end_with_its_people_who_are_in_no_other(api: ApiClient) -> None:
    path, _ = lived(api)
    other = api.account(name="Other", owner={"name": "Olga", "email": "olga@other.example"})
    account_id = UUID(path.rpartition("/")[2])
    for one in api.ok("GET", f"{other}/members")["items"]:
        if one["role"] != "owner":
            api.ok("DELETE", f"{other}/members/{one['id']}")
    api.ok("POST", f"{other}/members", {"name": "Agent", "email": email("agent"), "role": "agent"})
    with pytest.raises(Problem) as caught:
        erase_account(account_id, actor=VENDOR, now=datetime.now(UTC))
    assert caught.value.code == "not_cancelled"
    api.take(path, {"edit": "cancel", "reason": "My dog wants none.", "on": "now"})
    invoices = api.ok("GET", f"{path}/invoices")["items"]
    run = CliRunner().invoke(main, ["erase", "account", str(account_id)])
    assert run.exit_code == 2 and "--yes" in run.output
    run = CliRunner().invoke(main, ["erase", "account", str(account_id), "--yes"])
    assert run.exit_code == 0 and "5 people" in run.output, run.output
    words = [email(role) for role in ("owner", "billing_admin", "admin", "light_agent")]
    assert saying("lindgren", ZOE["email"], "my cat", "my dog", "books@acme", "acme sas", *words) == {}
    assert api.ok("GET", f"{path}/invoices")["items"] == invoices
    assert api.ok("GET", path)["name"] == "–"
    assert Person.objects.get(email=email("agent")).name == "Agent", "who is in another account stays"
    facts: Any = api.ok("GET", f"{path}/history")["items"]
    assert (facts[0]["kind"], facts[0]["data"]) == ("account_erased", {"people": 5})
