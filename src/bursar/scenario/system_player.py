"""Plays a life through the whole system, which it reaches by HTTP only."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote as escaped
from urllib.request import Request, urlopen

from bursar.core.policy import ROLES
from bursar.scenario.transcript import Answered, Document

PATIENCE_SECONDS = 60


class SystemPlayer:
    """One sandbox account of a running server; `url` is where its API begins."""

    def __init__(self, url: str, key: str, catalog: Document) -> None:
        self.url = url
        self.key = key
        self.catalog = catalog
        self.seen = 0

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
        for role in ROLES[1:]:
            member = {"name": role.title(), "email": f"{role}@example.com", "role": role}
            self._call("POST", f"{self.path}/members", member)

    def move(self, day: str) -> Sequence[Document]:
        """Move the clock; the documents issued on the way."""
        self._call("POST", f"{self.path}/clock", {"to": day})
        return self._new_documents()

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for a quote."""
        return self._call("POST", f"{self.path}/quotes", {"edits": edits}, actor)

    def take(self, actor: str, edits: Sequence[Document]) -> Document:
        """Take edits as they are decided now."""
        return self._taken(self._call("POST", f"{self.path}/changes", {"edits": edits}, actor))

    def authenticate(self, outcome: str) -> Document:
        """What the payer did about the open payment."""
        attempt = self.state()["attempt"]
        if attempt is None:
            raise Answered({"code": "not_waiting"})
        where = f"{self.path}/attempts/{attempt}/finish"
        return self._taken(self._call("POST", where, {"outcome": outcome}))

    def pay_with(self, actor: str, kind: str, token: str) -> None:
        """Choose how to pay."""
        self._call("PUT", f"{self.path}/payment_method", {"type": kind, "token": token or None}, actor)

    def override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""
        override = {"capability": capability, "grant": grant, "reason": "scenario", "until": until}
        self._call("POST", f"{self.path}/overrides", override)

    def may(self, actor: str, capability: str) -> Document:
        """The decision about a capability."""
        items = self._call("GET", f"{self.path}/capabilities", None, actor)["items"]
        return dict(next(one for one in items if one["capability"] == capability))

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

    def _taken(self, taken: Document) -> Document:
        self._new_documents()
        return taken

    def _new_documents(self) -> list[Document]:
        """Documents issued since the last look, the oldest first."""
        found = list(reversed(self._call("GET", f"{self.path}/invoices?limit=200")["items"]))
        new, self.seen = found[self.seen :], len(found)
        return new

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
