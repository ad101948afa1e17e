"""What each message advises, done: by the row of `refusals.py` that provokes it, every way that it names."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from api_client import TEAM_10, ApiClient, seats, temporary, trial
from refusals import ADMIN, BILLING_ADMIN, NOAH, OWNER, Call, Worlds, asks, booked, taken

Said = Mapping[str, Any]
Way = Callable[[Worlds, Call, Said], list[Call]]
"""What is done next, in view of what was sent and of the answer to it."""

GROWTH: Final = {"edit": "change_plan", "product": "support", "plan": "growth"}
PHONE: Final = {"edit": "add_product", "product": "phone", "plan": "one", "seats": 1}
MIXED: Final = {"edit": "add_product", "product": "mixed", "plan": "each", "seats": 1}


def again(call: Call, **fields: Any) -> list[Call]:
    """The same with other fields in its body."""
    return [replace(call, body={**call.body, **fields})]


def edited(call: Call, *edits: Any, **more: Any) -> list[Call]:
    """Other edits in the place of those that were sent, taken by the same person."""
    return [Call("POST", call.path.replace("/quotes", "/changes"), {"edits": list(edits), **more}, call.by)]


def undoing(change: str) -> dict[str, str]:
    return {"edit": "undo", "change": change}


def keeping(change: str) -> dict[str, str]:
    return {"edit": "keep", "change": change}


def members(api: ApiClient, path: str) -> dict[str, str]:
    """The ids of the members by email."""
    return {one["email"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}


def two_named(w: Worlds, call: Call, said: Said) -> list[Call]:
    ids = members(w.api, w.seated)
    return edited(call, {**seats(8), "release": [ids[ADMIN], ids[BILLING_ADMIN]]})


def freed(w: Worlds, call: Call, said: Said) -> list[Call]:
    return [Call("DELETE", w.seat("voice", "agent")), call]


def light_freed(w: Worlds, call: Call, said: Said) -> list[Call]:
    lea = members(w.api, w.crowded)["lea@acme.example"]
    return [Call("DELETE", f"{w.crowded}/seats/support/members/{lea}"), call]


def light_seated(w: Worlds, call: Call, said: Said) -> list[Call]:
    person = call.path.rpartition("/")[2]
    return [Call("PATCH", f"{w.crowded}/members/{person}", {"role": "agent"}), call]


def appointed(w: Worlds, call: Call, said: Said) -> list[Call]:
    return [Call("PATCH", w.member("admin"), {"role": "billing_admin"}, OWNER), call]


def made_admin(w: Worlds, call: Call, said: Said) -> list[Call]:
    return [replace(call, body={"role": "admin"}), call]


def passed_on(w: Worlds, call: Call, said: Said) -> list[Call]:
    """Ownership passes, and then what was wanted of the former owner is done by somebody who may."""
    return [w.passing("billing_admin", by=OWNER), replace(call, by=None if call.method == "DELETE" else BILLING_ADMIN)]


def override_ended(w: Worlds, call: Call, said: Said) -> list[Call]:
    [override] = w.api.ok("GET", f"{w.overridden}/overrides")["items"]
    return [Call("DELETE", f"{w.overridden}/overrides/{override['id']}"), call]


def quoted_anew(edit: Any) -> Way:
    """A new quote is asked for and taken."""

    def way(w: Worlds, call: Call, said: Said) -> list[Call]:
        path = call.path.removesuffix("/changes")
        quote = w.api.ok("POST", f"{path}/quotes", {"edits": [edit]})
        return again(call, quote=quote["id"])

    return way


def the_other_base_kept(w: Worlds, call: Call, said: Said) -> list[Call]:
    """Phone goes with the product that it needs, on an account that has another base product."""
    path = w.api.account()
    w.api.take(path, TEAM_10, PHONE, MIXED)
    return [taken(path, *({"edit": "remove_product", "product": one} for one in ("support", "phone")))]


def roles_one_way(w: Worlds, call: Call, said: Said) -> list[Call]:
    first, *others = call.body["roles"]
    return again(call, roles=[{**first, "by_request": []}, *others])


ADVICE: Final[Mapping[str, tuple[Way, ...]]] = {
    "NoKey": (lambda w, call, said: [replace(call, key=True)],),
    "VendorCallsOnly": (lambda w, call, said: [replace(call, by=None)],),
    "UnknownActor": (
        lambda w, call, said: [replace(call, by=OWNER)],
        lambda w, call, said: [replace(call, by=None)],
    ),
    "BadActor": (
        lambda w, call, said: [replace(call, by=OWNER)],
        lambda w, call, said: [replace(call, by=None)],
    ),
    "TooLarge": (lambda w, call, said: [replace(call, body={"edits": [TEAM_10]})],),
    "WrongMethod": (lambda w, call, said: [replace(call, method="POST", body={"edits": [TEAM_10]})],),
    "OtherBody": (lambda w, call, said: [replace(call, once="another")],),
    "QuoteOrEdits": (
        lambda w, call, said: again(call, edits=[TEAM_10]),
        lambda w, call, said: quoted_anew(TEAM_10)(w, call, said),
    ),
    **dict.fromkeys(("UnknownCurrency", "CurrencyNotSold"), (lambda w, call, said: again(call, currency="EUR"),)),
    "UnknownZone": (lambda w, call, said: again(call, time_zone="Europe/Paris"),),
    "BadTaxRate": (lambda w, call, said: again(call, tax_rate="0.20"),),
    "OneOwner": (
        passed_on,
        lambda w, call, said: [Call("POST", f"{w.has}/members", {**NOAH, "role": "admin"})],
    ),
    "OwnerStays": (passed_on,),
    "NotYourself": (lambda w, call, said: [replace(call, by=OWNER)],),
    "NotAccepted": (lambda w, call, said: [Call("DELETE", call.path, None, ADMIN)],),
    "OtherCurrency": (lambda w, call, said: again(call, amount={"amount_minor": 100, "currency": "EUR"}),),
    "NoActiveMember": (lambda w, call, said: again(call, actor=OWNER),),
    "OnlyFromAdmins": (made_admin,),
    "OnlyToBillingAdmins": (appointed,),
    "OnlyOwner": (lambda w, call, said: [replace(call, by=None, body={**call.body, "reason": "She is gone."})],),
    "TransferReasonNeeded": (lambda w, call, said: again(call, reason="She asked us to."),),
    "AlreadyMember": (lambda w, call, said: [Call("PATCH", w.member("agent"), {"role": "admin"})],),
    "OverrideExists": (override_ended,),
    "NotTheirClock": (
        lambda w, call, said: [replace(call, by=OWNER)],
        lambda w, call, said: [replace(call, by=None)],
    ),
    "NoToken": (lambda w, call, said: [replace(call, body={"type": "invoice"})],),
    "TokenNeeded": (lambda w, call, said: again(call, token="ok"),),
    "NoGateway": (lambda w, call, said: [replace(call, body={"type": "invoice"})],),
    "AmountNotPositive": (lambda w, call, said: again(call, amount={"amount_minor": 1, "currency": "EUR"}),),
    "PaymentCurrency": (lambda w, call, said: again(call, amount={"amount_minor": 100, "currency": "EUR"}),),
    "ReceivedInFuture": (lambda w, call, said: again(call, received_on="2026-01-01"),),
    "MoreThanEntry": (lambda w, call, said: again(call, amount={"amount_minor": 2_500, "currency": "EUR"}),),
    "PaymentUndone": (lambda w, call, said: [booked(w, w.has)],),
    "RefundTooHigh": (lambda w, call, said: again(call, amount={"amount_minor": 3_000, "currency": "EUR"}),),
    "MoneyInUse": (lambda w, call, said: again(call, amount={"amount_minor": 2_100, "currency": "EUR"}),),
    "StaysAutomatic": (
        lambda w, call, said: again(call, type="card", token="ok"),
        lambda w, call, said: again(call, type="debit", token="ok"),
    ),
    "PaymentOpen": (
        lambda w, call, said: [
            Call("POST", f"{w.waiting[0]}/attempts/{w.waiting[1]}/give_up", None, OWNER),
            Call("PUT", f"{w.waiting[0]}/payment_method", {"type": "card", "token": "ok"}),
            replace(call, body={"edits": [TEAM_10]}),
        ],
        lambda w, call, said: [
            Call("POST", f"{w.waiting[0]}/attempts/{w.waiting[1]}/finish", {"outcome": "succeeded"}),
            Call("PUT", f"{w.waiting[0]}/payment_method", {"type": "card", "token": "ok"}),
            call,
        ],
        lambda w, call, said: [
            Call("POST", f"{w.waiting[0]}/clock", {"to": "2026-01-03"}),
            Call("PUT", f"{w.waiting[0]}/payment_method", {"type": "card", "token": "ok"}),
            replace(call, body={"edits": [TEAM_10]}),
        ],
    ),
    "AlreadyTaken": (quoted_anew(seats(12)),),
    "QuoteExpired": (quoted_anew(TEAM_10),),
    "Stale": (lambda w, call, said: again(call, quote=said["quote"]["id"]),),
    "VendorOnly": (lambda w, call, said: edited(call, seats(11)),),
    "AlreadySubscribed": (
        lambda w, call, said: edited(call, seats(12)),
        lambda w, call, said: edited(call, GROWTH),
    ),
    "SeatsNeeded": (lambda w, call, said: edited(call, TEAM_10),),
    "UnitsNeeded": (
        lambda w, call, said: edited(
            call, {"edit": "add_product", "product": "storage", "plan": "gigabytes", "units": 5}
        ),
    ),
    "NoQuantity": (lambda w, call, said: edited(call, {"edit": "add_product", "product": "insight", "plan": "all"}),),
    "SameMeasure": (lambda w, call, said: [*edited(call, GROWTH), *edited(call, seats(12))],),
    "CountedInSeats": (lambda w, call, said: edited(call, seats(12)),),
    "CountedInUnits": (lambda w, call, said: edited(call, {"edit": "set_units", "product": "storage", "units": 12}),),
    "OtherMeasure": (lambda w, call, said: edited(call, keeping(w.flattened[1])),),
    "TooFarBack": (lambda w, call, said: edited(call, {**seats(12), "on": "2026-01-01"}),),
    "OutsideTerm": (lambda w, call, said: edited(call, temporary("2026-01-01", "2026-02-01")),),
    "TrialOver": (lambda w, call, said: edited(call, trial("2026-01-01")),),
    "OnTrial": (
        lambda w, call, said: edited(call, TEAM_10),
        lambda w, call, said: [
            Call("POST", f"{w.trying}/clock", {"to": "2026-02-01"}),
            *edited(call, TEAM_10),
        ],
    ),
    "Contradiction": (
        lambda w, call, said: edited(call, seats(11)),
        lambda w, call, said: edited(call, seats(12)),
    ),
    "PendingChange": (
        lambda w, call, said: edited(call, seats(12), undoing(w.scheduled[1])),
        lambda w, call, said: edited(call, seats(12), keeping(w.scheduled[1])),
    ),
    "NeedsProduct": (lambda w, call, said: edited(call, TEAM_10, PHONE), the_other_base_kept),
    "MainProductNeeds": (lambda w, call, said: edited(call, seats(2, "kit")),),
    "WouldBreak": (
        lambda w, call, said: edited(
            call, {"edit": "remove_product", "product": "voice", "on": "now"}, undoing(w.fewer[1])
        ),
    ),
    "Superseded": (lambda w, call, said: edited(call, keeping(w.going[1])),),
    "TooDear": (
        lambda w, call, said: edited(call, {**TEAM_10, "price": "12.00"}),
        lambda w, call, said: edited(call, {**TEAM_10, "seats": 1, "price": "99999"}),
    ),
    "SeatsInUse": (two_named,),
    "Outdated": (two_named,),
    "NoSeats": (
        lambda w, call, said: [
            taken(w.has, {"edit": "add_product", "product": "suite", "plan": "growth", "seats": 2}),
            call,
        ],
    ),
    "OutOfSeats": (freed, lambda w, call, said: [taken(w.has, seats(2, "voice")), call]),
    "OutOfLightAgents": (light_freed, light_seated),
    "RequestOpen": (
        lambda w, call, said: [Call("POST", f"{w.asked[0]}/requests/{w.asked[1]}/approve", None, OWNER), call],
        lambda w, call, said: [Call("POST", f"{w.asked[0]}/requests/{w.asked[1]}/withdraw", None, ADMIN), call],
    ),
    "RequestOvertaken": (lambda w, call, said: [Call("GET", f"{w.overtaken[0]}/capabilities", by=ADMIN)],),
    "NoNeedToAsk": (lambda w, call, said: [taken(w.assisted, seats(13), by=OWNER)],),
    "NothingToAsk": (lambda w, call, said: [asks(w.assisted, seats(13), by=ADMIN)],),
    "NeededTooEarly": (
        lambda w, call, said: again(call, needed_by="2026-01-01"),
        lambda w, call, said: [asks(w.assisted, seats(13), by=ADMIN)],
    ),
    "OnlyRequester": (
        lambda w, call, said: [
            Call("POST", f"{w.asked[0]}/requests/{w.asked[1]}/reject", {"reason": "We wait."}, OWNER)
        ],
    ),
    "ConfirmationNeeded": (lambda w, call, said: again(call, confirm=True),),
    "BothWays": (roles_one_way,),
    "NoLimitForOwner": (lambda w, call, said: again(call, limits={"billing_admin": {"seats": 3}}),),
    "NotReplaced": (lambda w, call, said: again(call, replaces={}),),
    "NoInvoiceTerms": (
        lambda w, call, said: again(call, credit={"self_service": {"invoice_terms": False}}),
        lambda w, call, said: again(call, credit={"self_service": {"invoice_terms": True, "limit": "5.00"}}),
    ),
}
"""By the row of `CALLS`; each way is tried on accounts of its own."""
