"""What the policy decides beyond its matrix: order of reasons, asking, overrides, states, and the document."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bursar.core.messages import document as written
from bursar.core.messages.text import Text
from bursar.core.policy.capability import (
    CAPABILITIES,
    DESK,
    MONEY,
    OPEN,
    SHOW_COSTS,
    STAFF_ROLES,
    UnknownCapability,
    check_capability,
)
from bursar.core.policy.policy import (
    VENDOR,
    Account,
    Contact,
    Decision,
    Member,
    Outcome,
    Override,
    Policy,
    Reason,
    State,
    Vendor,
    decide,
    shows_costs,
)
from bursar.core.policy.role import UnknownAccountType, UnknownRole
from bursar.policy.description import BothWays, NoAccountType
from bursar.policy.document import read, read_toml, write

FILE = Path(__file__).resolve().parents[2] / "policies/standard.toml"
TEXT = FILE.read_text(encoding="utf-8")
STANDARD = read_toml(TEXT, "standard.toml", version=1)
TODAY = date(2026, 6, 15)

OWNER = Member(UUID(int=1), "Olga", "olga@customer.example", "owner")
BILLING = Member(UUID(int=2), "Bo", "bo@customer.example", "billing_admin")
ADMIN = Member(UUID(int=3), "Ada", "ada@customer.example", "admin")
AGENT = Member(UUID(int=4), "Gus", "gus@customer.example", "agent")
LIGHT = Member(UUID(int=5), "Lin", "lin@customer.example", "light_agent")
EVERYBODY = (LIGHT, AGENT, ADMIN, BILLING, OWNER)
REPRESENTATIVE = Contact("Rita", "rita@vendor.example", "representative")
SUPPORT = Contact("Support", "support@vendor.example", "support")


def account(account_type: str, *members: Member, **different: Any) -> Account:
    fields = {"overrides": (), "state": State.ACTIVE, "representative": REPRESENTATIVE, **different}
    return Account(UUID(int=9), account_type, "EUR", members=members or EVERYBODY, support=SUPPORT, **fields)


def asked(decision: Decision) -> list[str]:
    return [contact.name for contact in decision.ask]


def test_the_owner_and_then_the_billing_admins_are_to_be_asked() -> None:
    decision = decide(STANDARD, account("self_service"), ADMIN, "add_seats", TODAY)
    assert (decision.outcome, decision.reason, asked(decision)) == (Outcome.REFUSED, Reason.ROLE, ["Olga", "Bo"])


def test_only_those_who_may_do_it_themselves_are_to_be_asked() -> None:
    decision = decide(STANDARD, account("self_service"), BILLING, "cancel_account", TODAY)
    assert decision.ask == (Contact("Olga", "olga@customer.example", "owner"),)


def test_whoever_may_send_requests_is_named_to_the_owner_who_may_not() -> None:
    decision = decide(STANDARD, account("online_assisted"), OWNER, "submit_requests", TODAY)
    assert (decision.reason, asked(decision)) == (Reason.ROLE, ["Ada"])


def test_nobody_needs_to_be_asked_for_what_is_allowed() -> None:
    assert decide(STANDARD, account("self_service"), OWNER, "add_seats", TODAY).ask == ()


@pytest.mark.parametrize(("representative", "expected"), [(REPRESENTATIVE, REPRESENTATIVE), (None, SUPPORT)])
def test_the_vendor_is_to_be_asked_when_nobody_in_the_account_may(
    representative: Contact | None, expected: Contact
) -> None:
    managed = account("managed", representative=representative)
    assert decide(STANDARD, managed, OWNER, "add_seats", TODAY).ask == (expected,)
    alone = account("self_service", ADMIN, representative=representative)
    assert decide(STANDARD, alone, ADMIN, "add_seats", TODAY).ask == (expected,)


def test_a_person_who_is_not_active_may_do_nothing_and_is_not_to_be_asked() -> None:
    gone = replace(OWNER, active=False)
    decision = decide(STANDARD, account("self_service", gone, BILLING), gone, "add_seats", TODAY)
    assert (decision.outcome, decision.reason, asked(decision)) == (Outcome.REFUSED, Reason.ROLE, ["Bo"])


def test_the_first_thing_that_does_not_hold_is_the_reason() -> None:
    def why(account_type: str, state: State, offered: bool, member: Member) -> Reason | None:
        return decide(STANDARD, account(account_type, state=state), member, "add_seats", TODAY, offered=offered).reason

    assert why("managed", State.SUSPENDED, False, AGENT) is Reason.ACCOUNT_STATE
    assert why("managed", State.ACTIVE, False, AGENT) is Reason.ACCOUNT_TYPE
    assert why("self_service", State.ACTIVE, False, AGENT) is Reason.CATALOG
    assert why("self_service", State.ACTIVE, True, AGENT) is Reason.ROLE
    assert why("self_service", State.ACTIVE, True, OWNER) is None


def test_what_the_catalog_does_not_offer_is_not_by_request_either() -> None:
    decision = decide(STANDARD, account("online_assisted"), ADMIN, "add_products", TODAY, offered=False)
    assert (decision.outcome, decision.reason, decision.ask) == (Outcome.REFUSED, Reason.CATALOG, (REPRESENTATIVE,))


def test_by_request_names_those_who_can_approve() -> None:
    decision = decide(STANDARD, account("online_assisted"), ADMIN, "add_seats", TODAY)
    assert (decision.outcome, decision.reason, asked(decision)) == (Outcome.BY_REQUEST, Reason.ROLE, ["Olga", "Bo"])


def test_by_request_needs_an_account_that_may_send_requests() -> None:
    withheld = account("online_assisted", overrides=(Override("submit_requests", grant=False),))
    granted = account("self_service", overrides=(Override("submit_requests", grant=True),))
    assert decide(STANDARD, withheld, ADMIN, "add_seats", TODAY).outcome is Outcome.REFUSED
    assert decide(STANDARD, granted, ADMIN, "add_seats", TODAY).outcome is Outcome.BY_REQUEST


@pytest.mark.parametrize("needed", ["submit_requests", "review_requests"])
def test_nobody_asks_while_asking_or_reviewing_is_withheld_and_anybody_again_after(needed: str) -> None:
    withheld = account("online_assisted", overrides=(Override(needed, grant=False, until=TODAY),))
    after = TODAY + timedelta(days=1)
    outcomes = [decide(STANDARD, withheld, ADMIN, "add_seats", on).outcome for on in (TODAY, after)]
    assert outcomes == [Outcome.REFUSED, Outcome.BY_REQUEST]


def test_by_request_needs_somebody_active_in_the_account_who_could_approve() -> None:
    asleep = tuple(replace(one, active=one is ADMIN) for one in EVERYBODY)
    decision = decide(STANDARD, account("online_assisted", *asleep), asleep[2], "add_seats", TODAY)
    assert (decision.outcome, decision.reason, decision.ask) == (Outcome.REFUSED, Reason.ROLE, (REPRESENTATIVE,))


def test_whoever_may_do_it_but_not_review_requests_cannot_approve_one() -> None:
    policy = edited(lambda found: found["roles"][1]["allowed"].remove("review_requests"))
    decision = decide(policy, account("online_assisted", ADMIN, BILLING), ADMIN, "add_seats", TODAY)
    assert (decision.outcome, asked(decision)) == (Outcome.REFUSED, ["Bo"])


def test_by_request_needs_a_role_that_may_send_requests() -> None:
    policy = edited(lambda found: found["roles"][2]["allowed"].remove("submit_requests"))
    assert decide(policy, account("online_assisted"), ADMIN, "add_seats", TODAY).outcome is Outcome.REFUSED


def test_by_request_is_not_offered_for_what_nobody_in_the_account_may_do() -> None:
    decision = decide(STANDARD, account("online_assisted"), ADMIN, "remove_seats", TODAY)
    assert (decision.outcome, decision.reason) == (Outcome.REFUSED, Reason.ACCOUNT_TYPE)


def test_an_override_holds_through_its_last_day() -> None:
    until = account("online_assisted", overrides=(Override("remove_seats", grant=True, until=date(2026, 12, 31)),))
    assert decide(STANDARD, until, OWNER, "remove_seats", date(2026, 12, 31)).outcome is Outcome.ALLOWED
    assert decide(STANDARD, until, OWNER, "remove_seats", date(2027, 1, 1)).reason is Reason.ACCOUNT_TYPE


def test_of_several_overrides_in_force_the_last_counts() -> None:
    lent = Override("cancel_account", grant=True, until=date(2026, 12, 31))
    both = account("self_service", overrides=(Override("cancel_account", grant=False), lent))
    assert decide(STANDARD, both, OWNER, "cancel_account", date(2026, 12, 31)).outcome is Outcome.ALLOWED
    assert decide(STANDARD, both, OWNER, "cancel_account", date(2027, 1, 1)).reason is Reason.ACCOUNT_TYPE


def test_what_is_open_on_every_type_can_be_withheld_from_one_account() -> None:
    private = account("managed", overrides=(Override("view_invoices", grant=False),))
    assert decide(STANDARD, private, OWNER, "view_invoices", TODAY).reason is Reason.ACCOUNT_TYPE


def test_an_override_does_not_widen_a_role() -> None:
    granted = account("managed", overrides=(Override("cancel_account", grant=True),))
    assert decide(STANDARD, granted, BILLING, "cancel_account", TODAY).reason is Reason.ROLE


STILL_OPEN = {
    State.SUSPENDED: {"view_subscription", "view_invoices", "pay_invoice", "change_payment_type"},
    State.CANCELLED: {"view_subscription", "view_invoices", "pay_invoice"},
}


@pytest.mark.parametrize("state", list(STILL_OPEN))
def test_an_account_that_is_not_active_is_closed_for_all_but_looking_and_paying(state: State) -> None:
    closed = account("self_service", state=state)
    decisions = [decide(STANDARD, closed, OWNER, capability, TODAY) for capability in CAPABILITIES]
    assert {decision.capability for decision in decisions if decision.outcome is Outcome.ALLOWED} == STILL_OPEN[state]
    refused = [decision for decision in decisions if decision.outcome is not Outcome.ALLOWED]
    assert {(one.outcome, one.reason, one.ask) for one in refused} == {
        (Outcome.REFUSED, Reason.ACCOUNT_STATE, (REPRESENTATIVE,))
    }


def test_an_override_does_not_open_an_account_that_is_suspended() -> None:
    granted = account("self_service", state=State.SUSPENDED, overrides=(Override("add_seats", grant=True),))
    assert decide(STANDARD, granted, OWNER, "add_seats", TODAY).reason is Reason.ACCOUNT_STATE


def test_no_request_is_sent_on_a_suspended_account_even_where_the_change_is_open() -> None:
    policy = edited(lambda found: found["states"]["suspended"].append("add_seats"))
    suspended = account("online_assisted", state=State.SUSPENDED)
    assert decide(policy, suspended, OWNER, "add_seats", TODAY).outcome is Outcome.ALLOWED
    assert decide(policy, suspended, ADMIN, "add_seats", TODAY).outcome is Outcome.REFUSED


@pytest.mark.parametrize("state", [State.ACTIVE, State.SUSPENDED])
def test_the_matrix_does_not_bind_the_vendor(state: State) -> None:
    managed = account("managed", state=state)
    for capability in CAPABILITIES:
        assert decide(STANDARD, managed, VENDOR, capability, TODAY, offered=False).outcome is Outcome.ALLOWED


def test_even_the_vendor_changes_no_subscription_of_a_cancelled_account() -> None:
    ended = account("self_service", state=State.CANCELLED)
    allowed = {
        capability
        for capability in CAPABILITIES
        if decide(STANDARD, ended, VENDOR, capability, TODAY).outcome is Outcome.ALLOWED
    }
    looking_and_paying = {"view_subscription", "view_invoices", "pay_invoice"}
    assert allowed == looking_and_paying | {"manage_members", "appoint_billing_admins"}
    assert decide(STANDARD, ended, VENDOR, "add_seats", TODAY).reason is Reason.ACCOUNT_STATE


def test_costs_show_as_the_type_says_unless_the_account_is_overridden() -> None:
    showing = account("managed", overrides=(Override(SHOW_COSTS, grant=True, until=TODAY),))
    shown = {kind: shows_costs(STANDARD, account(kind), TODAY) for kind in STANDARD.account_types}
    assert shown == {kind.code: kind.shows_costs for kind in STANDARD.account_types.values()}
    assert not shown["managed"] and shown["self_service"]
    assert shows_costs(STANDARD, showing, TODAY)
    assert not shows_costs(STANDARD, showing, date(2026, 6, 16))
    assert not shows_costs(STANDARD, account("self_service", overrides=(Override(SHOW_COSTS, grant=False),)), TODAY)


def test_the_vendor_may_add_an_account_type_of_its_own() -> None:
    partner = {
        "code": "partner",
        "name": {"en": "partner account"},
        "shows_costs": True,
        "capabilities": ["remove_seats"],
    }
    policy = edited(lambda found: found["account_types"].append(partner))
    assert policy.account_type("partner").name.in_language("fr") == "partner account"
    assert decide(policy, account("partner"), OWNER, "remove_seats", TODAY).outcome is Outcome.ALLOWED
    assert decide(policy, account("partner"), OWNER, "add_seats", TODAY).reason is Reason.ACCOUNT_TYPE
    assert shows_costs(policy, account("partner"), TODAY)


def test_what_a_role_may_do_can_be_edited() -> None:
    policy = edited(lambda found: found["roles"][1]["allowed"].append("cancel_account"))
    assert decide(policy, account("self_service"), BILLING, "cancel_account", TODAY).outcome is Outcome.ALLOWED


def test_what_the_policy_does_not_know_is_named_with_what_it_knows() -> None:
    with pytest.raises(UnknownCapability, match=r"no capability fly\. The capabilities are: add_seats, "):
        decide(STANDARD, account("managed"), OWNER, "fly", TODAY)
    with pytest.raises(UnknownCapability):
        decide(STANDARD, account("managed"), VENDOR, "fly", TODAY)
    with pytest.raises(UnknownAccountType, match="It has: managed, online_assisted, self_service"):
        STANDARD.account_type("enterprise")
    with pytest.raises(UnknownRole, match="no role pilot"):
        decide(STANDARD, account("managed"), replace(OWNER, role="pilot"), "view_invoices", TODAY)


def test_an_account_of_a_type_that_the_policy_no_longer_has_can_look_and_change_nothing_online() -> None:
    policy, here = replace(STANDARD, former={"partner": Text("partner account")}), account("partner")
    for capability in CAPABILITIES:
        decision = decide(policy, here, OWNER, capability, TODAY)
        if capability in OPEN:
            assert decision.reason is not Reason.ACCOUNT_TYPE, capability
        else:
            assert (decision.outcome, decision.reason) == (Outcome.REFUSED, Reason.ACCOUNT_TYPE), capability
    assert not shows_costs(policy, here, TODAY)
    assert (policy.type_name("partner"), policy.type_name("never_there")) == (
        Text("partner account"),
        Text("never_there"),
    )


def test_showing_costs_can_be_overridden_but_not_decided() -> None:
    assert check_capability("show_costs", (*CAPABILITIES, SHOW_COSTS)) == "show_costs"
    with pytest.raises(UnknownCapability):
        check_capability("show_costs")


def test_the_standard_policy_changes_at_once_what_grows_and_at_the_end_of_the_term_what_shrinks() -> None:
    grows = {"add_seats", "add_products", "upgrade_plan"}
    assert {one: (timing.effect, timing.credit) for one, timing in STANDARD.timing.items()} == {
        one: ("now", True) if one in grows else ("end_of_term", False)
        for one in (
            *grows,
            "remove_seats",
            "remove_products",
            "downgrade_plan",
            "change_billing_cycle",
            "cancel_account",
        )
    }
    numbers = (STANDARD.quote_hours, STANDARD.attempt_minutes, STANDARD.invoice_due_days)
    requests = (STANDARD.request_days, STANDARD.reminder_days, STANDARD.renewal_notice_days, STANDARD.trial_notice_days)
    assert (STANDARD.proration, *numbers, *requests) == ("by_day", 24, 60, 30, 30, 7, 14, 3)


def test_a_policy_of_before_closes_requests_after_thirty_days_and_reminds_a_week_before() -> None:
    found = write(STANDARD)
    del found["request_days"], found["reminder_days"], found["renewal_notice_days"], found["trial_notice_days"]
    policy = read(found, version=1)
    assert (policy.request_days, policy.reminder_days, policy.renewal_notice_days) == (30, 7, 14)
    assert policy.trial_notice_days == 3


def test_a_policy_written_down_reads_as_itself() -> None:
    assert read(write(STANDARD), version=1) == STANDARD
    assert write(read(write(STANDARD), version=7)) == write(STANDARD)


BAD_DOCUMENTS: dict[str, tuple[Callable[[dict[str, Any]], object], type[written.BadDocument], str]] = {
    "unknown entry": (
        lambda found: found.update(dunning=1),
        written.UnknownEntry,
        "document: there is no entry 'dunning'",
    ),
    "missing entry": (lambda found: found.pop("roles"), written.MissingEntry, "document: the entry roles is missing"),
    "unknown capability of a type": (
        lambda found: found["account_types"][1]["capabilities"].append("fly"),
        written.NotKnown,
        "account_types[1].capabilities[6]: expected one of add_seats, ",
    ),
    "unknown capability of a role": (
        lambda found: found["roles"][0]["allowed"].insert(0, "fly"),
        written.NotKnown,
        "roles[0].allowed[0]: expected one of add_seats, ",
    ),
    "unknown role": (
        lambda found: found["roles"][4].update(code="pilot"),
        written.NotKnown,
        "roles[4].code: expected one of owner, billing_admin, admin, agent, light_agent, found 'pilot'",
    ),
    "role missing": (
        lambda found: found["roles"].pop(),
        written.MissingEntry,
        "roles: the entry light_agent is missing",
    ),
    "role twice": (
        lambda found: found["roles"].append(found["roles"][0]),
        written.Repeated,
        "roles[5].code: owner is there already",
    ),
    "type twice": (
        lambda found: found["account_types"].insert(1, found["account_types"][0]),
        written.Repeated,
        "account_types[1].code: managed is there already",
    ),
    "no type": (lambda found: found.update(account_types=[]), NoAccountType, "account_types: expected at least one"),
    "capability twice": (
        lambda found: found["states"]["suspended"].append("pay_invoice"),
        written.Repeated,
        "states.suspended[4]: pay_invoice is there already",
    ),
    "both allowed and by request": (
        lambda found: found["roles"][2]["allowed"].append("add_seats"),
        BothWays,
        "roles[2].by_request: add_seats is both",
    ),
    "a request about payment": (
        lambda found: found["roles"][2]["by_request"].append("pay_invoice"),
        written.NotKnown,
        "roles[2].by_request[7]: expected one of add_seats, ",
    ),
    "code with blanks": (
        lambda found: found["account_types"][0].update(code="Big deal"),
        written.NotCode,
        "account_types[0].code: expected a code",
    ),
    "no English name": (
        lambda found: found["account_types"][0].update(name={"fr": "compte"}),
        written.MissingEntry,
        "account_types[0].name: the entry en is missing",
    ),
    "empty name": (
        lambda found: found["account_types"][0]["name"].update(fr=" "),
        written.NotText,
        "account_types[0].name.fr: expected a text",
    ),
    "not a flag": (
        lambda found: found["account_types"][0].update(shows_costs="yes"),
        written.NotTrueOrFalse,
        "account_types[0].shows_costs: expected true or false, found 'yes'",
    ),
    "unknown effect": (
        lambda found: found["timing"]["add_seats"].update(effect="later"),
        written.NotKnown,
        "timing.add_seats.effect: expected one of now, end_of_period, end_of_term, found 'later'",
    ),
    "unknown change": (
        lambda found: found["timing"].update(pay_invoice={}),
        written.UnknownEntry,
        "timing: there is no entry 'pay_invoice'",
    ),
    "unknown proration": (
        lambda found: found.update(proration="weekly"),
        written.NotKnown,
        "proration: expected one of by_day, fixed_30, none, found 'weekly'",
    ),
    "no hours": (
        lambda found: found.update(quote_hours=0),
        written.NotWhole,
        "quote_hours: expected a whole number from 1 to 8784, found 0",
    ),
    "true is no number": (
        lambda found: found.update(invoice_due_days=True),
        written.NotWhole,
        "invoice_due_days: expected a whole number from 0 to 366, found True",
    ),
    "not a list": (lambda found: found.update(roles={}), written.NotList, "roles: expected a list, found {…}"),
    "not a table": (lambda found: found["roles"].insert(0, 3), written.NotTable, "roles[0]: expected a table"),
}


@pytest.mark.parametrize("case", list(BAD_DOCUMENTS))
def test_a_bad_document_is_refused_with_the_place_and_what_was_expected(case: str) -> None:
    edit, problem, message = BAD_DOCUMENTS[case]
    with pytest.raises(problem) as caught:
        edited(edit)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("value", [None, [], "policy", 3])
def test_what_is_not_a_table_at_all_is_refused(value: object) -> None:
    with pytest.raises(written.NotTable, match=r"^document: expected a table"):
        read(value, version=1)


def test_a_bad_entry_of_a_file_is_named_with_the_file() -> None:
    text = TEXT.replace('proration = "by_day"', 'proration = "weekly"')
    with pytest.raises(written.NotKnown, match=r"^standard\.toml: proration: expected one of"):
        read_toml(text, "standard.toml", version=1)


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = = 2\n", 2), ("a = [1,\n", 2), ("a = 1\n\na = 2\n", 3), ("x = " + "[" * 5000, 1)]
)
def test_malformed_toml_is_refused_with_file_and_line(text: str, line: int) -> None:
    with pytest.raises(written.BadToml, match=rf"^bad\.toml, line {line}: expected a TOML document \(.+\)\.$"):
        read_toml(text, "bad.toml", version=1)


def edited(edit: Callable[[dict[str, Any]], object]) -> Policy:
    """The standard policy with its document changed."""
    found = write(STANDARD)
    edit(found)
    return read(found, version=2)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_one_of_the_staff_does_what_their_role_says_on_every_type_of_account(role: str) -> None:
    for kind in STANDARD.account_types:
        for one in (*CAPABILITIES, *DESK):
            decision = decide(STANDARD, account(kind), Vendor(UUID(int=7), role=role), one, TODAY)
            allowed = one in STANDARD.staff[role].allowed
            assert (decision.outcome is Outcome.ALLOWED) == allowed
            assert decision.reason is (None if allowed else Reason.ROLE)


def test_no_member_does_what_only_the_staff_does() -> None:
    for member in EVERYBODY:
        for one in DESK:
            assert decide(STANDARD, account("self_service"), member, one, TODAY).outcome is Outcome.REFUSED


def test_a_policy_of_before_the_desk_lets_its_admins_do_everything_and_the_others_look() -> None:
    document = {name: value for name, value in tomllib.loads(TEXT).items() if name != "staff"}
    policy = read(document, version=1)
    assert {"manage_staff", "add_seats"} <= policy.staff["admin"].allowed
    assert policy.staff["sales"].allowed == {"view_subscription", "view_invoices"}


def test_a_policy_that_names_no_right_about_payments_gives_them_to_finance_and_admin() -> None:
    def holders(policy: Policy) -> dict[str, set[str]]:
        return {one: {code for code, role in policy.staff.items() if one in role.allowed} for one in MONEY}

    def without(document: dict[str, Any], *rights: str) -> None:
        for role in document["staff"]:
            role["allowed"] = [one for one in role["allowed"] if one not in rights]

    before = edited(lambda document: without(document, *MONEY))
    assert before == replace(STANDARD, version=2)
    assert holders(before) == {right: {"finance", "admin"} for right in MONEY}
    assert holders(edited(lambda document: without(document, "refund_payments")))["refund_payments"] == set()


def test_a_role_of_the_staff_has_nothing_by_request_and_none_is_missing() -> None:
    document = tomllib.loads(TEXT)
    with pytest.raises(written.BadDocument):
        read({**document, "staff": document["staff"][:3]}, version=1)
    with pytest.raises(written.BadDocument):
        read({**document, "staff": [{**one, "by_request": ["add_seats"]} for one in document["staff"]]}, version=1)
    assert read(write(STANDARD), version=1) == STANDARD
