"""What is kept how long, and what is held of a person, for themselves."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.contrib.sessions.models import Session as BrowserSession
from django.core.cache import cache
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.keys import create_link
from bursar.accounts.models import Session
from bursar.cli import main
from bursar.history.models import StoredResponse
from bursar.identity.models import AddressChange, Person, SignInLink
from bursar.identity.profile import request_address
from bursar.jobs.actions import begin_round
from bursar.jobs.retention import EMAILS, WAYS_IN, clear
from bursar.jobs.steps import run_once
from bursar.notices.models import PersonalEmail
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def test_what_is_kept_no_longer_is_deleted_once_an_hour_and_nothing_else(api: ApiClient) -> None:
    path, now = api.account(sandbox=False, today=None), datetime.now(UTC)
    client = signed_in(email("owner"))
    api.ok("POST", f"{path}/sessions", {"actor": email("owner"), "page": "seats"}, idempotency_key="once")
    request_address(Person.objects.get(email=email("admin")).pk, "other@acme.example", now=now)
    Client().post("/sign-in/link", {"email": email("owner")})
    create_link(email("agent"), expires_at=now + timedelta(days=365))
    kept = (SignInLink, Session, AddressChange, PersonalEmail, BrowserSession)
    before = [kind._default_manager.count() for kind in kept]
    assert before == [3, 1, 1, 1, 1]
    clear(now + timedelta(hours=1))
    assert [kind._default_manager.count() for kind in kept] == before
    begin_round(now)
    run_once(now)
    later = now + WAYS_IN + timedelta(hours=2)
    run_once(later)
    assert [kind._default_manager.count() for kind in kept] == [1, 0, 0, 1, 1]
    assert not StoredResponse.objects.filter(answer_kind="session").exists()
    api.ok("POST", f"{path}/sessions", {"actor": email("owner"), "page": "seats"}, idempotency_key="once")
    assert client.get("/me").status_code == 200
    cache.set("over", 1, timeout=-1)
    clear(now + EMAILS + timedelta(hours=1))
    assert [kind._default_manager.count() for kind in kept] == [1, 0, 0, 0, 0]
    assert client.get("/me").status_code == 401


def lived(api: ApiClient) -> str:
    """An account in which the admin asked for something, of which another person wrote."""
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    asked = {"edits": [seats(12)], "reason": "My cat wants seats."}
    request = api.ok("POST", f"{path}/requests", asked, by=email("admin"))["id"]
    api.ok("POST", f"{path}/requests/{request}/reject", {"reason": "My dog says no."}, by=email("owner"))
    recipients = [{"name": "Ad", "email": email("admin")}, {"name": "Books", "email": "books@acme.example"}]
    other = api.account(name="Other", owner={"name": "Olga", "email": "olga@other.example"})
    api.ok("PUT", f"{other}/billing_details", {"sold_to": {"name": "Other"}, "recipients": recipients})
    run_once(datetime.now(UTC))
    return path


OTHERS = ("owner", "billing_admin", "olga", "books", "my dog", "light_agent@")


def test_a_person_has_what_is_held_of_them_and_nothing_of_others(api: ApiClient) -> None:
    path = lived(api)
    client = signed_in(email("admin"))
    answer: Any = client.get("/me/data.json")
    assert answer.streaming and "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode()
    held = json.loads(text)
    assert held["person"][0]["email"] == email("admin")
    assert [one["account_name"] for one in held["memberships"]] == ["Acme", "Other"]
    assert held["requests"][0]["why"] == "My cat wants seats."
    assert [one["email"] for one in held["recipient_of_invoices"]] == [email("admin")]
    assert any(one["account_id"] in path for one in held["history"]) and held["emails"] and held["sign_in_links"]
    assert not [word for word in OTHERS if word in text.lower()]
    assert Client().get("/me/data.json").status_code == Client().get("/me/data").status_code == 401
    shown = said(client.get("/me/data"))
    assert "Requests you made" in shown and 'href="/me/data.json"' in shown
    assert 'href="/me/data"' in said(client.get("/me"))
    assert "Demandes que vous avez faites" in said(signed_in(email("admin"), "fr").get("/me/data"))


def test_the_operator_exports_a_person_to_a_file_or_to_the_terminal(api: ApiClient, tmp_path: Path) -> None:
    lived(api)
    file = tmp_path / "admin.json"
    run = CliRunner().invoke(main, ["export", "person", email("admin").upper(), "--json", "--to", str(file)])
    assert run.exit_code == 0 and not run.output, run.output
    assert json.loads(file.read_text("utf-8"))["person"][0]["email"] == email("admin")
    run = CliRunner().invoke(main, ["export", "person", email("admin"), "--json"])
    assert json.loads(run.output)["requests"][0]["why"] == "My cat wants seats."
    run = CliRunner().invoke(main, ["export", "person", email("admin")])
    assert "why My cat wants seats." in run.output and not [one for one in OTHERS if one in run.output.lower()]
    run = CliRunner().invoke(main, ["export", "person", "nobody@acme.example"])
    assert run.exit_code == 1 and "person" in run.output
    run = CliRunner().invoke(main, ["export", "person", email("admin"), "--to", str(tmp_path / "no" / "file")])
    assert run.exit_code == 1 and "cannot be written" in run.output and not list(tmp_path.glob("*.part"))
