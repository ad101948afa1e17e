"""What people are called: by each account as it likes, and by themselves on their own pages."""

import re
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

import factory
from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.models import Member
from bursar.core.policy.policy import VENDOR
from bursar.erasure.actions import erase_person
from bursar.identity.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
ADMIN = {"name": "Adele Quist", "email": email("admin"), "role": "admin"}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def other(api: ApiClient) -> str:
    """Another account, of which the admin of the first becomes one as well, by another name."""
    path = api.account("online_assisted", name="Other", owner={"name": "Olga", "email": "olga@other.example"})
    for one in api.ok("GET", f"{path}/members")["items"]:
        if one["role"] != "owner":
            api.ok("DELETE", f"{path}/members/{one['id']}")
    return path


def called(api: ApiClient, path: str, address: str = email("admin")) -> dict[str, Any]:
    return next(one for one in api.ok("GET", f"{path}/members")["items"] if one["email"] == address)


def test_whoever_is_invited_goes_by_the_name_given_and_not_by_that_known_elsewhere(api: ApiClient) -> None:
    known, path = api.account("online_assisted", sandbox=False, today=None), other(api)
    signed_in(email("admin"))
    assert called(api, known)["last_sign_in_at"]
    shown = api.ok("POST", f"{path}/members", ADMIN, by="olga@other.example")
    assert (shown["name"], shown["last_sign_in_at"]) == ("Adele Quist", None), "whether they come elsewhere is not said"
    page = signed_in("olga@other.example").get(f"{path}/team").content.decode()
    assert "Adele Quist" in page and called(api, known)["name"] == "Admin"


def test_a_name_given_in_one_account_is_known_in_no_other(api: ApiClient) -> None:
    known, path = api.account("online_assisted"), other(api)
    mine = api.ok("POST", f"{path}/members", ADMIN)["id"]
    for where in (known, path):
        api.take(where, TEAM_10)
        api.ok("PUT", f"{where}/seats/support/members/{called(api, where)['id']}")
        api.ok("POST", f"{where}/requests", {"edits": [seats(12)], "reason": "More."}, by=email("admin"))
    api.ok("PATCH", f"{path}/members/{mine}", {"name": "Zita Vance"}, by="olga@other.example")
    assert called(api, path)["name"] == "Zita Vance"
    for reader, where, here, elsewhere in (
        (email("owner"), known, "Admin", "Zita Vance"),
        ("olga@other.example", path, "Zita Vance", "Adele Quist"),
    ):
        owner = signed_in(reader)
        for page in ("team", "seats", "history", "requests", "admins"):
            shown = owner.get(f"{where}/{page}").content.decode()
            assert elsewhere not in shown, page
            assert here in shown, page
        body = str([api.ok("GET", f"{where}/{one}") for one in ("members", "seats", "requests", "capabilities")])
        assert here in body and elsewhere not in body
    admin = signed_in(email("admin"))
    for where, name in ((known, "Admin"), (path, "Zita Vance")):
        assert f'<a href="/me">{name}</a>' in admin.get(f"{where}/team").content.decode()


def test_people_say_themselves_what_they_go_by_which_no_account_learns(api: ApiClient) -> None:
    path = api.account()
    admin = signed_in(email("admin"))
    assert 'value="Admin"' in admin.get("/me").content.decode()
    assert "Give your name." in admin.post("/me", {"name": " "}).content.decode()
    assert admin.post("/me", {"name": "x" * 201}).status_code == 422
    assert admin.post("/me", {"name": "Ada <i>"})["Location"] == "/me"
    assert 'value="Ada &lt;i&gt;"' in admin.get("/me").content.decode()
    assert Person.objects.get(email=email("admin")).name == "Ada <i>" and called(api, path)["name"] == "Admin"
    signed_in(email("agent"), "fr").get("/me")
    assert "Vous" in signed_in(email("agent"), "fr").get("/me").content.decode()


def test_no_account_keeps_the_name_of_who_was_erased(api: ApiClient) -> None:
    path, elsewhere = api.account(), other(api)
    mine = api.ok("POST", f"{elsewhere}/members", ADMIN)["id"]
    for where, one in ((path, called(api, path)["id"]), (elsewhere, mine)):
        api.ok("DELETE", f"{where}/members/{one}")
    erase_person(email("admin"), actor=VENDOR, now=datetime.now(UTC))
    assert set(Member.objects.filter(person__is_active=False).values_list("name", flat=True)) == {"–"}


def test_members_of_before_keep_the_name_of_the_person(transactional_db: None) -> None:
    account = factory.account()
    ada = factory.member(account, person=factory.person(name="Ada Berg"), removed_at=factory.NOW)
    named = import_module("bursar.accounts.migrations.0009_member_named")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_member ALTER COLUMN name DROP NOT NULL")
        try:
            cursor.execute("UPDATE accounts_member SET name = NULL")
            with connection.schema_editor(atomic=False) as editor:
                named.copy_names(apps, editor)
        finally:
            cursor.execute("ALTER TABLE accounts_member ALTER COLUMN name SET NOT NULL")
    assert Member.objects.get(pk=ada.pk).name == "Ada Berg"
    assert re.fullmatch(r"Person \d+", Member.objects.exclude(pk=ada.pk).get().name)
