"""A page asks the database a fixed number of questions, however much the account has and has been through."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from pages import CENTER

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_of_a_large_account_asks_no_more_than_that_of_a_small_one(vendor: None) -> None:
    api = ApiClient()
    sold = api.ok("GET", "/catalog")
    price = {"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "1.00"}
    named: list[dict[str, Any]] = [
        {
            "code": f"extra_{number}",
            "name": {"en": f"Extra {number}"},
            "plans": [{"code": "one", "name": {"en": "One"}, "prices": [price]}],
        }
        for number in range(10)
    ]
    api.ok("PUT", "/catalog", {**sold, "products": [*sold["products"], *named]})
    small, large = api.account(), api.account(owner={"name": "Large", "email": "large@acme.example"})
    for path in (small, large):
        api.take(path, TEAM_10)
    grow(api, large, [one["code"] for one in named])
    for where in CENTER:
        counts = [
            asked(signed_in(who), f"{path}/{where}") for who, path in (owner(small), ("large@acme.example", large))
        ]
        assert counts[0] == counts[1] > 0, (where, counts)


def test_entitlements_are_asked_on_every_request_of_a_product_and_take_a_few_queries(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    api.take(path, TEAM_10, {"edit": "add_product", "product": "privacy", "plan": "standard"})
    agent = next(one["id"] for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "agent")
    api.ok("PUT", f"{path}/seats/support/members/{agent}")
    tag = api.call("GET", f"{path}/entitlements", by=email("agent"))["ETag"]
    for by, queries in ((None, 5), (email("agent"), 6)):
        for known in ({}, {"If-None-Match": tag}):
            with CaptureQueriesContext(connection) as captured:
                api.call("GET", f"{path}/entitlements", by=by, **known)
            assert len(captured) == queries, [one["sql"] for one in captured]


def grow(api: ApiClient, path: str, products: list[str]) -> None:
    """Ten items more, members, invoices, and changes that wait."""
    sold = api.ok("GET", "/catalog")
    for number, product in enumerate(products):
        # What is bought is named as its own version of the catalog named it.
        api.ok(
            "PUT", "/catalog", {**sold, "products": [*sold["products"], {**sold["products"][0], "code": f"v{number}"}]}
        )
        api.take(path, {"edit": "add_product", "product": product, "plan": "one", "seats": 3})
        api.ok("POST", f"{path}/members", {"name": product, "email": f"{product}@acme.example", "role": "admin"})
    for product in products[:5]:
        api.take(path, seats(2, product), by="large@acme.example")


def owner(path: str) -> tuple[str, str]:
    return email("owner"), path


def asked(client: Client, path: str) -> int:
    """How many queries the page makes once what never changes has been read."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer: Any = client.get(path)
    assert answer.status_code == 200, path
    return len(captured)
