"""How to be told each thing that the API can say no with: what is sent, on which account, and as whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from api_client import TEAM_10, ApiClient, email, seats, temporary, trial
from bursar.identity.staff import appoint
from bursar.policy.queries import current

NOBODY: Final = "00000000-0000-4000-8000-000000000000"
OWNER, BILLING_ADMIN, ADMIN, AGENT = email("owner"), email("billing_admin"), email("admin"), email("agent")


class Worlds:
    """Accounts in every state that somebody may meet; each is made when it is first asked for."""

    def __init__(self, api: ApiClient) -> None:
        self.api = api
        sold = api.ok("GET", "/catalog")
        api.ok("PUT", "/catalog", {**sold, "products": [*sold["products"], *MORE]})

    @cached_property
    def bare(self) -> str:
        return self.api.account()

    @cached_property
    def has(self) -> str:
        path = self.api.account()
        voice = {"edit": "add_product", "product": "voice", "plan": "standard", "seats": 1}
        self.api.take(path, TEAM_10, voice)
        return path

    @cached_property
    def managed(self) -> str:
        path = self.api.account("managed", representative={"name": "Rita", "email": "rita@vendor.example"})
        self.api.take(path, TEAM_10)
        return path

    @cached_property
    def assisted(self) -> str:
        path = self.api.account("online_assisted")
        self.api.take(path, TEAM_10)
        return path

    @cached_property
    def live(self) -> str:
        return self.api.account(sandbox=False)

    @cached_property
    def apart(self) -> str:
        """Somebody is suspended, and somebody has not accepted yet."""
        path = self.api.account()
        self._suspend(path)
        self.api.ok("POST", f"{path}/members", {**NOAH, "role": "agent"}, by=OWNER)
        return path

    @cached_property
    def inviting(self) -> str:
        """Somebody was invited as often as anybody may be within an hour."""
        path = self.api.account()
        noah = self.api.ok("POST", f"{path}/members", {**NOAH, "role": "agent"}, by=OWNER)["id"]
        for _ in range(59):
            self.api.ok("POST", f"{path}/members/{noah}/invitation", by=OWNER)
        return path

    @cached_property
    def ended(self) -> str:
        """Somebody is suspended on an account that is cancelled."""
        path = self.api.account()
        self.api.take(path, TEAM_10)
        self._suspend(path)
        self.api.take(path, {"edit": "cancel", "reason": "No.", "on": "now"})
        return path

    def _suspend(self, path: str) -> None:
        agent = next(one for one in self.api.ok("GET", f"{path}/members")["items"] if one["email"] == AGENT)
        self.api.ok("PATCH", f"{path}/members/{agent['id']}", {"state": "suspended"})

    @cached_property
    def pounds(self) -> str:
        return self.api.account_abroad("GBP")

    @cached_property
    def scheduled(self) -> tuple[str, str]:
        path = self.api.account()
        self.api.take(path, TEAM_10)
        return path, self.api.take(path, seats(5), by=OWNER)["changes"][0]["id"]

    @cached_property
    def going(self) -> tuple[str, str]:
        """Voice is to go at the renewal."""
        path = self.api.account()
        self.api.take(path, TEAM_10, {"edit": "add_product", "product": "voice", "plan": "standard", "seats": 1})
        gone = self.api.take(path, {"edit": "remove_product", "product": "voice"}, by=OWNER)
        return path, gone["changes"][0]["id"]

    @cached_property
    def fewer(self) -> tuple[str, str]:
        """Voice is to have fewer seats from the renewal on."""
        path = self.api.account()
        self.api.take(path, TEAM_10, {**VOICE, "seats": 4})
        return path, self.api.take(path, seats(2, "voice"), by=OWNER)["changes"][0]["id"]

    @cached_property
    def counted(self) -> str:
        """Storage is counted by the unit, and insight as a whole."""
        path = self.api.account()
        storage = {"edit": "add_product", "product": "storage", "plan": "gigabytes", "units": 5}
        self.api.take(path, TEAM_10, storage, {"edit": "add_product", "product": "insight", "plan": "all"})
        return path

    @cached_property
    def framed(self) -> str:
        """Frame is the main product, and needs kit."""
        path = self.api.account()
        self.api.take(
            path, *({"edit": "add_product", "product": one, "plan": "one", "seats": 1} for one in ("frame", "kit"))
        )
        return path

    @cached_property
    def flattened(self) -> tuple[str, str]:
        """Mixed is to have one price for the account from the renewal on."""
        path = self.api.account()
        self.api.take(path, {"edit": "add_product", "product": "mixed", "plan": "each", "seats": 2})
        flat = {"edit": "change_plan", "product": "mixed", "plan": "flat", "on": "renewal"}
        return path, self.api.take(path, flat)["changes"][0]["id"]

    @cached_property
    def suspended(self) -> str:
        path = self.api.account()
        self.api.take(path, TEAM_10)
        self.api.take(path, {"edit": "suspend"})
        return path

    @cached_property
    def cancelled(self) -> str:
        path = self.api.account()
        self.api.take(path, TEAM_10)
        self.api.take(path, {"edit": "cancel", "on": "now"})
        return path

    @cached_property
    def waiting(self) -> tuple[str, str]:
        path = self.api.account()
        self.api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
        return path, self.api.take(path, TEAM_10)["id"]

    @cached_property
    def finished(self) -> tuple[str, str]:
        path = self.api.account()
        self.api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
        attempt = self.api.take(path, TEAM_10)["id"]
        self.api.ok("POST", f"{path}/attempts/{attempt}/finish", {"outcome": "succeeded"})
        return path, attempt

    @cached_property
    def short(self) -> str:
        """Pays with a card that has no money."""
        path = self.api.account()
        self.api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})
        return path

    @cached_property
    def stolen(self) -> str:
        path = self.api.account()
        self.api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "stolen"})
        return path

    @cached_property
    def card(self) -> str:
        path = self.api.account()
        self.api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
        return path

    @cached_property
    def paid(self) -> tuple[str, str]:
        self.api.take(self.card, TEAM_10)
        return self.card, self.api.ok("GET", f"{self.card}/invoices")["items"][0]["id"]

    @cached_property
    def halved(self) -> str:
        """Half of an entry of the bank was booked by mistake elsewhere, and half here."""
        path = self.api.account()
        wrong = came(self, path, entry="2026-01/8")
        self.api.ok("POST", f"{wrong}/undo")
        came(self, path, 2_500, entry="2026-01/8")
        return path

    @cached_property
    def taken(self) -> tuple[str, str]:
        path = self.api.account()
        quote = self.api.ok("POST", f"{path}/quotes", {"edits": [TEAM_10]})["id"]
        self.api.ok("POST", f"{path}/changes", {"quote": quote})
        return path, quote

    @cached_property
    def expired(self) -> tuple[str, str]:
        path = self.api.account()
        quote = self.api.ok("POST", f"{path}/quotes", {"edits": [TEAM_10]})["id"]
        self.api.ok("POST", f"{path}/clock", {"to": "2026-01-03"})
        return path, quote

    @cached_property
    def stale(self) -> tuple[str, str]:
        path = self.api.account()
        self.api.take(path, TEAM_10)
        self.api.ok("POST", f"{path}/clock", {"to": "2026-01-01T20:00:00+01:00"})
        quote = self.api.ok("POST", f"{path}/quotes", {"edits": [seats(12)]})["id"]
        self.api.ok("POST", f"{path}/clock", {"to": "2026-01-02"})
        return path, quote

    @cached_property
    def keyed(self) -> str:
        self.api.ok("POST", f"{self.bare}/quotes", {"edits": [TEAM_10]}, once="used")
        return self.bare

    @cached_property
    def trying(self) -> str:
        path = self.api.account()
        self.api.take(path, trial("2026-01-31"))
        return path

    @cached_property
    def seated(self) -> str:
        """Ten seats, of which ten are used."""
        path = self.api.account()
        self.api.take(path, TEAM_10)
        self.api.ok("PUT", f"{path}/seats/support", {"in_use": 10})
        return path

    @cached_property
    def crowded(self) -> str:
        """As many light agents have Support as the plan Team allows."""
        path = self.api.account()
        self.api.take(path, TEAM_10)
        for name in ("lea", "leo", "lin"):
            who = {"name": name, "email": f"{name}@acme.example", "role": "light_agent"}
            made = self.api.ok("POST", f"{path}/members", who)["id"]
            self.api.ok("PUT", f"{path}/seats/support/members/{made}")
        return path

    def seat(self, product: str, role: str, path: str = "") -> str:
        """Where the member of that role is given a product; the agent has the one seat of Voice."""
        where = path or self.has
        self.api.call("PUT", f"{self.has}/seats/voice/members/{self.member('agent').rpartition('/')[2]}")
        rows = self.api.ok("GET", f"{where}/members")["items"]
        return f"{where}/seats/{product}/members/{next(row['id'] for row in rows if row['role'] == role)}"

    def passing(self, role: str, *, by: str | None, path: str = "") -> "Call":
        """Ownership is to pass to the member of that role."""
        where = path or self.has
        rows = self.api.ok("GET", f"{where}/members")["items"]
        member = next(row["id"] for row in rows if row["role"] == role)
        return Call("POST", f"{where}/owner", {"member": member}, by)

    @cached_property
    def asked(self) -> tuple[str, str]:
        """The admin has asked for two seats more."""
        path = self.api.account("online_assisted")
        self.api.take(path, TEAM_10)
        return path, self.api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=ADMIN)["id"]

    @cached_property
    def withdrawn(self) -> tuple[str, str]:
        path = self.api.account("online_assisted")
        self.api.take(path, TEAM_10)
        asked = self.api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=ADMIN)["id"]
        self.api.ok("POST", f"{path}/requests/{asked}/withdraw", by=ADMIN)
        return path, asked

    @cached_property
    def overtaken(self) -> tuple[str, str]:
        """The admin has asked for two seats more, and then the vendor made every change on the account its own."""
        path = self.api.account("online_assisted")
        self.api.take(path, TEAM_10)
        asked = self.api.ok("POST", f"{path}/requests", {"edits": [seats(12)]}, by=ADMIN)["id"]
        self.api.ok("PATCH", path, {"account_type": "managed"})
        return path, asked

    @cached_property
    def overridden(self) -> str:
        path = self.api.account()
        self.api.ok("POST", f"{path}/overrides", GRANT)
        return path

    @cached_property
    def limited(self) -> str:
        """Ten seats that the vendor bought, and billing admins who may add one."""
        path = self.api.account()
        self.api.take(path, TEAM_10)
        self.api.ok("PUT", f"{path}/limit", {"seats": 1, "amount": None})
        return path

    @cached_property
    def invited(self) -> str:
        added = self.api.ok("POST", f"{self.bare}/members", {**NOAH, "role": "agent"}, by=ADMIN)
        return f"{self.bare}/members/{added['id']}"

    def member(self, role: str) -> str:
        members = self.api.ok("GET", f"{self.has}/members")["items"]
        return f"{self.has}/members/{next(member['id'] for member in members if member['role'] == role)}"


@dataclass(frozen=True)
class Call:
    """What is sent."""

    method: str
    path: str
    body: Any = None
    by: str | None = None
    once: str | None = None
    key: bool = True


NOAH: Final = {"name": "Noah", "email": "noah@acme.example"}
GRANT: Final = {"capability": "remove_seats", "grant": True, "reason": "as agreed"}
OPEN: Final = {
    "name": "Cobalt",
    "account_type": "self_service",
    "currency": "EUR",
    "owner": {"name": "Jo", "email": "jo@cobalt.example"},
}
VOICE: Final = {"edit": "add_product", "product": "voice", "plan": "standard", "seats": 1}


def _sold(code: str, plans: Mapping[str, str], **fields: Any) -> dict[str, Any]:
    """A product of the catalog; each plan with what its price is for."""
    price = {"currency": "EUR", "cycle": "monthly", "amount": "5.00"}
    named = [{"code": one, "name": {"en": one}, "prices": [{**price, "per": per}]} for one, per in plans.items()]
    return {"code": code, "name": {"en": code.title()}, "plans": named, **fields}


MORE: Final = (
    _sold("storage", {"gigabytes": "unit"}),
    _sold("insight", {"all": "account"}),
    _sold("mixed", {"each": "seat", "flat": "account"}, base=True),
    _sold("indoor", {"one": "seat"}, online=["self_service"]),
    _sold("phone", {"one": "seat"}, requires=["support"]),
    _sold("kit", {"one": "seat"}),
    _sold("frame", {"one": "seat"}, base=True, requires=["kit"]),
)
"""What the demo's vendor does not sell: the other measures, a product of one account type, those that need another."""


