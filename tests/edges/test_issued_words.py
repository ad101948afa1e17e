"""An issued document keeps its words, and the confirmation, the invoice and the email say the same lines."""

import re
from copy import deepcopy
from datetime import UTC, datetime
from html import unescape
from typing import Any, Final

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.invoices.models import Line
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from pages import SPACE, said

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES: Final = ("en", "fr")
ADDRESS: Final = {
    "name": "Brightside Travel Ltd",
    "street": "1 High St",
    "postal_code": "SW1",
    "city": "London",
    "country": "GB",
}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def renamed(api: ApiClient, **names: str) -> None:
    """Publish the catalog with another name for support and for its plans."""
    catalog = deepcopy(api.ok("GET", "/catalog"))
    support = next(one for one in catalog["products"] if one["code"] == "support")
    support["name"] = names
    for plan in support["plans"]:
        plan["name"] = {"en": f"New {plan['code']}", "fr": f"Nouveau {plan['code']}"}
    api.ok("PUT", "/catalog", catalog)


def card_of_lines(page: str) -> list[str]:
    """The lines of an invoice's page: what, which days, how much."""
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td></tr>", page)
    return [unescape(", ".join(part.strip() for part in row)) for row in rows]


def summary_lines(page: str) -> list[str]:
    """The lines of a summary: what, which days, how much."""
    listed = re.search(r'<ul class="rows figures">(.*?)</ul>', page)
    assert listed, page
    pattern = r'<li><div>(.*?)<p class="hint">(.*?)</p></div><span class="figure">(.*?)</span></li>'
    return [unescape(", ".join(row)) for row in re.findall(pattern, listed[1])]


def told(path: str) -> dict[str, str]:
    """The text of the newest email in each language; everybody has read what came before."""
    Email.objects.filter(account_id=path.rpartition("/")[2]).delete()
    run_once(datetime.now(UTC))
    return {one.locale: one.text for one in Email.objects.filter(account_id=path.rpartition("/")[2]).order_by("id")}


def account(api: ApiClient) -> tuple[str, Client]:
    """An account with ten seats, whose owner reads English and whose billing admin reads French."""
    path = api.account(tax_rate="0.20")
    api.take(path, TEAM_10)
    signed_in(email("billing_admin"), "fr")
    run_once(datetime.now(UTC))
    return path, signed_in(email("owner"))


def newest(api: ApiClient, path: str) -> dict[str, Any]:
    """The invoice that was issued last."""
    found: dict[str, Any] = api.ok("GET", f"{path}/invoices")["items"][0]
    return found


def test_an_issued_invoice_keeps_its_words_when_the_catalog_finds_others(api: ApiClient) -> None:
    path, _ = account(api)
    before = newest(api, path)
    page = f"{path}/invoices/{before['id']}"
    shown = {language: card_of_lines(said(signed_in(email("owner"), language).get(page))) for language in LANGUAGES}
    assert shown["en"] == ["Support, Team: 10 seats × €19.00, January 1, 2026 to January 31, 2026, €190.00"]
    assert shown["fr"][0].startswith("Support, Équipe : 10 licences × 19,00 €")
    renamed(api, en="Help", fr="Aide")
    assert newest(api, path) == before
    assert {
        language: card_of_lines(said(signed_in(email("owner"), language).get(page))) for language in LANGUAGES
    } == shown


def test_what_is_billed_later_is_named_as_it_was_sold(api: ApiClient) -> None:
    path, _owner = account(api)
    renamed(api, en="Help", fr="Aide")
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    [renewal] = newest(api, path)["lines"]
    assert renewal["description"] == {"en": "Support, Team", "fr": "Support, Équipe"}
    other = api.account(owner={"name": "Else", "email": "owner@else.example"})
    api.take(other, TEAM_10)
    [line] = newest(api, other)["lines"]
    assert line["description"] == {"en": "Help, New team", "fr": "Aide, Nouveau team"}
    assert (line["per"], line["charge_type"], line["kind"]) == ("seat", "recurring", "charge")


