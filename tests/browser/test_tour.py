"""Every page as the people of the demo see it: accessible, fitting, quiet, and within its size, in every look."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from accessibility import Reader
from bursar.cli.demo import load
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from page_walk import PARTS, PageWalk

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = Path(__file__).resolve().parents[2] / "src"
MEANT = ("status of 401", "status of 402", "status of 403", "status of 404", "status of 409", "status of 422")
MOST_CSS_BYTES = 30_000
MOST_FIRST_VIEW_BYTES = 100_000
LOADED = """
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .map(entry => ({ name: entry.name, size: entry.decodedBodySize }))
"""
WATCH_SHIFTS = """
    window.shifts = [];
    const place = one => [one.node?.outerHTML?.slice(0, 120), one.previousRect, one.currentRect].map(JSON.stringify);
    new PerformanceObserver(list => list.getEntries().forEach(one => shifts.push(...one.sources.map(place))))
      .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("walks", PARTS, ids="-".join)
def test_every_page_is_accessible_fits_and_complains_of_nothing(
    browser: Browser, live_server: Any, vendor: None, settings: Any, walks: tuple[str, ...], language: str
) -> None:
    settings.DEMO = True
    load(datetime.now(UTC))
    run_once(datetime.now(UTC))
    failed = Email.objects.filter(account__name="Northwind Bank")[:1].get()
    Email.objects.filter(pk=failed.pk).update(state="failed", tries=6)
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page = context.new_page()
    complaints, wrong = list[str](), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    reader, stops = Reader(page), 0
    for stop in PageWalk(page).part(walks):
        stops += 1
        assert page.locator("html").get_attribute("lang") == language, stop
        wrong += [f"{stop} {fault}" for fault in reader.faults()]
    assert stops > 25
    assert not wrong, "\n".join(wrong)
    assert not [complaint for complaint in complaints if not any(meant in complaint for meant in MEANT)]
    context.close()


def test_a_colour_scheme_changes_nothing_but_colours() -> None:
    """accessibility.py relies on it: it reads most things in one of the schemes."""
    written = [file for kind in ("css", "html", "js") for file in SOURCE.rglob(f"*.{kind}")]
    assert len(written) > 50
    assert not [file for file in written if "prefers-color-scheme" in file.read_text(encoding="utf-8")]


def test_the_first_view_is_small(browser: Browser, live_server: Any, vendor: None, settings: Any) -> None:
    settings.DEMO = True
    load(datetime.now(UTC))
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    tour = PageWalk(page)
    tour.sign_in("Jonas Weber")
    for where in ("subscription", "manage"):
        tour.go(where)
        page.wait_for_load_state("networkidle")
        sizes = {entry["name"]: entry["size"] for entry in page.evaluate(LOADED)}
        assert 0 < sum(sizes.values()) < MOST_FIRST_VIEW_BYTES, sizes
        assert max(size for url, size in sizes.items() if url.endswith(".css")) < MOST_CSS_BYTES
    context.close()


def test_nothing_moves_while_a_page_arrives_slowly(
    browser: Browser, live_server: Any, vendor: None, settings: Any
) -> None:
    settings.DEMO = True
    load(datetime.now(UTC))
    context = browser.new_context(base_url=live_server.url)
    context.add_init_script(WATCH_SHIFTS)
    page = context.new_page()
    tour = PageWalk(page)
    tour.sign_in("Jonas Weber")
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": 4_000, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", slow)
    for where in ("subscription", "manage", "invoices", "history", "team"):
        tour.go(where)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("shifts") == [], where
    context.close()
