"""Manage subscription in a real browser: the summary follows, with and without JavaScript, and by keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api_client import TEAM_10, ApiClient, email, seats
from browsing import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> Iterator[ApiClient]:
    yield ApiClient()


def test_the_summary_follows_the_form_and_the_change_is_made(
    browser: Browser, live_server: Any, api: ApiClient
) -> None:
    path = api.account(tax_rate="0.20")
    api.take(path, TEAM_10)
    owner = Person(browser, live_server, "owner")
    owner.page.get_by_role("link", name="Manage subscription").click()
    owner.page.get_by_label("Seats", exact=True).first.fill("14")
    owner.page.get_by_role("button", name="One seat more: Support").click()
    following = owner.page.locator("#following")
    expect(following).to_contain_text("10 → 15 seats, 5 more")
    expect(following).to_contain_text("Support, Team: 5 more seats × €19.00")
    expect(following).to_contain_text("€114.00")
    owner.page.get_by_role("button", name="Review changes").click()
    owner.page.get_by_role("button", name="Update subscription").click()
    expect(owner.page.get_by_role("main")).to_contain_text("€114.00 was issued")
    assert api.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 15
    assert owner.complaints == []


def test_it_works_without_javascript_and_by_keyboard(browser: Browser, live_server: Any, api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    owner = Person(browser, live_server, "owner", java_script_enabled=False)
    owner.page.goto(f"{path}/manage")
    expect(owner.page.locator(".stepper button").first).to_be_hidden()
    owner.page.get_by_label("Seats", exact=True).first.focus()
    owner.page.keyboard.press("Control+A")
    owner.page.keyboard.type("12")
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_role("main")).to_contain_text("10 → 12 seats, 2 more")
    owner.page.get_by_role("button", name="Update subscription").focus()
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_role("main")).to_contain_text("The subscription is updated")
    assert api.ok("GET", f"{path}/subscription")["items"][0]["quantity"] == 12


@pytest.mark.parametrize("scripts", [True, False])
def test_what_becomes_of_a_scheduled_change_is_asked_in_place(
    browser: Browser, live_server: Any, api: ApiClient, scripts: bool
) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    api.take(path, seats(5), by=email("owner"))
    owner = Person(browser, live_server, "owner", java_script_enabled=scripts)
    owner.page.goto(f"{path}/manage")
    owner.page.get_by_label("Seats", exact=True).first.fill("8")
    if not scripts:
        owner.page.get_by_role("button", name="Review changes").click()
    expect(owner.page.get_by_role("main")).to_contain_text("Already scheduled for February 1, 2026")
    owner.page.get_by_label("Undo it", exact=True).check()
    if scripts:
        expect(owner.page.locator("#following")).to_contain_text("10 → 8 seats, 2 fewer")
    owner.page.get_by_role("button", name="Review changes").click()
    owner.page.get_by_role("button", name="Update subscription").click()
    expect(owner.page.get_by_role("main")).to_contain_text("Nothing was due today")
    [change] = api.ok("GET", f"{path}/subscription")["scheduled"]
    assert change["edit"]["seats"] == 8


def test_everything_can_be_reached_and_done_by_keyboard_alone(
    browser: Browser, live_server: Any, api: ApiClient
) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    owner = Person(browser, live_server, "owner")
    page = owner.page
    page.goto(f"{path}/subscription")
    tab_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    tab_to(page, "Manage subscription")
    page.keyboard.press("Enter")
    page.wait_for_url("**/manage")
    tab_to(page, "One seat more: Support")
    page.keyboard.press("Space")
    expect(page.locator("#following")).to_contain_text("10 → 11 seats, 1 more")
    tab_to(page, "Review changes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/quotes/**")
    tab_to(page, "Update subscription")
    page.keyboard.press("Enter")
    page.wait_for_url("**/takings/**")
    page.goto(f"{path}/admins")
    tab_to(page, "Remove Billing_Admin")
    page.keyboard.press("Enter")
    tab_to(page, "Change nothing")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert owner.complaints == []


def tab_to(page: Page, name: str, most: int = 80) -> None:
    """Press Tab until what has that name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate("(one => one.ariaLabel || one.textContent.trim())(document.activeElement)")
        if said == name:
            return
    raise AssertionError(f"{name} cannot be reached by Tab")
