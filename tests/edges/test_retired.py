"""What catalog and policy no longer name goes on for whoever has it: every page and every operation answers, with names."""

import re
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from click.testing import CliRunner

from api_client import TEAM_10, ApiClient, email, seats, signed_in, trial
from bursar.cli import main
from bursar.jobs.steps import run_once
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
PRICE: Final = {"currency": "CHF", "cycle": "monthly", "per": "seat", "amount": "20.00"}
OTHER: Final[dict[str, Any]] = {
    "products": [
        {
            "code": "other",
            "name": {"en": "Something else"},
            "base": True,
            "plans": [{"code": "only", "name": {"en": "Only"}, "prices": [PRICE]}],
        }
    ]
}
"""A catalog that sells nothing of what was sold before, in another currency and another cycle."""
SEASON: Final = {
    "code": "season_v1",
    "name": {"en": "every season", "fr": "chaque saison"},
    "term": {"weeks": 12},
    "period": {"weeks": 4},
}
CODE: Final = re.compile(r"[>, (]desk_v1|[>, (]first_v1|[>, (]season_v1")
"""A code where a person would read it; those in addresses and fields are for programs."""
DESK: Final[dict[str, Any]] = {
    "products": [
        {
            "code": "desk_v1",
            "name": {"en": "Front desk", "fr": "Accueil"},
            "base": True,
            "plans": [
                {
                    "code": "first_v1",
                    "name": {"en": "First plan", "fr": "Première formule"},
                    "features": [{"en": "A bell", "fr": "Une sonnette"}],
                    "prices": [
                        {"currency": "GBP", "cycle": cycle, "per": "seat", "amount": "40.00"}
                        for cycle in ("season_v1", "monthly")
                    ],
                }
            ],
        }
    ],
    "cycles": [SEASON],
}


@pytest.fixture
def kept(vendor: None) -> tuple[ApiClient, str]:
    """An account in a product, plan, cycle and currency that the catalog no longer has."""
    api = ApiClient()
    api.ok("PUT", "/catalog", DESK)
    path = api.account(currency="GBP")
    desk = {"edit": "add_product", "product": "desk_v1", "plan": "first_v1", "seats": 5}
    api.take(path, desk, {"edit": "change_cycle", "cycle": "season_v1"})
    agent = next(one["id"] for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "agent")
    api.ok("PUT", f"{path}/seats/desk_v1/members/{agent}")
    api.take(path, seats(4, "desk_v1"), by=email("owner"))
    api.ok("PUT", "/catalog", OTHER)
    return api, path


def test_what_an_account_has_keeps_its_names_on_every_page(kept: tuple[ApiClient, str]) -> None:
    api, path = kept
    going = [{"edit": "remove_product", "product": "desk_v1"}, *undoing(api, path)]
    quote = api.ok("POST", f"{path}/quotes", {"edits": going})["id"]
    invoice = api.ok("GET", f"{path}/invoices")["items"][0]["id"]
    run_once(datetime.now(UTC))
    for language, product, plan, cycle in (
        ("en", "Front desk", "First plan", "every season"),
        ("fr", "Accueil", "Première formule", "chaque saison"),
    ):
        client = signed_in(email("owner"), language)
        for where in ("subscription", "manage", "cancel", "history", "outbox", f"invoices/{invoice}"):
            page = said(client.get(f"{path}/{where}"))
            assert not CODE.search(page), (where, CODE.search(page))
            assert where == "outbox" or product in page, where
            assert where == "outbox" or plan in page, where
            assert where not in ("subscription", "manage", "history") or cycle in page, where
        for where in ("seats", "team", "history.csv", f"quotes/{quote}"):
            page = said(client.get(f"{path}/{where}"))
            assert not CODE.search(page) and product in page, where


def test_what_an_account_has_is_named_in_its_choices_and_may_grow(kept: tuple[ApiClient, str]) -> None:
    api, path = kept
    client = signed_in(email("owner"))
    page = said(client.get(f"{path}/manage"))
    assert 'value="season_v1"' in page and "every season" in page
    [change] = api.ok("GET", f"{path}/subscription")["scheduled"]
    edits = [seats(8, "desk_v1"), {"edit": "undo", "change": change["id"]}]
    taken = api.take(path, *edits, by=email("owner"))
    assert taken["invoice"]["net"] == {"amount_minor": 12000, "currency": "GBP"}
    api.ok("POST", f"{path}/clock", {"to": "2026-01-29"})
    renewed = api.ok("GET", f"{path}/invoices")["items"][0]
    assert (renewed["net"]["amount_minor"], renewed["lines"][0]["unit_price"]) == (32000, "40.00")
    assert api.ok("GET", f"{path}/entitlements")["products"][0]["features"] == [{"en": "A bell", "fr": "Une sonnette"}]


