"""How often a call asks the database does not depend on how much the account has."""

import tomllib
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api_client import ROOT, TEAM_10, ApiClient, seats

MORE = {"code": "standard", "name": {"en": "Standard", "fr": "Standard"}}
PRICE = {"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "3.00"}


def extra(number: int) -> dict[str, Any]:
    code = f"extra_{number}"
    return {"code": code, "name": {"en": code, "fr": code}, "plans": [{**MORE, "prices": [PRICE]}]}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    found = ApiClient()
    catalog = tomllib.loads((ROOT / "catalogs/demo.toml").read_text(encoding="utf-8"))
    found.ok("PUT", "/catalog", {**catalog, "products": [*catalog["products"], *map(extra, range(9))]})
    return found


def small(api: ApiClient) -> str:
    path = api.account(owner={"name": "Owner", "email": "owner@small.example"})
    api.take(path, TEAM_10)
    return path


def large(api: ApiClient) -> str:
    """Ten items and more than fifty changes, three of them scheduled."""
    path = api.account(owner={"name": "Owner", "email": "owner@large.example"})
    adding = [
        {"edit": "add_product", "product": f"extra_{number}", "plan": "standard", "seats": 9} for number in range(9)
    ]
    api.take(path, TEAM_10, *adding)
    for round_ in range(17):
        api.take(path, seats(11 + round_), *(seats(10 + round_, f"extra_{number}") for number in (1, 2)))
    api.take(path, *(seats(1, f"extra_{number}") for number in range(3, 6)), by="owner@large.example")
    return path


def asked(api: ApiClient, path: str, way: str, edits: list[dict[str, Any]], by: str | None) -> int:
    """How often the database is asked, once what a process keeps of it is kept."""
    method, _, address = way.format(path).partition(" ")
    for edit in edits[:1]:
        api.ok(method, address, {"edits": [edit]}, by=by)
    with CaptureQueriesContext(connection) as statements:
        api.ok(method, address, {"edits": edits[1:]} if edits else None, by=by)
    return len(statements)


WAYS: tuple[tuple[str, list[dict[str, Any]], int], ...] = (
    ("GET {}/capabilities", [], 3),
    ("GET {}/subscription", [], 6),
    ("POST {}/quotes", [seats(97), seats(98)], 15),
    ("POST {}/changes", [seats(97), seats(98)], 31),
)


@pytest.mark.parametrize("by", [None, "owner@{}.example"])
def test_a_small_and_a_large_account_take_the_same_round_trips(api: ApiClient, by: str | None) -> None:
    paths = {"small": small(api), "large": large(api)}
    for way, edits, most in WAYS:
        counts = [asked(api, path, way, edits, by and by.format(name)) for name, path in paths.items()]
        assert counts == [counts[0]] * 2, way
        assert counts[0] <= most, way
