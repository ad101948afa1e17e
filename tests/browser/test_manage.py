"""The pages in a real browser: they fit, they are quiet, and work by keyboard, with and without JavaScript."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bursar.accounts.keys import create_link
from bursar.center.entry import moment
from door import TEAM_10, Door, email, seats

pytestmark = pytest.mark.django_db(transaction=True)


class Person:
    """Somebody at a browser; whatever the browser complains of is kept."""

    def __init__(self, browser: Browser, server: Any, role: str, **options: Any) -> None:
        self.page: Page = browser.new_context(base_url=server.url, **options).new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        secret = create_link(email(role), expires_at=moment() + timedelta(hours=1))
        self.page.goto(f"/sign-in/{secret}")
        self.page.get_by_role("main").get_by_role("button").click()

    def fits(self) -> bool:
        """Nothing is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture
def door(vendor: None) -> Iterator[Door]:
    yield Door()


def test_the_summary_follows_the_form_and_the_change_is_made(browser: Browser, live_server: Any, door: Door) -> None:
    path = door.account(tax_rate="0.20")
    door.take(path, TEAM_10)
    owner = Person(browser, live_server, "owner")
    owner.page.get_by_role("link", name="Manage subscription").click()
    owner.page.get_by_label("Seats (now 10)").fill("15")
    expect(owner.page.locator("#summary")).to_contain_text("10 → 15 seats, 5 more")
    expect(owner.page.locator("#summary")).to_contain_text("€114.00")
    owner.page.get_by_role("button", name="Review changes").click()
    owner.page.get_by_role("button", name="Update subscription").click()
    expect(owner.page.get_by_role("main")).to_contain_text("15 seats")
    assert owner.complaints == []


def test_it_works_without_javascript_and_by_keyboard(browser: Browser, live_server: Any, door: Door) -> None:
    path = door.account()
    door.take(path, TEAM_10)
    owner = Person(browser, live_server, "owner", java_script_enabled=False)
    owner.page.goto(f"{path}/manage")
    owner.page.get_by_label("Seats (now 10)").focus()
    owner.page.keyboard.press("Control+A")
    owner.page.keyboard.type("12")
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_role("main")).to_contain_text("10 → 12 seats, 2 more")
    owner.page.get_by_role("button", name="Update subscription").focus()
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_role("main")).to_contain_text("12 seats")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_fits_and_complains_of_nothing(
    browser: Browser, live_server: Any, door: Door, language: str, scheme: Any, width: int
) -> None:
    path = door.account("self_service", name="A company with quite a long name, Limited")
    invoice = door.take(path, TEAM_10, {"edit": "add_product", "product": "quality", "plan": "standard", "seats": 2})
    door.take(path, seats(5), by=email("owner"))
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    owner = Person(browser, live_server, "owner", **options)
    if language == "fr":
        owner.page.get_by_role("button", name="Français").click()
    for where in ("subscription", "manage", "invoices", f"invoices/{invoice['invoice']['id']}", "cancel"):
        owner.page.goto(f"{path}/{where}")
        assert owner.page.locator("html").get_attribute("lang") == language
        assert owner.fits(), where
        assert owner.page.locator("h1").count() == 1
        unnamed = "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
        assert owner.page.evaluate(f"{unnamed}.filter(one => !one.labels.length).length") == 0
    assert owner.complaints == []
