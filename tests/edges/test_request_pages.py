"""Requests on pages: an admin asks, an owner sees the price of the day and approves, and everybody is told."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.models import Account
from bursar.jobs.steps import run_once
from bursar.notices.models import Email

pytestmark = pytest.mark.django_db(transaction=True)
PRICE: dict[str, Any] = {"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "1.00"}
NEW: dict[str, Any] = {
    "code": "extra",
    "name": {"en": "Extra"},
    "plans": [{"code": "one", "name": {"en": "One"}, "prices": [PRICE]}],
}


@pytest.fixture
def asked(vendor: None) -> tuple[ApiClient, str, str]:
    """Two seats more were asked for on the pages: the door, the account and the request's page."""
    api = ApiClient()
    path = api.account("online_assisted", today="2026-01-11")
    api.take(path, TEAM_10)
    admin = signed_in(email("admin"))
    summary = admin.post(f"{path}/manage", {"quantity_support": "12"})
    shown = said(admin, summary["Location"])
    assert "Submit request" in shown and "Update subscription" not in shown
    answer = admin.post(f"{summary['Location']}/ask", {"reason": "Two <b>join</b> us", "needed_by": "2026-01-20"})
    return api, path, answer["Location"]


def said(client: Client, where: str) -> str:
    answer: Any = client.get(where)
    assert answer.status_code == 200, (answer.status_code, where)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_whoever_asked_finds_the_request_and_may_withdraw_it(asked: tuple[ApiClient, str, str]) -> None:
    api, path, request = asked
    admin = signed_in(email("admin"))
    shown = said(admin, request)
    assert "Request of Admin" in shown and "waiting for an answer" in shown and "January 20, 2026" in shown
    assert "Two &lt;b&gt;join&lt;/b&gt; us" in shown
    assert "Withdraw the request" in shown and 'name="digest"' not in shown and "Reason for rejecting it" not in shown
    assert "Admin asked for changes" in said(admin, f"{path}/subscription")
    admin.post(f"{request}/withdraw")
    assert "Withdrawn on January 11, 2026" in said(admin, request)
    assert "asked for changes" not in said(admin, f"{path}/subscription")
    assert api.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 10


def test_what_was_asked_is_measured_against_what_there_was_then_also_long_after(
    asked: tuple[ApiClient, str, str],
) -> None:
    api, path, request = asked
    api.take(path, seats(14))
    api.ok("POST", f"{path}/clock", {"to": "2026-04-20"})
    run_once(datetime.now(UTC))
    owner, then = signed_in(email("owner")), "Support: 10 → 12 seats, 2 more"
    assert then in said(owner, request) and then in said(owner, f"{path}/requests")
    emails = Email.objects.filter(subject__startswith="Acme: The request was closed by itself")
    assert emails and all(then in message.text for message in emails)


def test_an_owner_approves_at_the_price_of_the_day(asked: tuple[ApiClient, str, str]) -> None:
    api, path, request = asked
    owner = signed_in(email("owner"))
    first = said(owner, request)
    assert "€38.00" in first and "When it was asked" not in first
    api.ok("POST", f"{path}/clock", {"to": "2026-01-26"})
    # What was shown is what is taken, or nothing: the figures of the first day are not those of today.
    answer = owner.post(f"{request}/approve", {"digest": digest(first)})
    assert answer["Location"] == request
    later = said(owner, request)
    assert "Figures have changed meanwhile" in later and "When it was asked" in later and "15 days ago" in later
    done = owner.post(f"{request}/approve", {"digest": digest(later)})["Location"]
    assert "Invoice" in said(owner, done)
    assert "Approved by Owner on January 26, 2026" in said(signed_in(email("admin")), request)
    assert api.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 12
    assert "The request was approved." in said(owner, f"{path}/history?about=requests")


def test_who_rejects_says_why_and_whoever_asked_reads_it(asked: tuple[ApiClient, str, str]) -> None:
    _, path, request = asked
    owner = signed_in(email("billing_admin"), "fr")
    answer: Any = owner.post(f"{request}/reject", {"reason": "  "})
    assert answer.status_code == 422 and "Dites pourquoi vous refusez la demande" in answer.content.decode()
    assert owner.post(f"{request}/reject", {"reason": "Nous attendons mars."})["Location"] == request
    shown = said(signed_in(email("admin")), request)
    assert "Rejected by Billing_Admin on January 11, 2026: Nous attendons mars." in shown
    assert "rejected" in said(signed_in(email("admin")), f"{path}/requests")
    again: Any = owner.post(f"{request}/reject", {"reason": "Encore."})
    assert again.status_code == 409 and "n’est plus ouverte (refusée)" in again.content.decode()


def test_a_declined_payment_leaves_the_request_open_and_leads_back_to_it(asked: tuple[ApiClient, str, str]) -> None:
    api, path, request = asked
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})
    owner = signed_in(email("owner"))
    answer: Any = owner.post(f"{request}/approve", {"digest": digest(said(owner, request))})
    assert answer.status_code == 402 and f'href="{request}"' in answer.content.decode()
    assert "waiting for an answer" in said(owner, request)


def test_a_day_gone_by_is_asked_again_and_nothing_is_lost(vendor: None) -> None:
    api = ApiClient()
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    admin = signed_in(email("admin"))
    summary = admin.post(f"{path}/manage", {"quantity_support": "12"})["Location"]
    for day in ("2025-12-31", "soon"):
        answer: Any = admin.post(f"{summary}/ask", {"reason": "They come", "needed_by": day})
        shown = answer.content.decode()
        assert answer.status_code == 422 and "Say a day from January 1, 2026 on" in shown and "They come" in shown
    assert api.ok("GET", f"{path}/requests")["items"] == []