def booked(w: Worlds, path: str, amount: int = 5_000, **fields: Any) -> Call:
    """Money that came is booked."""
    return Call("POST", f"{path}/payments", {"amount": {"amount_minor": amount, "currency": "EUR"}, **fields})


def came(w: Worlds, path: str, amount: int = 5_000, **fields: Any) -> str:
    """Where a payment is that was booked."""
    made = w.api.ok("POST", f"{path}/payments", booked(w, path, amount, **fields).body)
    return f"{path}/payments/{made['id']}"


def given_back(payment: str, amount: int = 5_000, **fields: Any) -> Call:
    """Money of a payment is to go back."""
    body = {"amount": {"amount_minor": amount, "currency": "EUR"}, "reason": "goodwill", **fields}
    return Call("POST", f"{payment}/refunds", body)


def undone(w: Worlds) -> str:
    """Where a payment is whose booking was undone."""
    payment = came(w, w.bare)
    w.api.ok("POST", f"{payment}/undo")
    return payment


def by_card(w: Worlds) -> str:
    """Where a payment by card is, all of which pays for an invoice."""
    path, _ = w.paid
    return f"{path}/payments/{w.api.ok('GET', f'{path}/payments')['items'][0]['id']}"


def partly_back(w: Worlds) -> str:
    """Where a payment of 50.00 is of which 20.00 went back."""
    payment = came(w, w.bare)
    w.api.ok("POST", f"{payment}/refunds", given_back(payment, 2_000).body)
    return payment


