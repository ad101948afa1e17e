"""A passkey in a real browser, with an authenticator that the browser plays: added, then used instead of a password."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from api_client import ApiClient
from browsing import Person

pytestmark = pytest.mark.django_db(transaction=True)
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_added_and_signs_in(browser: Browser, live_server: Any, vendor: None) -> None:
    path = ApiClient().account()
    owner = Person(browser, live_server, "owner")
    page = owner.page
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto("/me/security/keys/add")
    page.get_by_label("Passwordless").check()
    page.get_by_role("main").get_by_role("button", name="Add").click()
    # The codes for when the device is lost are shown to whoever confirms with it that it works.
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    page.goto(f"{path}/capabilities")
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("link", name="Owner").first).to_be_visible()
    # A link by email is not enough any more: the passkey is a second factor too.
    page.get_by_role("button", name="Sign out").first.click()
    owner.sign_in("owner")
    expect(page.get_by_role("button", name="Use a security key")).to_be_visible()
    page.get_by_role("button", name="Use a security key").click()
    expect(page.get_by_role("link", name="Owner").first).to_be_visible()
    assert owner.complaints == []