def test_confirmation_invoice_and_email_say_the_same_lines_in_both_languages(api: ApiClient) -> None:
    path, _ = account(api)
    api.ok("POST", f"{path}/clock", {"to": "2026-01-17"})
    owner = signed_in(email("owner"))
    sent = owner.post(f"{path}/manage", {"quantity_support": "13", "add_voice": "standard", "quantity_voice": "2"})
    quote = sent["Location"]
    confirmed = {}
    for language in LANGUAGES:
        owner.post("/language", {"language": language})
        confirmed[language] = summary_lines(said(owner.get(quote)))
    renamed(api, en="Help", fr="Aide")
    done = owner.post(f"{quote}/take")
    assert done.status_code == 302
    # Whoever signs in chooses a language here, so that emails are in it.
    signed_in(email("owner"), "en")
    emails = told(path)
    invoice = f"{path}/invoices/{newest(api, path)['id']}"
    assert confirmed["en"][0].startswith("Support, Team: 3 more seats × €19.00, January 17, 2026 to")
    assert confirmed["fr"][0].startswith("Support, Équipe : 3 licences de plus × 19,00 €")
    for language in LANGUAGES:
        owner.post("/language", {"language": language})
        assert summary_lines(said(owner.get(done["Location"]))) == confirmed[language], language
        assert card_of_lines(said(owner.get(invoice))) == confirmed[language], language
        for line in confirmed[language]:
            assert line in SPACE.sub(" ", emails[language]), (language, line, emails[language])


def test_a_product_renamed_while_a_quote_waits_is_shown_again_before_it_is_bought(api: ApiClient) -> None:
    path = api.account()
    quote = api.ok("POST", f"{path}/quotes", {"edits": [TEAM_10]})
    renamed(api, en="Help", fr="Aide")
    stale = api.fails(409, "POST", f"{path}/changes", {"quote": quote["id"]})
    assert stale["code"] == "stale"


def test_an_address_prints_in_one_order_however_it_was_given(api: ApiClient) -> None:
    path = api.account()
    scattered = {"floor": "3rd floor", **dict(sorted(ADDRESS.items()))}
    api.ok("PUT", f"{path}/billing_details", {"sold_to": scattered, "bill_to": scattered})
    api.take(path, TEAM_10)
    invoice = newest(api, path)
    page = said(signed_in(email("owner")).get(f"{path}/invoices/{invoice['id']}"))
    printed = "Brightside Travel Ltd<br>1 High St<br>3rd floor<br>SW1 London<br>United Kingdom"
    assert page.count(printed) == 2, page
    order = ["name", "street", "floor", "postal_code", "city", "country"]
    assert [list(invoice[which]) for which in ("sold_to", "bill_to")] == [order, order]
    read_only = said(signed_in(email("owner")).get(f"{path}/details"))
    assert "Brightside Travel Ltd" in read_only


def test_an_issued_invoice_says_what_it_said_when_account_details_and_seller_become_others(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/billing_details", {"sold_to": ADDRESS, "vat_id": "FR40303265045"})
    api.take(path, TEAM_10)
    before = newest(api, path)
    api.ok("PUT", f"{path}/billing_details", {"sold_to": {"name": "Other"}, "purchase_order": "PO 7"})
    api.ok("PATCH", path, {"name": "Other", "tax_rate": "0.10"})
    assert newest(api, path) == before
    page = said(signed_in(email("owner")).get(f"{path}/invoices/{before['id']}"))
    assert "1 High St" in page and "FR40303265045" in page and "PO 7" not in page


def test_the_words_of_a_line_are_kept_by_the_database(api: ApiClient) -> None:
    path, _ = account(api)
    for column in ({"description": {"en": "Else"}}, {"per": "unit"}, {"charge_type": "usage"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Line.objects.filter(account_id=path.rpartition("/")[2]).update(**column)


def test_seats_given_back_are_said_as_fewer_seats(api: ApiClient) -> None:
    path, owner = account(api)
    policy = api.ok("GET", "/policy")
    policy["timing"]["remove_seats"] = {"effect": "now", "credit": True}
    api.ok("PUT", "/policy", policy)
    api.ok("POST", f"{path}/clock", {"to": "2026-01-17"})
    api.take(path, seats(8))
    invoice = newest(api, path)
    assert [line["kind"] for line in invoice["lines"]] == ["credit", "charge"], "the books keep both"
    [line] = card_of_lines(said(owner.get(f"{path}/invoices/{invoice['id']}")))
    assert line.startswith("Support, Team: 2 fewer seats × €19.00")