def test_what_moved_since_is_named_and_who_may_not_review_is_told_who_can(asked: tuple[ApiClient, str, str]) -> None:
    api, path, request = asked
    api.ok("PUT", "/catalog", {**(sold := api.ok("GET", "/catalog")), "products": sold["products"]})
    api.ok("PUT", "/policy", {**api.ok("GET", "/policy"), "request_days": 7})
    shown = said(signed_in(email("owner")), request)
    assert "The rules of the vendor have changed since." in shown
    api.take(path, {**seats(11), "on": "renewal"})
    shown = said(signed_in(email("owner")), request)
    assert "Approve" not in re.sub(r"Approving|approve", "", shown) and "Reject the request" in shown
    assert "Owner (owner) or Billing_Admin (billing admin)" in said(signed_in(email("admin")), request)
    assert signed_in(email("agent")).get(request).status_code == 403


@pytest.mark.parametrize("deed", ["approve", "reject", "withdraw"])
def test_who_comes_second_is_told_what_became_of_the_request_and_by_whom(
    asked: tuple[ApiClient, str, str], deed: str
) -> None:
    api, path, request = asked
    where = f"{path}/requests/{request.rpartition('/')[2]}"
    second = signed_in(email("admin" if deed == "withdraw" else "owner"))
    shown = said(second, request)
    api.ok("POST", f"{where}/reject", {"reason": "We wait."}, by=email("billing_admin"))
    reviewer = next(one["id"] for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "billing_admin")
    # Who has left since is named all the same.
    api.ok("DELETE", f"{path}/members/{reviewer}")
    form = {"digest": digest(shown)} if deed == "approve" else {"reason": "No."}
    answer: Any = second.post(f"{request}/{deed}", form)
    told = answer.content.decode()
    assert answer.status_code == 409 and "This request is no longer open (rejected)" in told
    assert "Rejected by Billing_Admin on January 11, 2026: We wait." in " ".join(told.split())


def test_a_request_that_the_vendor_withdrew_says_so(asked: tuple[ApiClient, str, str]) -> None:
    api, path, request = asked
    api.ok("POST", f"{path}/requests/{request.rpartition('/')[2]}/withdraw")
    assert "Withdrawn by the vendor on January 11, 2026." in said(signed_in(email("admin")), request)


def test_the_account_type_that_a_request_was_made_under_stands_on_its_quote_and_not_in_the_history(
    asked: tuple[ApiClient, str, str],
) -> None:
    api, path, request = asked
    Account.objects.filter(pk=path.rpartition("/")[2]).update(account_type="self_service")
    where = f"{path}/requests/{request.rpartition('/')[2]}"
    assert api.ok("GET", where, by=email("owner"))["moved"] == ["account_type"]


def test_what_is_different_since_is_told_on_the_page_and_to_programs(asked: tuple[ApiClient, str, str]) -> None:
    api, path, request = asked
    owner = signed_in(email("owner"))
    where = f"{path}/requests/{request.rpartition('/')[2]}"

    def moved() -> list[str]:
        found: list[str] = api.ok("GET", where, by=email("owner"))["moved"]
        return found

    assert moved() == []
    assert " since" not in said(owner, request)
    api.ok("PATCH", path, {"account_type": "self_service"})
    api.ok("PATCH", path, {"name": "Acme again"})
    assert moved() == ["account_type"]
    shown = said(owner, request)
    assert "changed since: online-assisted account → self-service account." in shown
    api.ok("PATCH", path, {"account_type": "online_assisted"})
    assert moved() == []
    api.ok("POST", f"{path}/clock", {"to": "2026-01-26"})
    assert moved() == ["price"]
    assert "What it is today" in said(owner, request)
    api.ok("PUT", "/catalog", {**(sold := api.ok("GET", "/catalog")), "products": [*sold["products"], NEW]})
    api.ok("PUT", "/policy", {**api.ok("GET", "/policy"), "request_days": 7})
    assert moved() == ["catalog", "policy", "price"]
    api.ok("POST", f"{where}/reject", {"reason": "Later."})
    assert moved() == []


def test_a_request_or_a_quote_that_is_not_there_is_not_found(asked: tuple[ApiClient, str, str]) -> None:
    _, path, request = asked
    owner, nobody = signed_in(email("owner")), "00000000-0000-4000-8000-000000000000"
    for deed in ("approve", "reject", "withdraw"):
        assert owner.post(f"{path}/requests/{nobody}/{deed}", {"reason": "no"}).status_code == 404
    assert owner.get(f"{path}/requests/{nobody}").status_code == 404
    assert owner.post(f"{path}/quotes/{nobody}/ask").status_code == 404
    assert owner.get(request).status_code == 200


def test_a_self_service_account_has_no_page_of_requests_in_its_menu(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    assert f"{path}/requests" not in said(signed_in(email("owner")), f"{path}/subscription")
    assert f"{api.account('online_assisted', owner={'name': 'O', 'email': 'o@o.example'})}/requests" in said(
        signed_in("o@o.example"), f"{path}/subscription".replace(path, newest(api))
    )


def newest(api: ApiClient) -> str:
    return f"/accounts/{api.ok('GET', '/accounts')['items'][-1]['id']}"


def digest(shown: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]+)"', shown)
    assert found is not None
    return found[1]
