"""Each error stands at its field: numbers that were emptied, currencies, percentages, countries."""

import re
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.test import Client

from api_client import TEAM_10, ApiClient, email, signed_in
from bursar.accounts.models import BillingDetails
from bursar.identity.staff import appoint
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER: Final = re.compile(
    r'<input[^>]*type="number"[^>]*name="(\w+)"[^>]*value="(\d+)"|<input[^>]*name="(\w+)"[^>]*type="number"[^>]*value="(\d+)"'
)
OPENED: Final = {
    "name": "New",
    "account_type": "managed",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "locale": "en",
    "tax_rate": "20",
    "owner_name": "New",
    "owner_email": "new@acme.example",
}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def chief() -> Client:
    appoint(current(), name="Chief", email="chief@vendor.example", role="admin", by=None, now=datetime.now(UTC))
    return signed_in("chief@vendor.example")


def wrong_at(field: str, answer: Any) -> bool:
    """Whether a form came back with an error beside that field."""
    page = said(answer, 422)
    return re.search(rf'id="about-{field}"[^>]*>\s*<p class="error">|name="{field}"[^>]*aria-invalid', page) is not None


@pytest.mark.parametrize("who", ["owner", "staff"])
def test_a_number_that_was_emptied_is_an_error_at_its_field(api: ApiClient, who: str) -> None:
    path = api.account("self_service")
    api.take(path, TEAM_10)
    client = signed_in(email("owner")) if who == "owner" else chief()
    filled = {
        name or other: value or same for name, value, other, same in NUMBER.findall(said(client.get(f"{path}/manage")))
    }
    assert "quantity_support" in filled and len(filled) > 1
    for name in filled:
        chosen = (
            {} if name == "quantity_support" else {f"add_{name.removeprefix('quantity_')}": offered(client, path, name)}
        )
        for emptied in ("", "  "):
            answer = client.post(f"{path}/manage", {**filled, **chosen, name: emptied})
            assert wrong_at(name, answer), name


def offered(client: Client, path: str, name: str) -> str:
    """The first plan of a product that may be added."""
    field = f"add_{name.removeprefix('quantity_')}"
    found = re.findall(rf'name="{field}"[^>]*value="(\w+)"', said(client.get(f"{path}/manage")))
    return str(found[0])


def test_temporary_seats_without_their_number_are_an_error_at_its_field(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    owner, days = signed_in(email("owner")), {"first_support": "2026-01-05", "last_support": "2026-01-09"}
    assert wrong_at("temporary_support", owner.post(f"{path}/manage", {"temporary_support": "", **days}))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("tax_rate", one) for one in ("", "0,2,0", "101", "a fifth", "-1", "1e2")),
        *(("currency", one) for one in ("", "XPF", "QQQ")),
        *(("time_zone", one) for one in ("", "Mars")),
        *(("account_type", one) for one in ("", "king")),
        *(("locale", one) for one in ("", "de")),
        *(("representative_name", one) for one in ("x" * 201,)),
        *(("owner_email", one) for one in ("", "x")),
        *(("name", one) for one in ("",)),
    ],
)
def test_what_is_wrong_about_a_new_account_stands_at_its_field(api: ApiClient, field: str, wrong: str) -> None:
    assert wrong_at(field, chief().post("/desk/open", {**OPENED, field: wrong}))


@pytest.mark.parametrize(
    ("typed", "rate", "english", "french"),
    [
        ("20", "0.2", "20", "20"),
        ("20 %", "0.2", "20", "20"),
        ("5,5", "0.055", "5.5", "5,5"),
        ("0", "0", "0", "0"),
        ("100", "1", "100", "100"),
    ],
)
def test_a_tax_rate_is_typed_in_percent(api: ApiClient, typed: str, rate: str, english: str, french: str) -> None:
    colleague = chief()
    opened = colleague.post("/desk/open", {**OPENED, "tax_rate": typed})["Location"].removesuffix("/subscription")
    assert api.ok("GET", opened)["tax_rate"] == rate
    form = {"name": "New", "account_type": "managed", "representative_name": "", "representative_email": ""}
    for language, shown in (("en", english), ("fr", french)):
        colleague.post("/language", {"language": language})
        assert f'name="tax_rate" value="{shown}"' in said(colleague.get(f"{opened}/desk"))
        assert colleague.post(f"{opened}/desk", {**form, "tax_rate": shown}).status_code == 302
        assert api.ok("GET", opened)["tax_rate"] == rate
    assert wrong_at("tax_rate", colleague.post(f"{opened}/desk", {**form, "tax_rate": ""}))


