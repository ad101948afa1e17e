"""The pages show what is open to a person, explain the rest, and do what they showed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.accounts.keys import create_link
from bursar.center.navigation import current_time

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_link_signs_in_once_after_a_click(api: ApiClient) -> None:
    path = api.account()
    secret = create_link(email("owner"), expires_at=current_time() + timedelta(hours=1))
    client = Client()
    assert client.get(f"/sign-in/{secret}").status_code == 200
    assert client.get(f"{path}/subscription").status_code == 401
    assert client.post(f"/sign-in/{secret}").status_code == 302
    assert client.get(f"{path}/subscription").status_code == 200
    assert Client().post(f"/sign-in/{secret}").status_code == 403
    expired = create_link(email("owner"), expires_at=current_time() - timedelta(seconds=1))
    assert Client().post(f"/sign-in/{expired}").status_code == 403
    client.post("/sign-out")
    assert client.get(f"{path}/subscription").status_code == 401


def test_nobody_sees_an_account_that_is_not_theirs(api: ApiClient) -> None:
    mine = api.account()
    other = api.account(owner={"name": "Else", "email": "owner@else.example"})
    for where in ("subscription", "manage", "invoices"):
        assert signed_in("owner@else.example").get(f"{mine}/{where}").status_code == 404
        assert signed_in("owner@else.example").get(f"{other}/{where}").status_code == 200


def test_whoever_asks_only_for_the_head_of_a_page_is_answered_as_if_they_read_it(api: ApiClient) -> None:
    path = api.account()
    owner = signed_in(email("owner"))
    for where in ("subscription", "manage", "history", "history.csv", "payment", "nowhere"):
        whole, head = owner.get(f"{path}/{where}"), owner.head(f"{path}/{where}")
        assert (head.status_code, head["Content-Type"]) == (whole.status_code, whole["Content-Type"]), where
    assert [Client().head(where).status_code for where in ("/", "/me")] == [200, 401]
    # A way in works once, so whoever only looks at it must not use it up.
    assert owner.head("/session/any").status_code == 405


def test_the_summary_is_what_is_charged(api: ApiClient) -> None:
    path = api.account(tax_rate="0.20")
    api.take(path, TEAM_10)
    owner = signed_in(email("owner"))
    form = owner.get(f"{path}/manage")
    assert 'name="quantity_support" value="10" min="1"' in form.content.decode()
    asked = owner.post(f"{path}/manage", {"quantity_support": "15", "cycle": "monthly"})
    shown = text(owner.get(asked["Location"]))
    assert "Support: 10 → 15 seats, 5 more" in shown
    assert "€114.00" in shown
    done = owner.post(f"{asked['Location']}/take")["Location"]
    assert done.startswith(f"{path}/takings/")
    assert "€114.00 was issued" in text(owner.get(done))
    assert api.ok("GET", f"{path}/invoices")["items"][0]["total"]["amount_minor"] == 11400
    assert "15 seats" in text(owner.get(f"{path}/subscription"))


def test_the_pages_agree_with_the_api_for_everybody(api: ApiClient) -> None:
    for account_type in ("managed", "online_assisted", "self_service"):
        path = api.account(account_type)
        api.take(path, TEAM_10)
        for role in ("owner", "billing_admin", "admin", "agent"):
            decided = {one["capability"]: one for one in api.ok("GET", f"{path}/capabilities", by=email(role))["items"]}
            page = signed_in(email(role)).get(f"{path}/subscription")
            if decided["view_subscription"]["outcome"] == "refused":
                assert page.status_code == 403
                assert decided["view_subscription"]["detail"] in text(page).replace("&#x27;", "'")
                continue
            manageable = any(decided[one]["outcome"] != "refused" for one in ("add_seats", "remove_seats"))
            assert ("/manage" in page.content.decode()) == manageable, (account_type, role)
            if not manageable:
                assert set(re.findall(r"\S+@\S+\b", decided["add_seats"]["detail"])) <= set(
                    re.findall(r"\S+@\S+\b", text(page))
                )
            form = signed_in(email(role)).get(f"{path}/manage").content.decode()
            assert ("quantity_support" in form) == manageable
            assert ("remove_support" in form) == (decided["remove_products"]["outcome"] != "refused")
            invoices = signed_in(email(role)).get(f"{path}/invoices")
            assert (invoices.status_code == 200) == (decided["view_invoices"]["outcome"] == "allowed")


def test_who_may_only_ask_is_told_who_can_do_it_and_sees_the_cost(api: ApiClient) -> None:
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    admin = signed_in(email("admin"))
    asked = admin.post(f"{path}/manage", {"quantity_support": "12"})
    shown = text(admin.get(asked["Location"]))
    assert "€38.00" in shown
    assert "Owner (owner)" in shown
    assert "Update subscription" not in shown
    assert admin.post(f"{asked['Location']}/take").status_code == 409
    assert api.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 10


def test_what_moved_meanwhile_is_shown_before_it_is_charged(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    owner = signed_in(email("owner"))
    api.ok("POST", f"{path}/clock", {"to": "2026-01-01T20:00:00+01:00"})
    asked = owner.post(f"{path}/manage", {"quantity_support": "15"})["Location"]
    api.ok("POST", f"{path}/clock", {"to": "2026-01-02"})
    moved = owner.post(f"{asked}/take")["Location"]
    shown = text(owner.get(moved))
    assert "have changed meanwhile" in shown
    old, new = shown.split("What it is now")
    assert ("€95.00" in old, "€91.94" in new) == (True, True)
    assert len(api.ok("GET", f"{path}/invoices")["items"]) == 1


def test_a_declined_payment_says_why_and_that_nothing_was_changed(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})
    owner = signed_in(email("owner"), "fr")
    asked = owner.post(f"{path}/manage", {"quantity_support": "15"})["Location"]
    refused = owner.post(f"{asked}/take")
    assert refused.status_code == 402
    assert "fonds insuffisants" in text(refused)
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    assert f'action="{asked}/take"' in refused.content.decode()
    assert "/takings/" in owner.post(f"{asked}/take")["Location"]


def test_a_payment_is_confirmed_at_the_gateways_page(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "needs_authentication"})
    owner = signed_in(email("owner"))
    asked = owner.post(f"{path}/manage", {"add_support": "team", "quantity_support": "3"})["Location"]
    gateway = owner.get(owner.post(f"{asked}/take")["Location"])["Location"]
    assert gateway.startswith("/sandbox/")
    assert "€57.00" in text(owner.get(gateway))
    tried = owner.post(gateway, {"outcome": "succeeded"})["Location"]
    assert "/takings/" in owner.get(tried)["Location"]
    assert "3 seats" in text(owner.get(f"{path}/subscription"))


def test_scheduled_changes_are_shown_and_undone(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    change = api.take(path, seats(5), by=email("owner"))["changes"][0]["id"]
    owner = signed_in(email("owner"))
    assert "Support: 10 → 5 seats, 5 fewer" in text(owner.get(f"{path}/subscription"))
    asked = owner.post(f"{path}/changes/{change}/undo")["Location"]
    assert "Undo: Support: 10 → 5 seats" in text(owner.get(asked))
    owner.post(f"{asked}/take")
    assert "Nothing is scheduled" in text(owner.get(f"{path}/subscription"))


def test_cancelling_says_on_which_day_and_can_be_undone(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    owner = signed_in(email("owner"))
    asked = owner.post(f"{path}/cancel", {"reason": "too dear\0"})["Location"]
    shown = text(owner.get(asked))
    assert "February 1, 2026" in shown
    assert "Nothing will be renewed" in shown
    owner.post(f"{asked}/take")
    assert "Cancel the account" in text(owner.get(f"{path}/subscription"))
    assert "too dear" not in str(api.ok("GET", f"{path}/history"))


def test_a_filled_form_that_means_nothing_says_so(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    owner = signed_in(email("owner"))
    for filled in (
        {},
        {"quantity_support": "10"},
        {"quantity_support": "0"},
        {"quantity_support": "1.5"},
        {"quantity_support": "many"},
        {"plan_support": "gold"},
        {"cycle": "weekly"},
    ):
        answer = owner.post(f"{path}/manage", filled)
        assert answer.status_code == 422, filled
        assert 'role="alert"' in answer.content.decode()
    preview = owner.post(f"{path}/manage/preview", {"quantity_support": "12"})
    assert "2 more" in text(preview)


def test_pages_speak_the_language_that_the_person_chose(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    client = signed_in(email("owner"), "fr")
    page = client.get(f"{path}/subscription")
    assert '<html lang="fr">' in page.content.decode()
    assert "Gérer l’abonnement" in text(page)
    assert "190,00\xa0€" in page.content.decode()
    invoice = api.ok("GET", f"{path}/invoices")["items"][0]
    assert "1er janvier 2026" in text(client.get(f"{path}/invoices/{invoice['id']}"))
    assert "Content-Security-Policy" in page


def test_a_form_from_elsewhere_changes_nothing(api: ApiClient) -> None:
    path = api.account()
    secret = create_link(email("owner"), expires_at=current_time() + timedelta(hours=1))
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"/sign-in/{secret}").status_code == 403
    assert client.post(f"{path}/manage", {"add_support": "team"}).status_code == 403
    assert client.post("/language", {"language": "fr", "next": "https://elsewhere.example"}).status_code == 403
