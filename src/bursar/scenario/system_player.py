"""Plays a life through the whole system, which it reaches by HTTP only."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote as escaped
from urllib.request import Request, urlopen

from bursar.core.policy.capability import ROLES
from bursar.scenario.player import Answered, Document

PATIENCE_SECONDS: Final = 60
MOST_DOCUMENTS: Final = 200


class SystemPlayer:
    """A sandbox account of a running server; `url` is where its API begins."""

    def __init__(self, url: str, key: str, catalog: Document) -> None:
        self.url = url
        self.key = key
        self.catalog = catalog
        self.path = ""
        self.members: dict[str, str] = {}

    def open(self, account_type: str, options: Mapping[str, str], policy: Document) -> None:
        """Publish catalog and policy, and open the account with one member of each role."""
        self._call("PUT", "/catalog", self.catalog)
        self._call("PUT", "/policy", policy)
        account = {
            "name": "Scenario",
            "account_type": account_type,
            "currency": options["currency"],
            "time_zone": options.get("zone", "UTC"),
            "owner": {"name": "Owner", "email": "owner@example.com"},
            "sandbox": True,
            "today": options.get("clock", "2026-01-01"),
            "tax_rate": options.get("tax", "0"),
        }
        self.path = f"/accounts/{self._call('POST', '/accounts', account)['id']}"
        for one in self._call("GET", f"{self.path}/members")["items"]:
            self.members["owner"] = one["id"]
        for role in ROLES[1:]:
            self.add_member("vendor", role, role)

    def publish(self, catalog: Document | None, policy: Document | None) -> None:
        """Publish new versions; the catalog before the account is opened takes the place of the player's."""
        if not self.path and catalog is not None:
            self.catalog = catalog
        elif catalog is not None:
            self._call("PUT", "/catalog", catalog)
        if policy is not None:
            self._call("PUT", "/policy", policy)

    def move(self, to: str) -> None:
        """Move the clock."""
        self._call("POST", f"{self.path}/clock", {"to": to})

    def documents(self) -> Sequence[Document]:
        """All documents as they stand now, the oldest first."""
        return list(reversed(self._call("GET", f"{self.path}/invoices?limit={MOST_DOCUMENTS}")["items"]))

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for a quote."""
        return self._call("POST", f"{self.path}/quotes", {"edits": edits}, actor)

    def take(self, actor: str, edits: Sequence[Document], *, confirmed: bool = False) -> Document:
        """Take edits as they are decided now."""
        return self._call("POST", f"{self.path}/changes", {"edits": edits, **_confirming(confirmed)}, actor)

    def ask(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for what may only be asked for."""
        return self._call("POST", f"{self.path}/requests", {"edits": edits}, actor)

    def approve(self, actor: str, request: str, *, confirmed: bool = False) -> Document:
        """Take what a request asks for."""
        return self._call("POST", f"{self.path}/requests/{request}/approve", _confirming(confirmed) or None, actor)

    def reject(self, actor: str, request: str, reason: str) -> Document:
        """Close a request without doing it."""
        return self._call("POST", f"{self.path}/requests/{request}/reject", {"reason": reason}, actor)

    def withdraw(self, actor: str, request: str) -> Document:
        """Take a request back."""
        return self._call("POST", f"{self.path}/requests/{request}/withdraw", None, actor)

    def requests(self) -> Sequence[Document]:
        """All requests as they stand now, the oldest first."""
        return list(reversed(self._call("GET", f"{self.path}/requests?limit={MOST_DOCUMENTS}")["items"]))

    def undo(self, actor: str, change: str) -> Document:
        """Take a scheduled change back by its own address."""
        return self._call("DELETE", f"{self.path}/changes/{change}", None, actor)

    def pay(self, actor: str, document: str, kind: str, token: str) -> Document:
        """Pay an open invoice once."""
        body = {"type": kind, "token": token or None}
        return self._call("POST", f"{self.path}/invoices/{document}/pay", body, actor)

    def authenticate(self, outcome: str) -> Document:
        """Play the payer's answer to the open payment."""
        waiting = self._call("GET", f"{self.path}/payment_method")["waiting"]
        if waiting is None:
            raise Answered({"code": "not_waiting"})
        attempt = f"{self.path}/attempts/{waiting['id']}"
        if outcome == "given_up":
            self._call("POST", f"{attempt}/give_up")
            raise Answered({"code": "declined", "reason": outcome})
        return self._call("POST", f"{attempt}/finish", {"outcome": outcome})

    def pay_with(self, actor: str, kind: str, token: str) -> None:
        """Choose how to pay."""
        self._call("PUT", f"{self.path}/payment_method", {"type": kind, "token": token or None}, actor)

    def override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""
        override = {"capability": capability, "grant": grant, "reason": "scenario", "until": until}
        self._call("POST", f"{self.path}/overrides", override)

    def lift(self, capability: str) -> None:
        """End the override of a capability."""
        self._call("DELETE", f"{self.path}/overrides?capability={capability}")

    def alter(self, fields: Mapping[str, str]) -> None:
        """Change what the vendor says of the account."""
        self._call("PATCH", self.path, fields)

    def add_member(self, actor: str, name: str, role: str) -> None:
        """Make somebody a member."""
        member = {"name": name.title(), "email": f"{name}@example.com", "role": role}
        self.members[name] = self._call("POST", f"{self.path}/members", member, actor)["id"]

    def change_member(self, actor: str, name: str, role: str) -> None:
        """Give a member another role."""
        self._call("PATCH", self._member(name), {"role": role}, actor)

    def remove_member(self, actor: str, name: str) -> None:
        """Take a member out of the account."""
        self._call("DELETE", self._member(name), None, actor)

    def pass_on(self, actor: str, name: str, reason: str) -> None:
        """Make a billing admin the owner."""
        self._call("POST", f"{self.path}/owner", {"member": self.members[name], "reason": reason}, actor)

    def member_id(self, name: str) -> str:
        """The id of somebody who is or was a member, as edits name them."""
        return self.members[name]

    def assign(self, actor: str, product: str, name: str) -> None:
        """Give a member a product."""
        self._call("PUT", f"{self.path}/seats/{product}/members/{self.members[name]}", None, actor)

    def free(self, actor: str, product: str, name: str) -> None:
        """Take a product from a member."""
        self._call("DELETE", f"{self.path}/seats/{product}/members/{self.members[name]}", None, actor)

    def count(self, product: str, used: int | None) -> None:
        """Let the vendor's product say how many seats are used."""
        self._call("PUT", f"{self.path}/seats/{product}", {"in_use": used})

    def seats(self) -> Sequence[Document]:
        """The seats of each product, and who has it."""
        return list(self._call("GET", f"{self.path}/seats")["items"])

    def say(self, actor: str, details: Mapping[str, str]) -> None:
        """Say what future invoices say of the customer."""
        body = {key: {"name": value} if key in ("sold_to", "bill_to") else value for key, value in details.items()}
        self._call("PUT", f"{self.path}/billing_details", body, actor)

    def may(self, actor: str) -> Sequence[Document]:
        """The decision about every capability."""
        return list(self._call("GET", f"{self.path}/capabilities", None, actor)["items"])

    def state(self) -> Document:
        """The subscription."""
        return self._call("GET", f"{self.path}/subscription")

    def journal(self) -> str:
        """The journal, with documents and payments named by the order of their kind."""
        numbers: dict[str, int] = {}
        lines = []
        for line in str(self._call("GET", f"{self.path}/journal")["journal"]).splitlines():
            if line and not line.startswith(" "):
                day, title = line.split(" ", 1)
                kind = title.rsplit(" ", 1)[0]
                numbers[kind] = numbers.get(kind, 0) + 1
                line = f"{day} {kind} {numbers[kind]}"
            lines.append(line)
        return "\n".join(lines)

    def _member(self, name: str) -> str:
        return f"{self.path}/members/{self.members[name]}"

    def _call(self, method: str, path: str, body: Any = None, actor: str = "vendor") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if actor != "vendor":
            headers["Bursar-Actor"] = f"{actor}@example.com"
        data = json.dumps(body).encode() if body is not None else None
        request = Request(self.url + escaped(path, safe="/?=&"), data=data, method=method, headers=headers)
        try:
            with urlopen(request, timeout=PATIENCE_SECONDS) as response:
                return dict(json.loads(response.read() or b"{}"))
        except HTTPError as error:
            raise Answered(json.loads(error.read())) from None


def _confirming(confirmed: bool) -> dict[str, bool]:
    return {"confirm": True} if confirmed else {}
