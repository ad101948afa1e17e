"""Whatever is sent, nothing answers with a traceback, and nothing is half done."""

from typing import Any

import pytest

from api_client import TEAM_10, ApiClient, email

pytestmark = pytest.mark.django_db(transaction=True)
CHANGE = "00000000-0000-4000-8000-000000000000"
ODD: list[Any] = [
    None,
    {},
    [],
    "text",
    7,
    True,
    {"edits": None},
    {"edits": [None]},
    {"edits": [[]]},
    {"edits": [{"edit": None}]},
    {"edits": [{"edit": "undo", "change": "no id"}]},
    {"edits": [{"edit": "undo", "change": CHANGE}, {"edit": "keep", "change": CHANGE}]},
    {"edits": [{"edit": "set_seats", "product": {}, "seats": []}]},
    {"edits": [{"edit": "set_seats", "product": "support", "seats": 12, "release": ["x"]}]},
    {"edits": [{"edit": "set_seats", "product": "support", "seats": 12, "price": "1e9"}]},
    {"edits": [{"edit": "set_seats", "product": "support", "seats": 12, "on": "0001-01-01"}]},
    {"edits": [{"edit": "set_seats", "product": "support", "seats": 12, "on": "9999-12-31"}]},
    {"edits": [{"edit": "change_cycle", "cycle": "annual", "on": "9999-12-31"}]},
    {
        "edits": [
            {"edit": "add_product", "product": "suite", "plan": "growth", "seats": 1_000_000, "price": "999999999"}
        ]
    },
    {"edits": [{"edit": "add_product", "product": "x" * 3000, "plan": "growth", "seats": 1}]},
    {"quote": CHANGE, "edits": []},
    {"quote": "no id"},
    {"type": "card", "token": ["ok"]},
    {"type": "card", "token": "x" * 500},
    {"type": {}, "token": None},
    {"to": "2026-13-01"},
    {"to": "9999-12-31T23:59:59+14:00"},
    {"to": "2026-01-02T00:00"},
    {"to": "2099-01-01"},
    {"capability": "add_seats", "grant": "yes", "reason": ""},
    {"name": "x" * 999, "email": "a@b", "role": "king"},
    {"name": "A", "email": "a@b.example", "role": "owner"},
    {"role": "owner"},
    {"sold_to": {"a": 1}},
    {"recipients": [{"name": "A"}]},
    {"outcome": "maybe"},
    {"tax_rate": "NaN"},
    {"time_zone": "../etc/passwd"},
    {"account_types": [], "roles": 3},
    {"products": [{}]},
]


def test_no_body_makes_a_traceback(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    invoice = api.take(path, TEAM_10)["invoice"]["id"]
    before = api.ok("GET", f"{path}/subscription")
    places = [
        ("POST", "/accounts"), ("PATCH", path), ("POST", f"{path}/members"), ("PATCH", f"{path}/members/{CHANGE}"),
        ("POST", f"{path}/overrides"), ("POST", f"{path}/quotes"), ("POST", f"{path}/changes"),
        ("DELETE", f"{path}/changes/{CHANGE}"), ("PUT", f"{path}/payment_method"), ("PUT", f"{path}/billing_details"),
        ("POST", f"{path}/invoices/{invoice}/pay"), ("POST", f"{path}/attempts/{CHANGE}/finish"),
        ("POST", f"{path}/clock"), ("PUT", "/catalog"), ("PUT", "/policy"), ("GET", f"{path}/invoices?before=x"),
        ("DELETE", f"{path}/overrides?capability=x"), ("DELETE", f"{path}/members/{CHANGE}"),
    ]  # fmt: skip
    for method, where in places:
        for body in ODD:
            for actor in (None, email("owner")):
                answer = api.call(method, where, body, by=actor)
                assert answer.status_code < 500, (method, where, body, answer.content)
                if answer.status_code >= 400:
                    assert answer.json()["detail"], (method, where, body)
    assert api.ok("GET", f"{path}/subscription")["items"] == before["items"]
