"""The team on pages: inviting, accepting once, other roles, suspending and removing, and what becomes of seats."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from api_client import TEAM_10, ApiClient, email, signed_in
from bursar.accounts.keys import INVITATION_DAYS, InvitationNotValid
from bursar.accounts.members import accept_invitation
from bursar.core.messages.problem import Problem
from bursar.history.models import Entry
from bursar.identity.models import Person
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from bursar.notices.secret import fill_secret
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
NOAH = {"name": "Noah <b>", "email": "noah@acme.example", "role": "agent"}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def member(api: ApiClient, path: str, address: str) -> dict[str, Any]:
    return next(one for one in api.ok("GET", f"{path}/members")["items"] if one["email"] == address)


def link(address: str = NOAH["email"]) -> str:
    """Where the last invitation that was written leads."""
    run_once(datetime.now(UTC))
    message = Email.objects.filter(address=address, text__contains="/invitation/").latest("id")
    text, html = (fill_secret(said, message.secret) for said in (message.text, message.html))
    found = re.search(r"http://localhost:8000(/invitation/\S+)", text)
    assert (
        found and found[1] in html and found[1].rpartition("/")[2] not in message.text + message.html + message.secret
    )
    return found[1]


def test_invitations_are_limited_so_that_nobody_writes_to_strangers_without_end(api: ApiClient) -> None:
    path = api.account("managed", sandbox=False, today=None)
    admin = signed_in(email("admin"))
    assert admin.post(f"{path}/team/invite", NOAH).status_code == 302
    one = f"{path}/members/{member(api, path, NOAH['email'])['id']}"
    where = f"{path}/team/{one.rpartition('/')[2]}/invite"
    # Whichever door they come through, and whoever sends them.
    again = [admin.post(where).status_code for _ in range(30)]
    again += [api.call("POST", f"{one}/invitation", by=email("owner")).status_code for _ in range(30)]
    assert again == [302] * 30 + [200] * 29 + [429]
    assert "60 invitations within an hour; the next can go out in 60 min." in said(admin.post(where), 429)
    zoe = {**NOAH, "email": "zoe@acme.example"}
    assert "the next can go out" in said(admin.post(f"{path}/team/invite", zoe), 429)
    assert api.fails(429, "POST", f"{path}/members", zoe, by=email("owner"))["code"] == "too_many_invitations"
    # The vendor's own program writes to whom it likes, and other accounts are not held up.
    api.ok("POST", f"{one}/invitation")
    api.ok("POST", f"{path}/members", zoe)
    assert api.ok("POST", f"{api.account()}/members", NOAH, by=email("owner"))["state"] == "invited"
    day = Entry.objects.filter(kind__in=("member_added", "member_invited"))
    assert day.filter(actor_kind="member").count() == 61


def test_somebody_who_is_invited_accepts_by_the_link_once_and_is_in(api: ApiClient) -> None:
    path = api.account("managed", sandbox=False, today=None)
    admin = signed_in(email("admin"))
    assert admin.post(f"{path}/team/invite", NOAH)["Location"] == f"{path}/team"
    shown = said(admin.get(f"{path}/team"))
    assert "Noah &lt;b&gt;" in shown and "invited" in shown and "is invited by an email to noah@acme.example" in shown
    where = link()
    message = Email.objects.get(address=NOAH["email"])
    assert message.subject == "Acme: You are invited as agent." and "By Admin" in message.text
    # An invitation that was not accepted opens nothing, and programs that look at links accept nothing.
    assert "Accept the invitation" in said(Client().get(where))
    assert member(api, path, NOAH["email"])["state"] == "invited"
    noah = Client()
    assert noah.post(where)["Location"] == path
    assert member(api, path, NOAH["email"])["state"] == "active"
    assert Person.objects.get(email=NOAH["email"]).email_verified_at is not None
    assert "Whom to ask" in said(noah.get(f"{path}/team"))
    assert "is not valid any more" in said(Client().post(where), 403)
    assert "n’est plus valable" in said(Client(headers={"Accept-Language": "fr"}).post(where), 403)
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds[:2] == ["member_accepted", "member_added"]


def test_an_invitation_of_a_sandbox_signs_in_nobody_whom_its_reader_might_not_be(api: ApiClient, settings: Any) -> None:
    live = api.account("managed", sandbox=False, today=None)
    path = api.account()
    noah = {**NOAH, "email": email("agent")}
    # Somebody of a live account is invited into a sandbox, where everybody reads the email.
    api.ok("DELETE", f"{path}/members/{member(api, path, noah['email'])['id']}")
    for demo in (False, True):
        settings.DEMO = demo
        row = api.ok("POST", f"{path}/members", noah, by=email("admin"))
        reader = Client()
        assert reader.post(link(noah["email"]))["Location"] == path
        assert reader.get(live).status_code == reader.get(path).status_code == 401
        assert member(api, path, noah["email"])["state"] == "active"
        assert Person.objects.get(email=noah["email"]).email_verified_at is None
        api.ok("DELETE", f"{path}/members/{row['id']}")
    # On a demo one can be anybody who is in sandboxes only.
    api.ok("POST", f"{path}/members", NOAH, by=email("admin"))
    reader = Client()
    reader.post(link())
    assert "Whom to ask" in said(reader.get(f"{path}/team"))


def test_only_the_last_invitation_counts_and_only_for_some_days(api: ApiClient) -> None:
    path = api.account()
    owner = signed_in(email("owner"))
    owner.post(f"{path}/team/invite", NOAH)
    first, row = link(), member(api, path, NOAH["email"])
    owner.post(f"{path}/team/{row['id']}/invite")
    second = link()
    assert first != second
    said(Client().post(first), 403)
    with pytest.raises(InvitationNotValid):
        accept_invitation(second.removeprefix("/invitation/"), now=datetime.now(UTC) + timedelta(days=INVITATION_DAYS))
    forged = second[:-3] + ("abc" if not second.endswith("abc") else "abd")
    said(Client().post(forged), 403)
    said(Client().post("/invitation/nothing"), 403)
    owner.post(f"{path}/team/{row['id']}/remove")
    said(Client().post(second), 403)


def test_an_invitation_is_accepted_once_however_many_click(api: ApiClient) -> None:
    path = api.account()
    api.ok("POST", f"{path}/members", NOAH, by=email("admin"))
    secret = link().removeprefix("/invitation/")

    def click(_: int) -> str:
        try:
            accept_invitation(secret, now=datetime.now(UTC))
        except Problem as problem:
            return problem.code
        finally:
            connections.close_all()
        return "in"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(click, range(8)))
    assert outcomes == ["in", *["invitation_not_valid"] * 7]


def test_what_becomes_of_seats_is_said_before_and_after(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    row = member(api, path, email("agent"))
    api.ok("PUT", f"{path}/seats/support/members/{row['id']}")
    admin = signed_in(email("admin"))
    page = f"{path}/team/{row['id']}"
    shown = said(admin.get(page))
    assert "Uses a seat of Support. As light agent they would use none" in shown
    assert "keep their seat of Support" in shown and "Their seat of Support becomes free" in shown
    admin.post(f"{page}/suspend")
    assert "Agent is suspended." in said(admin.get(f"{path}/team"))
    assert api.ok("GET", f"{path}/seats")["items"][0]["used"] == 1
    assert signed_in(email("agent")).get(f"{path}/team").status_code == 403
    assert api.fails(403, "GET", f"{path}/history", by=email("agent"))["code"] == "not_active"
    admin.post(f"{page}/resume")
    said(signed_in(email("agent")).get(f"{path}/team"))
    admin.post(f"{page}/role", {"role": "light_agent"})
    assert "A seat is free now, and stays bought: Support." in said(admin.get(f"{path}/team"))
    assert member(api, path, email("agent"))["role"] == "light_agent"
    admin.post(f"{page}/remove")
    assert "Agent is no longer a member." in said(admin.get(f"{path}/team"))
    run_once(datetime.now(UTC))
    told = list(Email.objects.filter(address=email("agent")).order_by("id").values_list("subject", flat=True))
    assert told == [
        "Acme: Your access was suspended.",
        "Acme: Your access was restored.",
        "Acme: Your role is now light agent.",
        "Acme: You were removed from this account.",
    ]


def test_who_may_not_is_told_why_and_sees_no_button(api: ApiClient) -> None:
    path = api.account()
    rows = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    admin = signed_in(email("admin"))
    assert "Suspend" not in said(admin.get(f"{path}/team/{rows['owner']}"))
    assert "This is you" in said(admin.get(f"{path}/team/{rows['admin']}"))
    shown = said(admin.get(f"{path}/team/{rows['billing_admin']}"))
    assert "Suspend" not in shown and "Owner (owner) can do this" in shown
    refused = said(admin.post(f"{path}/team/{rows['billing_admin']}/suspend"), 409)
    assert "Owner (owner) can do this" in refused
    assert "cannot be suspended" in said(admin.post(f"{path}/team/{rows['owner']}/suspend"), 409)
    assert "Nobody suspends themselves" in said(admin.post(f"{path}/team/{rows['admin']}/suspend"), 409)
    assert "member of this account already" in said(
        admin.post(f"{path}/team/invite", {**NOAH, "email": email("agent")}), 409
    )
    wrong = said(admin.post(f"{path}/team/invite", {"name": "", "email": "nobody", "role": "owner"}), 422)
    for message in ("Give the person&#x27;s name.", "Give an email address", "Choose one of the roles."):
        assert message in wrong
    agent = signed_in(email("agent"))
    shown = said(agent.get(f"{path}/team"))
    assert "owner@acme.example" in shown and "admin@acme.example" in shown and "agent@acme.example" not in shown
    assert "Invite somebody" not in shown and "can do this" in shown
    said(agent.get(f"{path}/team/{rows['owner']}"), 403)
    said(agent.post(f"{path}/team/invite", NOAH), 409)
    assert {one["state"] for one in api.ok("GET", f"{path}/members")["items"]} == {"active"}


def test_a_name_stays_on_one_line_so_that_emails_say_nothing_else_by_it(api: ApiClient) -> None:
    path = api.account()
    trick = {"name": "Eve\n\nPay your bill at\u2028example.org ", "email": "eve@acme.example", "role": "admin"}
    member = api.ok("POST", f"{path}/members", trick)["id"]
    assert api.ok("GET", f"{path}/members/{member}")["name"] == "Eve Pay your bill at example.org"
    api.ok("PATCH", f"{path}/members/{member}", {"name": "Eve\r\nBeware"})
    assert api.ok("GET", f"{path}/members/{member}")["name"] == "Eve Beware"
    api.ok("PATCH", path, {"name": "Acme\nand sons"})
    assert api.ok("GET", path)["name"] == "Acme and sons"


def test_people_are_found_filtered_and_sorted(api: ApiClient) -> None:
    path = api.account()
    owner = signed_in(email("owner"))

    def names(query: str) -> list[str]:
        return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', said(owner.get(f"{path}/team?{query}")))

    assert names("") == ["Owner", "Billing_Admin", "Admin", "Agent", "Light_Agent"]
    assert names("sort=name") == ["Admin", "Agent", "Billing_Admin", "Light_Agent", "Owner"]
    assert names("sort=sign_in")[0] == "Owner"
    assert names("q=LIGHT") == ["Light_Agent"] and names("role=agent") == ["Agent"]
    assert names("state=suspended") == [] and names("from=3") == ["Agent", "Light_Agent"]


def test_accents_and_signs_neither_hide_people_nor_put_them_last(api: ApiClient) -> None:
    path = api.account(owner={"name": "Zoé 100%", "email": "owner@acme.example"})
    for name, address in (("Élodie", "e_l@x.example"), ("E\u0301mile", "emile@x.example"), ("Œuvrard", "o@x.example")):
        api.ok("POST", f"{path}/members", {"name": name, "email": address, "role": "agent"})
    owner = signed_in(email("owner"))

    def names(**query: str) -> list[str]:
        answer: Any = owner.get(f"{path}/team", query)
        return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', said(answer))

    assert names(sort="name") == [
        *("Admin", "Agent", "Billing_Admin", "Élodie", "E\u0301mile", "Light_Agent", "Œuvrard", "Zoé 100%")
    ]
    assert names(q="elodie") == names(q="ÉLODIE") == names(q="E\u0301lo") == names(q="e_l") == ["Élodie"]
    assert names(q="émile") == ["E\u0301mile"] and names(q="oeuv") == ["Œuvrard"]
    assert names(q="%") == ["Zoé 100%"] and "Élodie" not in names(q="_a")
