"""A sandbox lends an identity only of somebody who is in sandboxes alone, and only for as long as they are."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from api_client import ApiClient, email, signed_in
from bursar.accounts.keys import create_link
from bursar.accounts.models import Session
from bursar.identity.models import Person
from bursar.identity.staff import appoint
from bursar.jobs.steps import run_once
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
LIVE: dict[str, Any] = {"sandbox": False, "today": None}


@pytest.fixture
def api(vendor: None, settings: Any) -> ApiClient:
    cache.clear()
    settings.DEMO = True
    return ApiClient()


@pytest.fixture
def path(api: ApiClient) -> str:
    """A sandbox account."""
    return api.account("online_assisted")


def member(api: ApiClient, path: str, role: str = "owner") -> str:
    return next(str(one["id"]) for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == role)


def serving(address: str, *, sandbox: bool = False) -> None:
    appoint(current(), name="Tess", email=address, role="admin", sandbox=sandbox, by=None, now=datetime.now(UTC))


def many_times() -> str:
    """A link like those that `bursar serve --demo` prints."""
    until = datetime.now(UTC) + timedelta(days=1)
    return f"/sign-in/{create_link(email('owner'), expires_at=until, single_use=False)}"


def becomes_member(api: ApiClient) -> None:
    api.account(**LIVE, owner={"name": "Real", "email": email("owner")})


def is_invited(api: ApiClient) -> None:
    live = api.account(**LIVE, owner={"name": "Boss", "email": "boss@live.example"})
    invited = {"name": "O", "email": email("owner"), "role": "admin"}
    api.ok("POST", f"{live}/members", invited, by="boss@live.example")


def becomes_staff(api: ApiClient) -> None:
    serving(email("owner"))


BECOMING_LIVE = pytest.mark.parametrize("become_live", [becomes_member, is_invited, becomes_staff])


@BECOMING_LIVE
def test_whoever_is_live_anywhere_is_neither_offered_nor_let_in(api: ApiClient, path: str, become_live: Any) -> None:
    owner, link = member(api, path), many_times()
    assert owner in said(Client().get("/"))
    become_live(api)
    assert owner not in said(Client().get("/"))
    assert Client().post("/demo", {"member": owner}).status_code == 404
    assert Client().post(link).status_code == 403
    refused = api.fails(422, "POST", f"{path}/sessions", {"actor": email("owner")})
    assert refused["code"] == "live_person" and "sandbox" in refused["detail"]


@BECOMING_LIVE
def test_a_lent_session_ends_when_the_person_becomes_live(api: ApiClient, path: str, become_live: Any) -> None:
    owner, link = member(api, path), many_times()
    sent = api.ok("POST", f"{path}/sessions", {"actor": email("owner")})["address"].removeprefix(
        "http://localhost:8000"
    )
    late = api.ok("POST", f"{path}/sessions", {"actor": email("owner")})["address"].removeprefix(
        "http://localhost:8000"
    )
    clients = [Client(), Client(), Client()]
    clients[0].post("/demo", {"member": owner})
    clients[1].post(link)
    clients[2].get(sent)
    assert {client.get(f"{path}/capabilities").status_code for client in clients} == {200}
    become_live(api)
    assert [client.get(f"{path}/capabilities").status_code for client in clients] == [401, 401, 401]
    assert Client().get(late).status_code == 403, "a way in that was opened before"
    assert signed_in(email("owner")).get(f"{path}/capabilities").status_code == 200, "who proves their address stays"


def test_staff_of_sandboxes_who_is_live_anywhere_is_not_offered(api: ApiClient, path: str) -> None:
    serving("trainee@vendor.example", sandbox=True)
    trainee = Person.objects.get(email="trainee@vendor.example")
    assert str(trainee.pk) in said(Client().get("/"))
    live = api.account(**LIVE, owner={"name": "Boss", "email": "boss@live.example"})
    api.ok("POST", f"{live}/members", {"name": "T", "email": trainee.email, "role": "admin"})
    assert str(trainee.pk) not in said(Client().get("/"))
    assert Client().post("/demo", {"colleague": str(trainee.pk)}).status_code == 404


def test_an_invitation_read_in_a_sandboxs_outbox_signs_nobody_in_who_is_live(api: ApiClient, path: str) -> None:
    becomes_staff(api)
    api.ok("POST", f"{path}/members", {"name": "B", "email": "boss@vendor.example", "role": "admin"}, by=email("admin"))
    run_once(datetime.now(UTC))
    serving("boss@vendor.example")
    reader = signed_in(email("billing_admin"))
    emails = said(reader.get(f"{path}/outbox"))
    [where] = set(re.findall(r"(/invitation/[\w:.=-]+)", emails))
    client = Client()
    client.post(where)
    assert client.get("/me").status_code == 401


def test_nobody_keeps_a_way_in_of_somebody_whom_a_sandbox_lent(api: ApiClient, path: str) -> None:
    client = Client()
    client.post("/demo", {"member": member(api, path)})
    password = {"password1": "seven green lamps", "password2": "seven green lamps"}
    for where in ("/me/password/first", "/me/security/app", "/me/security/keys/add", "/me/address"):
        assert "sign in again" in said(client.post(where, password), 403).lower(), where
    assert not Person.objects.get(email=email("owner")).has_usable_password()
    assert Session.objects.count() == 0
