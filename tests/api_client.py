"""The API as a program uses it, in this process, on the database of the test; every answer is held to the document."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.test import Client

import openapi_check
from bursar.accounts.keys import create_key, create_link, valid_key
from bursar.catalog.actions import publish as publish_catalog
from bursar.policy.actions import publish as publish_policy

ROOT = Path(__file__).resolve().parents[1]
ROLES = ("owner", "billing_admin", "admin", "agent", "light_agent")


class ApiClient:
    """Calls with a key; the standard policy and the demo's catalog are published."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        for publish, file in ((publish_catalog, "catalogs/demo.toml"), (publish_policy, "policies/standard.toml")):
            publish(tomllib.loads((ROOT / file).read_text(encoding="utf-8")), by="tests", now=now)
        self.key = create_key("tests", now=now)
        # Its first use is written down here, and not by a call that must change nothing.
        valid_key(self.key, now=now)
        self.client = Client()

    def call(
        self, method: str, path: str, body: Any = None, *, by: str | None = None, once: str | None = None, **more: Any
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        headers |= {"Bursar-Actor": by} if by else {}
        headers |= {"Idempotency-Key": once} if once else {}
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        response = self.client.generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers={**headers, **more}
        )
        openapi_check.check(method, f"/api/v1{path}", response)
        return response

    def ok(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        response = self.call(method, path, body, **more)
        assert 200 <= response.status_code < 300, (response.status_code, response.content)
        return response.json() if response.content else None

    def fails(self, status: int, method: str, path: str, body: Any = None, **more: Any) -> Any:
        response = self.call(method, path, body, **more)
        assert response.status_code == status, (response.status_code, response.content)
        assert response["Content-Type"] == "application/problem+json"
        return response.json()

    def account(self, account_type: str = "self_service", *, today: str | None = "2026-01-01", **fields: Any) -> str:
        """A sandbox account with one member of each role: owner@account, billing_admin@account …"""
        opened = self.ok(
            "POST",
            "/accounts",
            {
                "name": "Acme",
                "account_type": account_type,
                "currency": "EUR",
                "time_zone": "Europe/Paris",
                "owner": {"name": "Owner", "email": "owner@acme.example"},
                "sandbox": True,
                "today": today,
                **fields,
            },
        )
        path = f"/accounts/{opened['id']}"
        for role in ROLES[1:]:
            self.ok("POST", f"{path}/members", {"name": role.title(), "email": f"{role}@acme.example", "role": role})
        return path

    def account_abroad(self, currency: str) -> str:
        """An account in a currency in which something was sold only while it was opened."""
        usual = self.ok("GET", "/catalog")
        price = {"currency": currency, "cycle": "monthly", "per": "seat", "amount": "20.00"}
        plan = {"code": "only", "name": {"en": "Only"}, "prices": [price]}
        abroad = {"code": "abroad", "name": {"en": "Abroad"}, "plans": [plan]}
        self.ok("PUT", "/catalog", {**usual, "products": [*usual["products"], abroad]})
        path = self.account(currency=currency)
        self.ok("PUT", "/catalog", usual)
        return path

    def take(self, path: str, *edits: dict[str, Any], **more: Any) -> Any:
        return self.ok("POST", f"{path}/changes", {"edits": list(edits)}, **more)


def email(role: str) -> str:
    return f"{role}@acme.example"


TEAM_10: dict[str, Any] = {"edit": "add_product", "product": "support", "plan": "team", "seats": 10}


def seats(number: int, product: str = "support") -> dict[str, Any]:
    return {"edit": "set_seats", "product": product, "seats": number}


def temporary(start: str, end: str, number: int = 2) -> dict[str, Any]:
    span = {"start": start, "end": end}
    return {"edit": "add_temporary_seats", "product": "support", "seats": number, "span": span}


def trial(until: str) -> dict[str, Any]:
    return {"edit": "start_trial", "product": "support", "plan": "team", "seats": 3, "until": until}


def later(client: Client) -> None:
    """Half an hour goes by since somebody at this browser proved who they are."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 1800
    session.save()


def signed_in(address: str, language: str = "en") -> Client:
    """Somebody's browser without a browser."""
    client = Client()
    secret = create_link(address, expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert client.post(f"/sign-in/{secret}").status_code == 302
    client.post("/language", {"language": language})
    return client
