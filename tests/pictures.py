"""Pictures of every page, in both languages, wide and narrow, light and dark: python tests/pictures.py FOLDER"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bursar.postgres.port import free_port
from chromium import launched
from page_walk import PageWalk

WIDTHS = {"wide": 1280, "narrow": 390}
SCHEMES: tuple[Any, ...] = ("light", "dark")


def main(folder: Path, only: str) -> None:
    """Walk through a demo of its own and take a picture at each stop."""
    with served() as address, sync_playwright() as playwright:
        browser = launched(playwright)
        for language in ("en", "fr"):
            cookies: list[Any] = [{"name": "django_language", "value": language, "url": address}]
            context = browser.new_context(base_url=address)
            context.add_cookies(cookies)
            page = context.new_page()
            for stop in PageWalk(page).all():
                if not re.search(only, stop):
                    continue
                for width, pixels in WIDTHS.items():
                    page.set_viewport_size({"width": pixels, "height": 900})
                    for scheme in SCHEMES:
                        page.emulate_media(color_scheme=scheme)
                        file = folder / f"{stop}_{language}_{width}_{scheme}.png"
                        page.screenshot(path=file, full_page=True, animations="disabled")
                page.set_viewport_size({"width": 1280, "height": 900})
            context.close()
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """The address of a program that runs with a demo of its own until the block ends."""
    port = free_port()
    home = Path(tempfile.mkdtemp(prefix="bursar-pictures-"))
    home.chmod(0o711)
    environment = {**os.environ, "BURSAR_HOME": str(home), "BURSAR_PORT": str(port)}
    command = [sys.executable, "-m", "bursar.cli", "serve", "--demo"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        for line in program.stdout:
            if "is ready" in line:
                break
        try:
            yield f"http://localhost:{port}"
        finally:
            program.send_signal(signal.SIGTERM)
            program.stdout.read()


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "var/pictures")
    target.mkdir(parents=True, exist_ok=True)
    main(target, sys.argv[2] if len(sys.argv) > 2 else "")
