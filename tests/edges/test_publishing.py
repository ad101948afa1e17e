"""Publishing a policy while accounts live by the one before: nobody is left without a type, and nobody locked out."""

import tomllib
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connection, transaction
from django.test import Client

from api_client import ROOT, TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.models import Account
from bursar.accounts.publishing import publish_policy
from bursar.cli import main
from bursar.core.policy.policy import VENDOR
from bursar.history.models import Entry
from bursar.identity.staff import appoint
from bursar.policy.actions import publish as publish_unchecked
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
PARTNER: dict[str, Any] = {
    "code": "partner",
    "name": {"en": "partner account", "fr": "compte partenaire"},
    "shows_costs": True,
    "capabilities": ["add_seats"],
}
OPENED: dict[str, Any] = {
    "name": "New",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "owner": {"name": "New", "email": "new@acme.example"},
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def standard() -> dict[str, Any]:
    return tomllib.loads((ROOT / "policies/standard.toml").read_text(encoding="utf-8"))


def with_partners() -> dict[str, Any]:
    found = standard()
    return {**found, "account_types": [*found["account_types"], PARTNER]}


def without_managing() -> dict[str, Any]:
    """The standard policy, whose staff manages nobody."""
    found = deepcopy(standard())
    for role in found["staff"]:
        role["allowed"] = [one for one in role["allowed"] if one != "manage_staff"]
    return found


@pytest.fixture
def api(vendor: None) -> ApiClient:
    found = ApiClient()
    found.ok("PUT", "/policy", with_partners())
    return found


def test_a_type_that_accounts_have_cannot_be_taken_out_and_the_accounts_are_named(api: ApiClient) -> None:
    paths = [api.account("partner", name=f"Partner {number}") for number in range(12)]
    version = current().version
    problem = api.fails(409, "PUT", "/policy", standard())
    assert problem["code"] == "types_in_use"
    assert problem["count"] == 12
    assert problem["accounts"] == [
        {"id": path.rpartition("/")[2], "name": f"Partner {number}", "account_type": "partner"}
        for number, path in enumerate(paths[:10])
    ]
    assert "12" in problem["detail"] and "Partner 9" in problem["detail"] and "replaces" in problem["detail"]
    assert "Partner 10" not in problem["detail"]
    assert "n’a pas" in api.fails(409, "PUT", "/policy", standard(), **{"Accept-Language": "fr"})["detail"]
    assert current().version == version


def test_a_policy_that_says_what_replaces_a_type_moves_its_accounts_with_an_entry_each(api: ApiClient) -> None:
    moved, other = [api.account("partner") for _ in range(3)], api.account("self_service")
    replacing = {**standard(), "replaces": {"partner": "managed", "never_there": "managed"}}
    version = api.ok("PUT", "/policy", replacing)["version"]
    assert "replaces" not in api.ok("GET", "/policy")
    for path in moved:
        assert api.ok("GET", path)["account_type"] == "managed"
        [entry] = [one for one in api.ok("GET", f"{path}/history")["items"] if one["kind"] == "account_altered"]
        assert entry["data"] == {"fields": ["account_type"], "before": "partner", "after": "managed"}
        assert (entry["actor"]["kind"], entry["on"]) == ("vendor", "2026-01-01")
    assert api.ok("GET", other)["account_type"] == "self_service"
    assert api.ok("PUT", "/policy", replacing)["version"] == version
    assert Entry.objects.filter(kind="account_altered").count() == 3
    for language, told in (("en", "partner account → managed account"), ("fr", "compte partenaire → compte géré")):
        assert told in said(signed_in(email("owner"), language).get(f"{moved[0]}/history"))


def test_what_replaces_a_type_is_a_type_of_the_same_policy_and_what_it_replaces_is_not(api: ApiClient) -> None:
    for replaces, place in (
        ({"partner": "nothing"}, "replaces.partner: expected one of managed"),
        ({"managed": "self_service"}, "replaces.managed: "),
        ({"Not a code": "managed"}, "replaces.Not a code: expected a code"),
        (["partner"], "replaces: expected a table"),
    ):
        problem = api.fails(422, "PUT", "/policy", {**standard(), "replaces": replaces})
        assert problem["code"] == "bad_document" and problem["detail"].startswith(place), problem


def test_a_policy_under_which_nobody_could_manage_the_staff_is_refused(api: ApiClient) -> None:
    api.ok("PUT", "/policy", without_managing())
    api.ok("PUT", "/policy", standard())
    appoint(current(), name="Paul", email="paul@vendor.example", role="admin", by=None, now=datetime.now(UTC))
    problem = api.fails(409, "PUT", "/policy", without_managing())
    assert problem["code"] == "staff_locked_out"
    assert "Paul" in problem["detail"]


def test_the_command_line_says_the_same_and_check_says_it_without_publishing(api: ApiClient, tmp_path: Path) -> None:
    api.account("partner", name="Nordlys")
    file, version = ROOT / "policies/standard.toml", current().version
    for command in (["check", "--accounts"], ["apply"]):
        failed = run("policy", *command, str(file))
        assert failed.exit_code == 1, failed.output
        assert "Nordlys" in failed.stderr and "replaces" in failed.stderr
    assert run("policy", "check", str(file)).exit_code == 0
    moving = tmp_path / "moving.toml"
    moving.write_text('replaces = { partner = "managed" }\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    checked = run("policy", "check", "--accounts", str(moving))
    assert checked.exit_code == 0, checked.output
    assert current().version == version and Account.objects.get().account_type == "partner"
    assert run("policy", "apply", str(moving)).exit_code == 0
    assert current().version == version + 1 and Account.objects.get().account_type == "managed"


def test_an_account_opened_while_a_policy_is_published_never_has_a_type_that_is_gone(api: ApiClient) -> None:
    """Whoever opens it has read the policy of before, and waits; what was published meanwhile decides."""
    published, answers = Event(), list[Any]()

    def open_() -> None:
        assert published.wait(60)
        try:
            answers.append(api.call("POST", "/accounts", {**OPENED, "account_type": "partner"}))
        finally:
            connection.close()

    opening = Thread(target=open_)
    opening.start()
    with transaction.atomic():
        publish_policy(standard(), by="tests", actor=VENDOR, now=datetime.now(UTC))
        published.set()
        # Long enough for the other one to ask; it can do nothing but wait.
        opening.join(1)
        assert not answers
    opening.join()
    [answer] = answers
    assert answer.status_code == 422 and answer.json()["code"] == "unknown_account_type", answer.content
    assert not Account.objects.filter(account_type="partner").exists()


def test_every_page_of_an_account_whose_type_is_gone_answers_and_the_demo_too(api: ApiClient, settings: Any) -> None:
    """As a database may be that an older Bursar has served."""
    settings.DEMO = True
    path = api.account("partner")
    api.take(path, TEAM_10)
    publish_unchecked(standard(), by="tests", now=datetime.now(UTC))
    client = signed_in(email("owner"))
    for where in ("subscription", "manage", "payment", "invoices", "team", "history", "capabilities", "cancel"):
        answer = client.get(f"{path}/{where}")
        assert answer.status_code in (200, 403), (where, answer.status_code)
    for where in ("subscription", "capabilities"):
        assert "partner account" in said(client.get(f"{path}/{where}")), where
    assert "partner account" in said(Client().get("/"))
    refused = api.fails(403, "POST", f"{path}/changes", {"edits": [seats(11)]}, by=email("owner"))
    assert refused["reason"] == "account_type" and "partner account" in refused["detail"]
    assert api.ok("GET", f"{path}/capabilities", by=email("owner"))["items"]
