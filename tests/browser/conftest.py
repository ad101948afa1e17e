"""A browser for a whole run of tests."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from chromium import launched


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's event loop runs in the thread of the test, which uses the database as any synchronous code does.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()
