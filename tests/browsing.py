"""People at a browser."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, Page

from api_client import email
from bursar.accounts.keys import create_link
from bursar.center.navigation import current_time


class Person:
    """Somebody at a browser; whatever the browser complains of is kept."""

    def __init__(self, browser: Browser, server: Any, role: str, **options: Any) -> None:
        self.page: Page = browser.new_context(base_url=server.url, **options).new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.sign_in(role)

    def sign_in(self, role: str) -> None:
        """By a link."""
        secret = create_link(email(role), expires_at=current_time() + timedelta(hours=1))
        self.page.goto(f"/sign-in/{secret}")
        self.page.get_by_role("main").get_by_role("button").click()
