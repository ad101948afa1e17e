"""Names and addresses as long as they may be, without a blank in them: no page gets wider than its window."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Browser

from api_client import ApiClient, seats
from bursar.accounts.keys import create_link
from bursar.identity.staff import appoint
from bursar.policy.queries import current

pytestmark = pytest.mark.django_db(transaction=True)
LONG: Final = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüsselbund" * 2
"""As one word."""
ADDRESS: Final = f"{'donaudampfschifffahrt' * 2}@{'elektrizitaet' * 4}.example"
WIDTHS: Final = (1280, 390)
PAGES: Final = (
    *("subscription", "manage", "cancel", "payment", "invoices", "details", "team", "seats", "admins", "history"),
    *("capabilities", "outbox", "requests"),
)


def named() -> dict[str, str]:
    return {"en": LONG, "fr": LONG}


def test_no_long_name_widens_a_page(browser: Browser, live_server: Any, vendor: None) -> None:
    api, now = ApiClient(), datetime.now(UTC)
    prices = [{"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "19.00"}]
    plans = [{"code": code, "name": named(), "features": [named()], "prices": prices} for code in ("one", "two")]
    codes = ("desk", "phone")
    products = [{"code": code, "name": named(), "base": code == "desk", "plans": plans} for code in codes]
    api.ok("PUT", "/catalog", {"products": products})
    path = api.account("self_service", name=LONG, owner={"name": LONG, "email": ADDRESS})
    api.take(path, {"edit": "add_product", "product": "desk", "plan": "one", "seats": 5})
    members = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    for role in ("admin", "agent", "billing_admin"):
        api.ok("PATCH", f"{path}/members/{members[role]}", {"name": LONG})
    api.ok("PUT", f"{path}/seats/desk/members/{members['agent']}")
    api.take(path, seats(3, "desk"), by=ADDRESS)
    details = {
        "sold_to": {"name": LONG, "line1": LONG},
        "purchase_order": LONG[:100],
        "recipients": [{"name": LONG, "email": ADDRESS}],
    }
    api.ok("PUT", f"{path}/billing_details", details)
    invoice = api.ok("GET", f"{path}/invoices")["items"][0]["id"]
    quote = api.ok(
        "POST", f"{path}/quotes", {"edits": [{"edit": "add_product", "product": "phone", "plan": "one", "seats": 2}]}
    )["id"]
    appoint(current(), name=LONG, email=f"staff.{ADDRESS}", role="admin", by=None, now=now)
    wrong = list[str]()
    for who, pages in (
        (
            ADDRESS,
            [
                *(f"{path}/{page}" for page in PAGES),
                f"{path}/invoices/{invoice}",
                f"{path}/quotes/{quote}",
                f"{path}/team/{members['agent']}",
                "/me",
            ],
        ),
        (f"staff.{ADDRESS}", ["/desk", "/desk/staff", *(f"{path}/{one}" for one in (*PAGES, "desk", "desk/emails"))]),
    ):
        context = browser.new_context(base_url=live_server.url)
        page = context.new_page()
        page.goto(f"/sign-in/{create_link(who, expires_at=now + timedelta(hours=1))}")
        page.locator("main form button").first.click()
        page.wait_for_load_state()
        for where in pages:
            page.goto(where)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
                    wrong.append(f"{where.replace(path, '')} at {width}: {found}")
        context.close()
    assert not wrong, "\n".join(wrong)