def test_publishing_a_catalog_says_how_many_accounts_have_what_it_retires(vendor: None, tmp_path: Any) -> None:
    api = ApiClient()
    api.ok("PUT", "/catalog", DESK)
    desk = {"edit": "add_product", "product": "desk_v1", "plan": "first_v1", "seats": 5}
    for number in range(3):
        path = api.account(currency="GBP", name=f"Account {number}")
        if number:
            api.take(path, desk)
    removed = api.account(currency="GBP")
    api.take(removed, desk)
    api.take(removed, {"edit": "cancel", "on": "now"})
    file = tmp_path / "other.toml"
    file.write_text(
        '[[products]]\ncode = "other"\nname = { en = "Other" }\n[[products.plans]]\ncode = "only"\n'
        'name = { en = "Only" }\nprices = [{ currency = "CHF", cycle = "monthly", per = "seat", amount = "20.00" }]\n',
        encoding="utf-8",
    )
    differs = CliRunner().invoke(main, ["catalog", "diff", str(file)])
    assert "2 accounts have what it no longer sells" in differs.stdout and "desk_v1 first_v1: 2" in differs.stdout, (
        differs.output
    )
    answer = api.ok("PUT", "/catalog", OTHER)
    assert answer["retired"] == {
        "accounts": 2,
        "items": [{"product": "desk_v1", "plan": "first_v1", "accounts": 2}],
    }
    applied = CliRunner().invoke(main, ["catalog", "apply", str(file)])
    assert "2 accounts have what it no longer sells" in applied.stdout, applied.output
    assert api.ok("PUT", "/catalog", DESK)["retired"] == {"accounts": 0, "items": []}


def test_who_has_it_scheduled_or_tries_it_is_counted_and_who_no_longer_has_it_is_not(vendor: None) -> None:
    api = ApiClient()
    usual = api.ok("GET", "/catalog")
    growth = {"edit": "change_plan", "product": "support", "plan": "growth"}
    taken = {
        "has it": [[TEAM_10]],
        "gives it up at the renewal": [[TEAM_10], [{**growth, "on": "renewal"}]],
        "gets it at the renewal": [[{**TEAM_10, "plan": "growth"}], [{**growth, "plan": "team", "on": "renewal"}]],
        "tries it": [[trial("2026-01-14")]],
        "no longer has it": [[TEAM_10], [{**growth, "on": "now"}]],
    }
    for name, steps in taken.items():
        path = api.account("managed", name=name)
        for edits in steps:
            api.take(path, *edits)
    assert retired_without(api, usual, "EUR", "monthly") == {"support team": 3}
    # What is tried is sold as long as it has a price in any cycle.
    assert retired_without(api, usual, "EUR", "monthly", "annual", "annual_monthly") == {"support team": 4}
    assert retired_without(api, usual, "USD", "monthly") == {}


def retired_without(api: ApiClient, usual: dict[str, Any], currency: str, *cycles: str) -> dict[str, int]:
    """Publish the catalog without these prices of the team plan, and return who has what is retired."""

    def left(plan: dict[str, Any]) -> dict[str, Any]:
        gone = [price for price in plan["prices"] if price["currency"] == currency and price["cycle"] in cycles]
        return {**plan, "prices": [price for price in plan["prices"] if price not in gone]}

    products = [
        {**product, "plans": [left(plan) if plan["code"] == "team" else plan for plan in product["plans"]]}
        for product in usual["products"]
    ]
    retired = api.ok("PUT", "/catalog", {**usual, "products": products})["retired"]
    return {f"{item['product']} {item['plan']}": item["accounts"] for item in retired["items"]}


def undoing(api: ApiClient, path: str) -> list[dict[str, Any]]:
    return [{"edit": "undo", "change": one["id"]} for one in api.ok("GET", f"{path}/subscription")["scheduled"]]