def quoted(path: str, *edits: Any, by: str | None = None) -> Call:
    return Call("POST", f"{path}/quotes", {"edits": list(edits)}, by)


def taken(path: str, *edits: Any, by: str | None = None) -> Call:
    return Call("POST", f"{path}/changes", {"edits": list(edits)}, by)


def asks(path: str, *edits: Any, by: str, **more: Any) -> Call:
    return Call("POST", f"{path}/requests", {"edits": list(edits), **more}, by)


def catalog(**fields: Any) -> Call:
    return Call("PUT", "/catalog", fields)


def product(**fields: Any) -> Call:
    """A catalog of one product, different in some of its fields."""
    price = {"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "1.00"}
    plan = {"code": "one", "name": {"en": "One"}, "prices": [price]}
    own = {"code": "desk", "name": {"en": "Desk"}, "plans": [plan]}
    if "prices" in fields:
        own["plans"] = [{**plan, "prices": [{**price, **one} for one in fields.pop("prices")]}]
    return catalog(products=[{**own, **fields}])


def policy(worlds: Worlds, **fields: Any) -> Call:
    return Call("PUT", "/policy", {**worlds.api.ok("GET", "/policy"), **fields})


def cycle(**fields: Any) -> Call:
    [one] = product().body["products"]
    own = {"code": "odd", "name": {"en": "Odd"}, "term": {"months": 12}, "period": {"months": 1}}
    return catalog(products=[one], cycles=[{**own, **fields}])


def types_in_use(worlds: Worlds) -> Call:
    """A policy without a type that an account has."""
    assert worlds.managed
    left = [one for one in worlds.api.ok("GET", "/policy")["account_types"] if one["code"] != "managed"]
    return policy(worlds, account_types=left)


def locked_out(worlds: Worlds) -> Call:
    """A policy under which the only one who manages the staff could not any more."""
    appoint(current(), name="Paul", email="paul@vendor.example", role="admin", by=None, now=datetime.now(UTC))
    return policy(worlds, staff=[{**one, "allowed": []} for one in worlds.api.ok("GET", "/policy")["staff"]])


def both_ways(worlds: Worlds) -> Call:
    roles = worlds.api.ok("GET", "/policy")["roles"]
    roles[0]["allowed"] = roles[0]["by_request"] = ["add_seats"]
    return policy(worlds, roles=roles)


Ask = Callable[[Worlds], Call]
CALLS: Final[Mapping[str, Ask]] = {
    "NoKey": lambda w: Call("GET", "/catalog", key=False),
    "VendorCallsOnly": lambda w: Call("GET", f"{w.bare}/overrides", by=OWNER),
    "UnknownActor": lambda w: Call("GET", f"{w.bare}/subscription", by="stranger@example.com"),
    "TooManyInvitations": lambda w: Call(
        "POST", f"{w.inviting}/members", {**NOAH, "email": "zoe@acme.example", "role": "agent"}, by=OWNER
    ),
    "SuspendedMember": lambda w: Call("GET", f"{w.apart}/capabilities", by=AGENT),
    "InvitedMember": lambda w: Call("GET", f"{w.apart}/members", by=NOAH["email"]),
    "SuspendedMember vendor": lambda w: Call("POST", f"{w.ended}/quotes", {"edits": [TEAM_10]}, by=AGENT),
    "TooLarge": lambda w: Call("POST", f"{w.bare}/quotes", b" " * 2_000_000),
    "WrongMethod": lambda w: Call("PUT", f"{w.bare}/quotes", {}),
    "BadActor": lambda w: Call("POST", f"{w.bare}/quotes", {"edits": [TEAM_10]}, by="zoë@acme.example"),
    "BadIdempotencyKey": lambda w: Call("POST", f"{w.bare}/quotes", {"edits": [TEAM_10]}, once="k" * 256),
    "OtherBody": lambda w: Call("POST", f"{w.keyed}/quotes", {"edits": [VOICE]}, once="used"),
    "NotFound": lambda w: Call("GET", f"/accounts/{NOBODY}"),
    "NotFound address": lambda w: Call("POST", "/nowhere", {}),
    "NotFound member": lambda w: Call("GET", f"{w.bare}/members/{NOBODY}"),
    "NotFound override": lambda w: Call("DELETE", f"{w.bare}/overrides/{NOBODY}"),
    "NotFound quote": lambda w: Call("POST", f"{w.bare}/changes", {"quote": NOBODY}),
    "NotFound change": lambda w: Call("DELETE", f"{w.bare}/changes/{NOBODY}"),
    "NotFound invoice": lambda w: Call("GET", f"{w.bare}/invoices/{NOBODY}"),
    "NotFound payment": lambda w: Call("GET", f"{w.bare}/payments/{NOBODY}"),
    "NotFound attempt": lambda w: Call("GET", f"{w.bare}/attempts/{NOBODY}"),
    "BadBody missing": lambda w: Call("POST", f"{w.bare}/quotes", {}),
    "BadBody extra": lambda w: Call("POST", f"{w.bare}/quotes", {"edits": [TEAM_10], "more": 1}),
    "BadBody list": lambda w: Call("POST", f"{w.bare}/quotes", {"edits": "all"}),
    "BadBody object": lambda w: Call("POST", f"{w.bare}/quotes", [1]),
    "BadBody text": lambda w: Call("POST", "/accounts", {**OPEN, "name": 7}),
    "BadBody empty": lambda w: Call("POST", "/accounts", {**OPEN, "name": " "}),
    "BadBody long": lambda w: Call("POST", "/accounts", {**OPEN, "name": "x" * 201}),
    "BadBody email": lambda w: Call("POST", "/accounts", {**OPEN, "owner": {"name": "Jo", "email": "jo"}}),
    "BadBody choice": lambda w: Call("POST", "/accounts", {**OPEN, "locale": "de"}),
    "BadBody truth": lambda w: Call("POST", f"{w.bare}/overrides", {**GRANT, "grant": "yes"}),
    "BadBody day": lambda w: Call("POST", f"{w.bare}/overrides", {**GRANT, "until": 20260131}),
    "BadBody id": lambda w: Call("POST", f"{w.bare}/changes", {"quote": "first"}),
    "BadBody entries": lambda w: Call(
        "PUT", f"{w.bare}/billing_details", {"sold_to": {str(one): "" for one in range(21)}}
    ),
    "BadBody number": lambda w: Call("GET", f"{w.bare}/invoices?limit=many"),
    "BadBody least": lambda w: Call("GET", f"{w.bare}/invoices?limit=0"),
    "BadBody most": lambda w: Call("GET", f"{w.bare}/invoices?limit=201"),
    "NotJson": lambda w: Call("POST", f"{w.bare}/quotes", b"{not json"),
    "NotObject": lambda w: Call("PUT", "/catalog", [1]),
    "BadMoment": lambda w: Call("POST", f"{w.bare}/clock", {"to": "tomorrow"}),
    "QuoteOrEdits": lambda w: Call("POST", f"{w.bare}/changes", {}),
    "UnknownAccountType": lambda w: Call("POST", "/accounts", {**OPEN, "account_type": "king"}),
    "UnknownCurrency": lambda w: Call("POST", "/accounts", {**OPEN, "currency": "EURO"}),
    "CurrencyNotSold": lambda w: Call("POST", "/accounts", {**OPEN, "currency": "xpf"}),
    "UnknownZone": lambda w: Call("POST", "/accounts", {**OPEN, "time_zone": "Mars"}),
    "BadRate": lambda w: Call("POST", "/accounts", {**OPEN, "tax_rate": "a fifth"}),
    "BadTaxRate": lambda w: Call("POST", "/accounts", {**OPEN, "tax_rate": "20"}),
    "UnknownRole": lambda w: Call("POST", f"{w.has}/members", {"name": "A", "email": "a@acme.example", "role": "king"}),
    "OneOwner": lambda w: Call("DELETE", w.member("owner")),
    "OwnerStays": lambda w: Call("PATCH", w.member("owner"), {"state": "suspended"}, ADMIN),
    "NotYourself": lambda w: Call("PATCH", w.member("admin"), {"state": "suspended"}, ADMIN),
    "NotAccepted": lambda w: Call("PATCH", w.invited, {"state": "suspended"}, ADMIN),
    "NotInvited": lambda w: Call("POST", f"{w.member('agent')}/invitation", None, ADMIN),
    "OtherCurrency": lambda w: Call(
        "PUT", f"{w.bare}/limit", {"seats": None, "amount": {"amount_minor": 1, "currency": "USD"}}
    ),
    "NoActiveMember": lambda w: Call("POST", f"{w.bare}/sessions", {"actor": "nobody@acme.example"}),
    "LivePerson": lambda w: Call("POST", f"{w.live and w.bare}/sessions", {"actor": OWNER}),
    "OnlyFromAdmins": lambda w: Call("PATCH", w.member("agent"), {"role": "billing_admin"}, OWNER),
    "AlreadyMember": lambda w: Call("POST", f"{w.has}/members", {"name": "A", "email": AGENT, "role": "admin"}),
    "UnknownCapability": lambda w: Call("POST", f"{w.bare}/overrides", {**GRANT, "capability": "fly"}),
    "OverrideExists": lambda w: Call("POST", f"{w.overridden}/overrides", GRANT),
    "NotSandbox": lambda w: Call("POST", f"{w.live}/clock", {"to": "2026-02-01"}),
    "NotTheirClock": lambda w: Call("POST", f"{w.bare}/clock", {"to": "2026-02-01"}, ADMIN),
    "ClockBackwards": lambda w: Call("POST", f"{w.bare}/clock", {"to": "2025-01-01"}),
    "ClockTooFar": lambda w: Call("POST", f"{w.bare}/clock", {"to": "2099-01-01"}),
    "UnknownMethod": lambda w: Call("PUT", f"{w.bare}/payment_method", {"type": "gold"}),
    "TokenNeeded": lambda w: Call("PUT", f"{w.bare}/payment_method", {"type": "debit"}),
    "NoToken": lambda w: Call("PUT", f"{w.bare}/payment_method", {"type": "invoice", "token": "ok"}),
    "NoGateway": lambda w: Call("PUT", f"{w.live}/payment_method", {"type": "card", "token": "ok"}, OWNER),
    "StaysAutomatic": lambda w: Call("PUT", f"{w.card}/payment_method", {"type": "invoice"}, OWNER),
    "PaymentOpen": lambda w: taken(w.waiting[0], VOICE),
    "NotWaiting": lambda w: Call("POST", f"{w.finished[0]}/attempts/{w.finished[1]}/finish", {"outcome": "succeeded"}),
    "NothingToPay": lambda w: Call("POST", f"{w.paid[0]}/invoices/{w.paid[1]}/pay", {"type": "card", "token": "ok"}),
    "AmountNotPositive": lambda w: booked(w, w.bare, 0),
    "PaymentCurrency": lambda w: Call(
        "POST", f"{w.bare}/payments", {"amount": {"amount_minor": 100, "currency": "USD"}}
    ),
    "ReceivedInFuture": lambda w: booked(w, w.bare, received_on="2026-01-02"),
    "BadReference": lambda w: booked(w, w.bare, reference="Société"),
    "EntryBooked": lambda w: booked(w, came(w, w.bare, entry="2026-01/7").partition("/payments")[0], entry="2026-01/7"),
    "MoreThanEntry": lambda w: booked(w, w.halved, 2_501, entry="2026-01/8"),
    "CameThroughGateway": lambda w: Call("POST", f"{by_card(w)}/undo"),
    "AlreadyRefunded": lambda w: Call("POST", f"{partly_back(w)}/undo"),
    "PaymentUndone": lambda w: given_back(undone(w)),
    "UnknownRefundReason": lambda w: given_back(came(w, w.bare), reason="pity"),
    "RefundTooHigh": lambda w: given_back(partly_back(w), 3_001),
    "MoneyInUse": lambda w: given_back(came(w, w.has, 24_000), 23_000),
    "Declined insufficient_funds": lambda w: taken(w.short, TEAM_10),
    "Declined unknown_token": lambda w: taken(w.stolen, TEAM_10),
    "Declined authentication_failed": lambda w: Call(
        "POST", f"{w.waiting[0]}/attempts/{w.waiting[1]}/finish", {"outcome": "failed"}, once="once"
    ),
    "AlreadyTaken": lambda w: Call("POST", f"{w.taken[0]}/changes", {"quote": w.taken[1]}),
    "QuoteExpired": lambda w: Call("POST", f"{w.expired[0]}/changes", {"quote": w.expired[1]}),
    "Stale": lambda w: Call("POST", f"{w.stale[0]}/changes", {"quote": w.stale[1]}),
    "BadEdit number": lambda w: quoted(w.has, seats(0)),
    "BadEdit text": lambda w: quoted(w.has, {**seats(1), "product": ""}),
    "BadEdit id": lambda w: quoted(w.has, {"edit": "undo", "change": "first"}),
    "BadEdit ids": lambda w: quoted(w.has, {**seats(1), "release": "all"}),
    "BadEdit day": lambda w: quoted(w.has, {**seats(1), "on": "soon"}),
    "BadEdit years": lambda w: quoted(w.has, {**seats(1), "on": "1066-10-14"}),
    "BadEdit price": lambda w: quoted(w.has, {**seats(1), "price": 12}),
    "BadEdit list": lambda w: quoted(w.has),
    "BadEdit object": lambda w: quoted(w.has, "seats"),
    "BadEdit value": lambda w: quoted(w.has, {"edit": "set_seats", "product": "support"}),
    "UnknownEdit": lambda w: quoted(w.has, {"edit": "fly"}),
    "UnknownField": lambda w: quoted(w.has, {**seats(1), "colour": "red"}),
    "VendorOnly": lambda w: quoted(w.has, {**seats(11), "price": "1.00"}, by=OWNER),
    "UnknownProduct": lambda w: quoted(w.has, {**TEAM_10, "product": "nothing"}),
    "UnknownPlan": lambda w: quoted(w.has, {"edit": "change_plan", "product": "support", "plan": "nothing"}),
    "UnknownCycle": lambda w: quoted(w.has, {"edit": "change_cycle", "cycle": "weekly"}),
    "NoPrice": lambda w: quoted(w.pounds, TEAM_10),
    "NotSubscribed": lambda w: quoted(w.has, seats(3, "suite")),
    "AlreadySubscribed": lambda w: quoted(w.has, TEAM_10),
    "SeatsNeeded": lambda w: quoted(w.bare, {"edit": "add_product", "product": "support", "plan": "team"}),
    "UnitsNeeded": lambda w: quoted(w.has, {"edit": "add_product", "product": "storage", "plan": "gigabytes"}),
    "NoQuantity": lambda w: quoted(w.has, {"edit": "add_product", "product": "insight", "plan": "all", "seats": 2}),
    "SameMeasure": lambda w: quoted(
        w.has, {"edit": "change_plan", "product": "support", "plan": "growth", "seats": 12}
    ),
    "CountedInSeats": lambda w: quoted(w.has, {"edit": "set_units", "product": "support", "units": 12}),
    "CountedInUnits": lambda w: quoted(w.counted, seats(12, "storage")),
    "CountedAsAWhole": lambda w: quoted(w.counted, seats(12, "insight")),
    "OtherMeasure": lambda w: quoted(
        w.flattened[0], {**seats(3, "mixed"), "on": "2026-03-01"}, {"edit": "keep", "change": w.flattened[1]}
    ),
    "TooFarBack": lambda w: quoted(w.has, {**seats(12), "on": "2025-12-31"}),
    "OutsideTerm": lambda w: quoted(w.has, temporary("2026-01-20", "2026-02-02")),
    "TrialOver": lambda w: quoted(w.api.account(), trial("2025-12-31")),
    "NothingToTry": lambda w: quoted(w.has, trial("2026-02-28")),
    "OnTrial": lambda w: quoted(w.trying, seats(12)),
    "Contradiction": lambda w: quoted(w.has, seats(11), seats(12)),
    "UnknownChange": lambda w: quoted(w.has, {"edit": "undo", "change": NOBODY}),
    "PendingChange": lambda w: quoted(w.scheduled[0], seats(12)),
    "NeedsProduct": lambda w: quoted(w.bare, {**VOICE, "product": "phone", "plan": "one"}),
    "MainProductNeeds": lambda w: quoted(w.framed, {"edit": "remove_product", "product": "kit"}),
    "WouldBreak": lambda w: quoted(
        w.fewer[0],
        {"edit": "remove_product", "product": "voice", "on": "now"},
        {"edit": "keep", "change": w.fewer[1]},
    ),
    "Superseded": lambda w: quoted(
        w.going[0], {**seats(3, "voice"), "on": "2026-03-01"}, {"edit": "keep", "change": w.going[1]}
    ),
    "TooDear": lambda w: quoted(w.bare, {**TEAM_10, "seats": 1_000_000, "price": "999999999"}),
    "SeatsInUse": lambda w: quoted(w.seated, seats(8)),
    "Outdated": lambda w: quoted(w.seated, {**seats(8), "expected": {"seats": 12}}),
    "NotFound request": lambda w: Call("POST", f"{w.assisted}/requests/{NOBODY}/approve", None, OWNER),
    "NotFound seat": lambda w: Call("DELETE", w.seat("support", "agent")),
    "NoSeats": lambda w: Call("PUT", w.seat("suite", "admin")),
    "OutOfSeats": lambda w: Call("PUT", w.seat("voice", "admin")),
    "OutOfLightAgents": lambda w: Call("PUT", w.seat("support", "light_agent", w.crowded)),
    "HasSeat": lambda w: Call("PUT", w.seat("voice", "agent")),
    "SeatsCounted": lambda w: Call("PUT", w.seat("support", "admin", w.seated)),
    "OnlyOwner": lambda w: w.passing("billing_admin", by=ADMIN),
    "OnlyToBillingAdmins": lambda w: w.passing("admin", by=OWNER),
    "NotVerified": lambda w: w.passing("billing_admin", by=OWNER, path=w.live),
    "TransferReasonNeeded": lambda w: w.passing("billing_admin", by=None),
    "RequestOpen": lambda w: asks(w.asked[0], seats(13), by=ADMIN),
    "RequestClosed": lambda w: Call("POST", f"{w.withdrawn[0]}/requests/{w.withdrawn[1]}/approve", None, OWNER),
    "NoNeedToAsk": lambda w: asks(w.assisted, seats(13), by=OWNER),
    "NothingToAsk": lambda w: asks(w.assisted, seats(10), by=ADMIN),
    "NeededTooEarly": lambda w: asks(w.assisted, seats(13), by=ADMIN, needed_by="2025-12-31"),
    "RequestOvertaken": lambda w: Call("POST", f"{w.overtaken[0]}/requests/{w.overtaken[1]}/approve", None, OWNER),
    "OnlyRequester": lambda w: Call("POST", f"{w.asked[0]}/requests/{w.asked[1]}/withdraw", None, OWNER),
    "Refused role reject": lambda w: Call(
        "POST", f"{w.asked[0]}/requests/{w.asked[1]}/reject", {"reason": "no"}, ADMIN
    ),
    "Refused account_state suspended": lambda w: taken(w.suspended, seats(12), by=OWNER),
    "Refused account_state cancelled": lambda w: taken(w.cancelled, TEAM_10, by=OWNER),
    "Refused account_type": lambda w: taken(w.managed, seats(12), by=OWNER),
    "Refused catalog": lambda w: taken(w.assisted, {**VOICE, "product": "indoor", "plan": "one"}, by=OWNER),
    "Refused role": lambda w: taken(w.has, seats(12), by=AGENT),
    "Refused limit": lambda w: taken(w.limited, seats(12), by=BILLING_ADMIN),
    "Refused limit ceiling": lambda w: taken(w.assisted, seats(100_011), by=OWNER),
    "Refused credit": lambda w: taken(w.bare, {**TEAM_10, "seats": 600}, by=OWNER),
    "Refused credit billing_admin": lambda w: taken(w.bare, {**TEAM_10, "seats": 600}, by=BILLING_ADMIN),
    "Refused credit live": lambda w: taken(w.live, {**TEAM_10, "seats": 600}, by=OWNER),
    "ConfirmationNeeded": lambda w: taken(w.assisted, seats(10_011), by=OWNER),
    "Refused by_request": lambda w: taken(w.assisted, seats(12), by=ADMIN),
    "NotTable": lambda w: catalog(products=[7]),
    "NotList": lambda w: catalog(products=7),
    "NotText": lambda w: product(name={"en": ""}),
    "NotCode": lambda w: product(code="Desk 1"),
    "NotWhole": lambda w: policy(w, quote_hours=0),
    "NotTrueOrFalse": lambda w: product(base="yes"),
    "NotKnown": lambda w: policy(w, proration="by_moon"),
    "UnknownEntry": lambda w: product(colour="red"),
    "MissingEntry": lambda w: catalog(),
    "Repeated": lambda w: catalog(products=product().body["products"] * 2),
    "NotAmount": lambda w: product(prices=[{"amount": 1.5}]),
    "NoEntries": lambda w: catalog(products=[]),
    "OneMeasure": lambda w: product(prices=[{}, {"currency": "USD", "per": "unit"}]),
    "NotSold": lambda w: product(requires=["nothing"]),
    "NotCycle": lambda w: cycle(period={"months": 5}),
    "NotLength": lambda w: cycle(term={}),
    "BothWays": both_ways,
    "NotLimit": lambda w: policy(w, limits={"billing_admin": {"amounts": {"EUR": "much"}}}),
    "NoLimitForOwner": lambda w: policy(w, limits={"owner": {"seats": 3}}),
    "NotReplaced": lambda w: policy(w, replaces={"managed": "self_service"}),
    "TypesInUse": types_in_use,
    "StaffLockedOut": locked_out,
    "NotCredit": lambda w: policy(w, credit={"self_service": {"invoice_terms": True, "limit": "0.50"}}),
    "NoInvoiceTerms": lambda w: policy(w, credit={"self_service": {"invoice_terms": False, "limit": "5.00"}}),
    "CeilingsCrossed": lambda w: policy(w, ceilings={"ask": {"seats": 9}, "refuse": {"seats": 9}}),
    "NoAccountType": lambda w: policy(w, account_types=[]),
}
"""By the name of the problem, and what tells it from others of its kind."""
