"""Keys of the vendor's programs: listed with their last use, and revoked at once."""

import json
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner

from api_client import TEAM_10, ApiClient, email
from bursar.accounts.keys import USED_AGAIN, create_key, keys, valid_key
from bursar.cli import main
from database_digest import unchanged
from operations import operations

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_key_that_is_revoked_lets_nobody_in_any_more(vendor: None) -> None:
    api = ApiClient()
    api.ok("GET", "/accounts")
    [row] = keys()
    listed = CliRunner().invoke(main, ["key", "list"]).output
    assert str(row.id) in listed and "tests: made" in listed and "last used" in listed and "revoked" not in listed
    assert CliRunner().invoke(main, ["key", "revoke", str(row.id)]).exit_code == 0
    assert api.call("GET", "/accounts").status_code == 401
    assert "revoked" in CliRunner().invoke(main, ["key", "list"]).output
    unknown = CliRunner().invoke(main, ["key", "revoke", str(uuid4())])
    assert unknown.exit_code != 0 and "no such key" in unknown.output


def test_the_use_of_a_key_is_written_down_once_an_hour(vendor: None) -> None:
    now = datetime.now(UTC)
    key = create_key("shop", now=now)
    for minutes, told in ((0, 0), (59, 0), (60, 60), (61, 60)):
        at = now + timedelta(minutes=minutes)
        held = valid_key(key, now=at)
        assert held and held.id == keys()[-1].id
        assert keys()[-1].last_used_at == now + timedelta(minutes=told)
    assert timedelta(hours=1) == USED_AGAIN


def made(*options: str) -> str:
    output = CliRunner().invoke(main, ["key", "create", "other", *options, "--json"]).output
    key: str = json.loads(output)["key"]
    return key


def test_a_key_that_only_reads_changes_nothing_by_any_operation(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    api.key = made("--reads-only")
    for method, pattern, name in operations():
        where = re.sub(
            r"{(\w+)}", lambda found: path.split("/")[2] if found[1] == "account_id" else str(uuid4()), pattern
        )
        with unchanged(but=frozenset({"accounts_vendorkey"})):
            answer = api.call(method, where)
        if method == "GET":
            assert answer.status_code in (200, 404), name
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "key_reads_only"), name
    assert "reads only" in CliRunner().invoke(main, ["key", "list"]).output


def test_a_key_of_one_account_opens_nothing_else(vendor: None) -> None:
    api = ApiClient()
    mine, other = api.account(), api.account(owner={"name": "O", "email": "o@other.example"})
    api.key = made("--account", mine.split("/")[2])
    api.ok("GET", mine)
    api.ok("POST", f"{mine}/quotes", {"edits": [TEAM_10]})
    # Whoever it signed in would be so in all of their accounts.
    signing_in = api.fails(403, "POST", f"{mine}/sessions", {"actor": "owner@acme.example"})
    assert signing_in["code"] == "key_of_one_account"
    for method, pattern, name in operations():
        where = re.sub(
            r"{(\w+)}", lambda found: other.split("/")[2] if found[1] == "account_id" else str(uuid4()), pattern
        )
        with unchanged():
            answer = api.call(method, where)
        wanted = (404, "not_found") if "{account_id}" in pattern else (403, "key_of_one_account")
        assert (answer.status_code, answer.json()["code"]) == wanted, name
    unknown = CliRunner().invoke(main, ["key", "create", "other", "--account", str(uuid4())])
    assert unknown.exit_code != 0 and "no such account" in unknown.output


def test_a_key_holds_until_its_last_day(vendor: None) -> None:
    key, now = made("--days", "90"), datetime.now(UTC)
    assert valid_key(key, now=now + timedelta(days=89)) and not valid_key(key, now=now + timedelta(days=90, seconds=1))
    assert "until" in CliRunner().invoke(main, ["key", "list"]).output


@pytest.mark.parametrize("more", [(), ("--reads-only", "--days", "3"), ("--account",)])
def test_a_key_for_members_never_acts_as_the_vendor(vendor: None, more: tuple[str, ...]) -> None:
    api = ApiClient()
    path = api.account()
    account = path.split("/")[2]
    api.key = made("--members", *more, *([account] if "--account" in more else []))
    for method, pattern, name in operations():
        where = re.sub(r"{(\w+)}", lambda found: account if found[1] == "account_id" else str(uuid4()), pattern)
        with unchanged(but=frozenset({"accounts_vendorkey"})):
            answer = api.call(method, where, {})
        assert (answer.status_code, answer.json()["code"]) == (403, "key_for_members"), name
    api.ok("GET", f"{path}/entitlements", by=email("owner"))
    assert "for members only" in CliRunner().invoke(main, ["key", "list"]).output
    assert [row.scope for row in keys()] == ["vendor", "members"]


def test_what_only_the_vendor_does_is_not_for_a_key_for_members(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    api.key = made("--members")
    signing_in = {"actor": email("light_agent")}
    for method, where, body in (
        *(("GET", "/accounts", None), ("PUT", "/catalog", {"products": []}), ("POST", f"{path}/sessions", signing_in)),
        *(("PATCH", path, {"name": "Mine"}), ("GET", f"{path}/overrides", None)),
    ):
        with unchanged(but=frozenset({"accounts_vendorkey"})):
            assert api.fails(403, method, where, body, by=email("owner"))["code"] == "key_for_members", where


def test_what_is_of_no_account_is_read_by_a_key_for_members_for_a_member_alone(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    [agent] = [one["id"] for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "agent"]
    suspended = {"state": "suspended"}
    api.ok("PATCH", f"{path}/members/{agent}", suspended)
    api.key = made("--members")
    for where in ("/catalog", "/policy"):
        api.ok("GET", where, by=email("owner"))
        for nobody in ("stranger@example.com", "nobody", email("agent")):
            assert api.fails(403, "GET", where, by=nobody)["code"] == "key_for_members"


def test_making_a_key_says_as_whom_it_acts(vendor: None) -> None:
    said = CliRunner().invoke(main, ["key", "create", "shop"]).output
    assert "as the vendor, and for members" in said
    said = CliRunner().invoke(main, ["key", "create", "product", "--members"]).output
    assert "for members, whom Bursar-Actor names" in said
    told = json.loads(CliRunner().invoke(main, ["key", "list", "--json"]).output)
    assert [row["scope"] for row in told] == ["vendor", "members"]