def test_a_currency_is_one_of_the_catalog_in_any_case_of_letters(api: ApiClient) -> None:
    owner = {"name": "O", "email": "o@b.example"}
    body = {"name": "B", "account_type": "managed", "owner": owner}
    assert api.ok("POST", "/accounts", {**body, "currency": "usd"})["currency"] == "USD"
    failed = api.fails(422, "POST", "/accounts", {**body, "currency": "XPF"})
    assert failed["code"] == "currency_not_sold" and "EUR, USD" in failed["detail"]


def test_a_country_is_chosen_from_a_list_and_what_was_written_before_stays(api: ApiClient) -> None:
    path = api.account("self_service")
    before = {"name": "Acme", "country": "Allemagne du Sud"}
    BillingDetails.objects.filter(account_id=path.rpartition("/")[2]).update(sold_to=before)
    assert api.ok("PUT", f"{path}/billing_details", {"sold_to": before})["sold_to"] == before
    for name, country in (
        ("sold_to", "Atlantis"),
        ("bill_to", "allemagne du sud"),
        ("bill_to", "fr"),
        ("sold_to", "ZZ"),
    ):
        body = {"sold_to": before, name: {"name": "Acme", "country": country}}
        failed = api.fails(422, "PUT", f"{path}/billing_details", body)
        assert failed["code"] == "bad_body" and f"{name}.country" in failed["detail"]
    owner = signed_in(email("owner"), "fr")
    page = said(owner.get(f"{path}/details"))
    assert '<option value="DE">Allemagne</option>' in page
    assert '<option value="Allemagne du Sud" selected>Allemagne du Sud</option>' in page
    form = {"sold_to_name": "Acme", "sold_to_country": "Allemagne du Sud"}
    assert owner.post(f"{path}/details", form).status_code == 302
    assert wrong_at("sold_to_country", owner.post(f"{path}/details", {**form, "sold_to_country": "Atlantis"}))
    assert owner.post(f"{path}/details", {**form, "sold_to_country": "DE", "bill_to_country": "FR"}).status_code == 302
    kept = api.ok("GET", f"{path}/billing_details")
    assert (kept["sold_to"]["country"], kept["bill_to"]["country"]) == ("DE", "FR")
    taken = api.take(path, TEAM_10)
    assert "Allemagne" in said(owner.get(f"{path}/invoices/{taken['invoice']['id']}"))


def test_everything_that_is_wrong_with_manage_is_marked_at_once(api: ApiClient) -> None:
    path = api.account("self_service")
    api.take(path, TEAM_10)
    wrong = {"quantity_support": "many", "price_support": "cheap", "on": "day", "day": "soon"}
    page = said(chief().post(f"{path}/manage", {**wrong, "temporary_support": "x"}), 422)
    for field in ("quantity_support", "price_support", "day", "temporary_support", "last_support"):
        assert re.search(rf'id="about-{field}"[^>]*>\s*<p class="error">', page), field
    assert all(f'value="{typed}"' in page for typed in ("many", "cheap", "soon"))


def test_what_is_not_asked_for_is_not_checked(api: ApiClient) -> None:
    path = api.account("self_service")
    api.take(path, TEAM_10)
    unasked = {"quantity_voice": "many", "first_support": "soon", "day": "soon", "price_voice": "cheap"}
    assert chief().post(f"{path}/manage", {**unasked, "quantity_support": "12"}).status_code == 302


def test_a_reason_that_is_too_long_is_refused_and_not_cut(api: ApiClient) -> None:
    path = api.account("self_service")
    api.take(path, TEAM_10)
    owner, typed = signed_in(email("owner")), "x" * 2_001
    answer = owner.post(f"{path}/cancel", {"reason": typed})
    assert wrong_at("reason", answer) and typed in said(answer, 422)
    # A browser counts the end of a line as one sign, and sends two.
    assert owner.post(f"{path}/cancel", {"reason": "\r\n".join(["x"] * 1_000)}).status_code == 302


def test_what_was_chosen_of_a_payment_method_comes_back(api: ApiClient) -> None:
    path = api.account("self_service")
    page = said(signed_in(email("owner")).post(f"{path}/payment", {"type": "debit", "token": ""}), 422)
    assert 'value="debit" checked' in page and 'value="card" checked' not in page
    assert re.search(r'id="about-token"[^>]*>\s*<p class="error">', page)
