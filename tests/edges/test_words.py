"""What people read: decisions, problems, money and days, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override as speaking

from bursar.checkout import Declined
from bursar.core.calendar.period import Span
from bursar.core.messages.document import NotWhole
from bursar.core.money.money import Money
from bursar.core.policy.capability import CAPABILITIES
from bursar.core.policy.policy import (
    VENDOR,
    Account,
    Actor,
    Contact,
    Decision,
    Member,
    Outcome,
    Override,
    Reason,
    State,
    decide,
)
from bursar.core.subscription.edit import read_edits
from bursar.core.subscription.edit_field import BadEdit
from bursar.i18n import money
from bursar.i18n.decision import capability, sentence, whom_to_ask
from bursar.i18n.problem import message
from bursar.policy.document import read_toml

FILE = Path(__file__).resolve().parents[2] / "policies/standard.toml"
STANDARD = read_toml(FILE.read_text(encoding="utf-8"), "standard.toml", version=1)
TODAY = date(2026, 6, 15)
OWNER = Member(UUID(int=1), "Olga", "olga@customer.example", "owner")
ADMIN = Member(UUID(int=2), "Ada", "ada@customer.example", "admin")
HELPERS = tuple(
    Member(UUID(int=number), f"Bo {number}", "bo@customer.example", "billing_admin") for number in range(3, 7)
)
SUPPORT = Contact("Support", "support@vendor.example", "support")


def account(account_type: str, *members: Member, state: State = State.ACTIVE, rita: bool = False) -> Account:
    representative = Contact("Rita", "rita@vendor.example", "representative") if rita else None
    return Account(UUID(int=9), account_type, "EUR", state, members, (), representative, support=SUPPORT)


def told(language: str, account: Account, actor: Actor, asked: str, offered: bool = True) -> tuple[str, str]:
    """Why not and whom to ask, with plain blanks and apostrophes."""
    decision = decide(STANDARD, account, actor, asked, TODAY, offered=offered)
    with speaking(language):
        lines = sentence(decision, STANDARD, account, actor, TODAY), whom_to_ask(decision, STANDARD)
    why, whom = (line.replace("\xa0", " ").replace("\u2019", "'") for line in lines)
    return why, whom


def test_an_account_type_that_does_not_allow_it_is_named() -> None:
    managed = account("managed", OWNER, rita=True)
    assert told("en", managed, OWNER, "add_seats") == (
        "On this account (managed account) you cannot add agent seats online.",
        "Your contact at the vendor can help: Rita, rita@vendor.example.",
    )
    assert told("fr", managed, OWNER, "add_seats") == (
        "Sur ce compte (compte géré), vous ne pouvez pas ajouter de licences d'agent en ligne.",
        "Votre interlocuteur chez le fournisseur peut vous aider : Rita, rita@vendor.example.",
    )


def test_a_role_that_may_only_ask_is_told_who_can_approve() -> None:
    assisted = account("online_assisted", ADMIN, OWNER, HELPERS[0])
    assert told("en", assisted, ADMIN, "upgrade_plan") == (
        "With your role (admin) you can only ask to move a product to a higher plan.",
        "Olga (owner) or Bo 3 (billing admin) can approve it.",
    )
    assert told("fr", assisted, ADMIN, "upgrade_plan") == (
        "Avec votre rôle (administrateur), vous pouvez seulement demander à passer un produit à une édition "
        "supérieure.",
        "La demande peut être approuvée par Olga (propriétaire) ou Bo 3 (administrateur de la facturation).",
    )


def test_of_many_people_to_ask_the_first_few_are_named() -> None:
    many = account("self_service", ADMIN, OWNER, *HELPERS)
    assert told("en", many, ADMIN, "add_seats") == (
        "With your role (admin) you cannot add agent seats.",
        "Olga (owner), Bo 3 (billing admin), Bo 4 (billing admin), or 2 other people can do this.",
    )
    assert told("fr", many, ADMIN, "add_seats")[1].endswith(" ou 2 autres personnes.")


@pytest.mark.parametrize(
    ("state", "english", "french"),
    [
        (
            State.SUSPENDED,
            "While this account is suspended you cannot cancel the account.",
            "Tant que ce compte est suspendu, vous ne pouvez pas résilier le compte.",
        ),
        (
            State.CANCELLED,
            "This account is cancelled: you can no longer cancel the account.",
            "Ce compte est résilié : vous ne pouvez plus résilier le compte.",
        ),
    ],
)
def test_the_state_of_the_account_is_the_reason_given(state: State, english: str, french: str) -> None:
    closed = account("self_service", OWNER, state=state)
    assert told("en", closed, OWNER, "cancel_account") == (
        english,
        "Customer support can help: support@vendor.example.",
    )
    assert told("fr", closed, OWNER, "cancel_account")[0] == french


def test_a_product_that_is_not_sold_online_is_the_reason_given() -> None:
    assert told("en", account("self_service", OWNER), OWNER, "add_products", offered=False)[0] == (
        "This product is not sold online to this account (self-service account)."
    )
    assert told("en", account("self_service", OWNER), OWNER, "add_seats", offered=False)[0] == (
        "For this product you cannot add agent seats online on this account (self-service account)."
    )


def test_a_limit_makes_it_a_request() -> None:
    over = Decision("add_seats", Outcome.BY_REQUEST, Reason.LIMIT, (Contact("Olga", "", "owner"),))
    with speaking("en"):
        assert sentence(over, STANDARD, account("managed"), HELPERS[0], TODAY) == (
            "This goes beyond the limit for your role (billing admin); you can only ask to add agent seats."
        )


def test_what_is_allowed_needs_no_words() -> None:
    assert told("en", account("self_service", OWNER), OWNER, "add_seats") == ("", "")


def test_the_vendor_is_told_why_but_has_nobody_to_ask() -> None:
    ended = account("managed", state=State.CANCELLED)
    assert told("en", ended, VENDOR, "add_seats") == (
        "This account is cancelled: you can no longer add agent seats.",
        "",
    )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("asked", CAPABILITIES)
def test_every_capability_is_said_for_every_reason(language: str, asked: str) -> None:
    withheld = Account(
        UUID(int=9), "managed", "EUR", State.ACTIVE, (OWNER,), (Override(asked, grant=False),), support=SUPPORT
    )
    with speaking(language):
        refused = (Decision(asked, Outcome.REFUSED, reason) for reason in Reason)
        words = {sentence(one, STANDARD, withheld, OWNER, TODAY) for one in refused}
        assert len(words) == len(Reason)
        assert capability(asked)


def test_a_problem_is_said_with_what_fills_it() -> None:
    problem = NotWhole(at="quote_hours", least=1, most=9, found="0")
    with speaking("en"):
        assert message(problem) == str(problem) == "quote_hours: expected a whole number from 1 to 9, found 0."
    with speaking("fr"):
        assert message(problem).replace("\xa0", " ") == (
            "quote_hours : un nombre entier de 1 à 9 est attendu, et non 0."
        )


def test_values_inside_a_problem_are_said_as_people_write_them() -> None:
    problem = NotWhole(at=date(2026, 6, 1), least=Money(3452, "EUR"), most=1, found="0")
    with speaking("fr"):
        assert message(problem).replace("\xa0", " ").startswith("1er juin 2026 : un nombre entier de 34,52 € à 1")


@pytest.mark.parametrize(
    ("money_value", "english", "french"),
    [
        (Money(3452, "EUR"), "€34.52", "34,52\xa0€"),
        (Money(-123456789, "EUR"), "-€1,234,567.89", "-1\u202f234\u202f567,89\xa0€"),
        (Money(1200, "JPY"), "¥1,200", "1\u202f200\xa0JPY"),
        (Money(1234, "TND"), "TND\xa01.234", "1,234\xa0TND"),
    ],
)
def test_money_has_its_currency_s_own_digits(money_value: Money, english: str, french: str) -> None:
    with speaking("en"):
        assert money.amount(money_value) == english
    with speaking("fr"):
        assert money.amount(money_value) == french


def test_a_rate_shows_all_its_places_and_at_least_those_of_its_currency() -> None:
    with speaking("en"):
        assert [money.rate(Decimal(one), "EUR") for one in ("12", "0.0125")] == ["€12.00", "€0.0125"]


def test_shares_and_counts_are_written_in_the_language() -> None:
    with speaking("en"):
        assert (money.percent(Decimal("0.055")), money.number(12345)) == ("5.5%", "12,345")
    with speaking("fr"):
        assert (money.percent(Decimal("0.055")), money.number(12345)) == ("5,5\xa0%", "12\u202f345")


@pytest.mark.parametrize(
    ("zone", "english", "french"),
    [
        ("Europe/Paris", "1:00\u202fAM (Paris time)", "01:00 (heure de Paris)"),
        ("Africa/Cairo", "2:00\u202fAM (Cairo time)", "02:00 (heure du Caire)"),
        ("Africa/Abidjan", "12:00\u202fAM (Abidjan time)", "00:00 (heure d’Abidjan)"),
        ("America/Argentina/Buenos_Aires", "9:00\u202fPM (Buenos Aires time)", "21:00 (heure de Buenos Aires)"),
        ("America/New_York", "7:00\u202fPM (New York time)", "19:00 (heure de New York)"),
        ("UTC", "12:00\u202fAM (UTC)", "00:00 (UTC)"),
        ("Etc/GMT+1", "11:00\u202fPM (GMT-01:00)", "23:00 (UTC-01:00)"),
    ],
)
def test_a_moment_is_said_with_the_time_of_day_there(zone: str, english: str, french: str) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone))
    with speaking("en"):
        assert money.moment(at).endswith(f", 202{at.year - 2020} at {english}")
    with speaking("fr"):
        assert money.moment(at).endswith(f" 202{at.year - 2020} à {french}")


def test_a_span_is_said_with_its_last_day() -> None:
    term = Span(date(2022, 10, 27), date(2023, 10, 27))
    with speaking("en"):
        assert money.span(term) == "October 27, 2022 to October 26, 2023"
        assert money.span(Span(date(2026, 1, 1), date(2026, 1, 2))) == "January 1, 2026"
    with speaking("fr"):
        assert money.span(term) == "du 27 octobre 2022 au 26 octobre 2023"
        assert money.day(date(2026, 1, 1)) == "1er janvier 2026"


def test_a_moment_is_said_in_the_zone_it_carries() -> None:
    with speaking("en"):
        assert money.moment(datetime(2026, 6, 15, 14, 5, tzinfo=UTC)) == "June 15, 2026 at 2:05\u202fPM (UTC)"


def test_what_fills_a_message_is_said_in_the_same_language() -> None:
    wrong = refused_edit({"edit": "set_seats", "product": "support", "seats": 0})
    declined = Declined("insufficient_funds")
    assert str(wrong) == "edits[0].seats: expected a whole number from 1 to 1000000, found 0."
    assert message(declined) == "The payment was declined (not enough funds); nothing was changed."
    with speaking("fr"):
        french = message(wrong).replace("\xa0", " ").replace("\u202f", " ")
        assert french == "edits[0].seats : attendu : un nombre entier de 1 à 1 000 000 ; reçu : 0."
        assert "(fonds insuffisants)" in message(declined)


def refused_edit(edit: dict[str, object]) -> BadEdit:
    with pytest.raises(BadEdit) as caught:
        read_edits([edit])
    return caught.value
