"""Play a life through the whole system, which it reaches by HTTP only."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote as escaped
from urllib.request import Request, urlopen

from bursar.core.policy.capability import ROLES
from bursar.scenario.player import Document, NotDone

ANSWER_SECONDS: Final = 60
MOST_DOCUMENTS: Final = 200
"""The largest page of a list. No scenario has more documents, so one call reads them all."""


class SystemPlayer:
    """A sandbox account of a running server; `url` is the address of its API."""

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
        # A new account has its owner and nobody else.
        [owner] = self._call("GET", f"{self.path}/members")["items"]
        self.members["owner"] = owner["id"]
        for role in ROLES[1:]:
            self.add_member("vendor", role, role)

    def publish(self, catalog: Document | None, policy: Document | None) -> None:
        """Publish new versions. A catalog from before the account is opened takes the place of the player's own."""
        if not self.path and catalog is not None:
            self.catalog = catalog
        elif catalog is not None:
            self._call("PUT", "/catalog", catalog)
        if policy is not None:
            self._call("PUT", "/policy", policy)

    def move_clock(self, to: str) -> None:
        """Move the clock."""
        self._call("POST", f"{self.path}/clock", {"to": to})

    def documents(self) -> Sequence[Document]:
        """Return all documents as they are now, the oldest first."""
        return list(reversed(self._call("GET", f"{self.path}/invoices?limit={MOST_DOCUMENTS}")["items"]))

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Return a quote."""
        return self._call("POST", f"{self.path}/quotes", {"edits": edits}, actor)

    def accept(self, actor: str, edits: Sequence[Document], *, confirmed: bool = False) -> Document:
        """Accept edits as they are decided now."""
        return self._call("POST", f"{self.path}/changes", {"edits": edits, **_confirming(confirmed)}, actor)

    def submit(self, actor: str, edits: Sequence[Document]) -> Document:
        """Submit a request."""
        return self._call("POST", f"{self.path}/requests", {"edits": edits}, actor)

    def approve(self, actor: str, request: str, *, confirmed: bool = False) -> Document:
        """Approve a request."""
        return self._call("POST", f"{self.path}/requests/{request}/approve", _confirming(confirmed) or None, actor)

    def reject(self, actor: str, request: str, reason: str) -> Document:
        """Reject a request, with a reason."""
        return self._call("POST", f"{self.path}/requests/{request}/reject", {"reason": reason}, actor)

    def withdraw(self, actor: str, request: str) -> Document:
        """Withdraw the actor's own request."""
        return self._call("POST", f"{self.path}/requests/{request}/withdraw", None, actor)

    def requests(self) -> Sequence[Document]:
        """Return all requests as they are now, the oldest first."""
        return list(reversed(self._call("GET", f"{self.path}/requests?limit={MOST_DOCUMENTS}")["items"]))

    def undo(self, actor: str, change: str) -> Document:
        """Undo a scheduled change by its own address."""
        return self._call("DELETE", f"{self.path}/changes/{change}", None, actor)

    def pay(self, actor: str, document: str, kind: str, token: str) -> Document:
        """Pay an open invoice once."""
        body = {"type": kind, "token": token or None}
        return self._call("POST", f"{self.path}/invoices/{document}/pay", body, actor)

    def answer_payment(self, outcome: str) -> Document:
        """Play the payer's answer to the open payment."""
        # The payment may be one that a collection began, of which no answer told the id.
        waiting = self._call("GET", f"{self.path}/payment_method")["waiting"]
        if waiting is None:
            raise NotDone({"code": "not_waiting"})
        attempt = f"{self.path}/attempts/{waiting['id']}"
        if outcome == "given_up":
            self._call("POST", f"{attempt}/give_up")
            raise NotDone({"code": "declined", "reason": outcome})
        return self._call("POST", f"{attempt}/finish", {"outcome": outcome})

    def set_payment_method(self, actor: str, kind: str, token: str) -> None:
        """Set the payment method."""
        self._call("PUT", f"{self.path}/payment_method", {"type": kind, "token": token or None}, actor)

    def add_override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""
        override = {"capability": capability, "grant": grant, "reason": "scenario", "until": until}
        self._call("POST", f"{self.path}/overrides", override)

    def end_override(self, capability: str) -> None:
        """End the override of a capability."""
        self._call("DELETE", f"{self.path}/overrides?capability={capability}")

    def alter_account(self, fields: Mapping[str, str]) -> None:
        """Change fields of the account that belong to the vendor."""
        self._call("PATCH", self.path, fields)

    def add_member(self, actor: str, name: str, role: str) -> None:
        """Add a member."""
        member = {"name": name.title(), "email": f"{name}@example.com", "role": role}
        self.members[name] = self._call("POST", f"{self.path}/members", member, actor)["id"]

    def change_member(self, actor: str, name: str, role: str) -> None:
        """Give a member another role."""
        self._call("PATCH", self._member(name), {"role": role}, actor)

    def remove_member(self, actor: str, name: str) -> None:
        """Remove a member from the account."""
        self._call("DELETE", self._member(name), None, actor)

    def transfer_ownership(self, actor: str, name: str, reason: str) -> None:
        """Make a billing admin the owner."""
        self._call("POST", f"{self.path}/owner", {"member": self.members[name], "reason": reason}, actor)

    def member_id(self, name: str) -> str:
        """Return the id of a present or former member, by which edits name them."""
        return self.members[name]

    def assign_seat(self, actor: str, product: str, name: str) -> None:
        """Assign a product to a member."""
        self._call("PUT", f"{self.path}/seats/{product}/members/{self.members[name]}", None, actor)

    def free_seat(self, actor: str, product: str, name: str) -> None:
        """Take a product from a member."""
        self._call("DELETE", f"{self.path}/seats/{product}/members/{self.members[name]}", None, actor)

    def count_seats(self, product: str, used: int | None) -> None:
        """Report the number of used seats from the vendor's product; None ends this."""
        self._call("PUT", f"{self.path}/seats/{product}", {"in_use": used})

    def seats(self) -> Sequence[Document]:
        """Return the seats of each product, with their holders."""
        return list(self._call("GET", f"{self.path}/seats")["items"])

    def set_billing_details(self, actor: str, details: Mapping[str, str]) -> None:
        """Set the billing details of future invoices."""
        body = {key: {"name": value} if key in ("sold_to", "bill_to") else value for key, value in details.items()}
        self._call("PUT", f"{self.path}/billing_details", body, actor)

    def decisions(self, actor: str) -> Sequence[Document]:
        """Return the decision about every capability."""
        return list(self._call("GET", f"{self.path}/capabilities", None, actor)["items"])

    def state(self) -> Document:
        """Return the subscription."""
        return self._call("GET", f"{self.path}/subscription")

    def journal(self) -> str:
        """Return the journal, with documents and payments named by their order within their kind.

        The numbers of the system go on from life to life, and those of the core player begin anew.
        """
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
            with urlopen(request, timeout=ANSWER_SECONDS) as response:
                return dict(json.loads(response.read() or b"{}"))
        except HTTPError as error:
            raise NotDone(json.loads(error.read())) from None


def _confirming(confirmed: bool) -> dict[str, bool]:
    return {"confirm": True} if confirmed else {}
