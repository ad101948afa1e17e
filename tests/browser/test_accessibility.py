"""What the reader of pages notices: a fault that is there in one look alone, and on a page painted like one before it."""

import pytest
from playwright.sync_api import Browser

from accessibility import Reader

PAGE = """
    <!doctype html><html lang="en"><head><title>A page</title><meta name="viewport" content="width=device-width">
    <style>
      :root { color-scheme: light dark; } html { background: light-dark(white, black); color: light-dark(black, white); }
      %s
    </style></head>
    <body><main><h1>A page</h1>%s</main></body></html>
"""
GOOD = ("", "<p>Letters that can be read</p>")
IN_DARK = ("p { color: light-dark(black, #333); }", "<p>Letters</p>")
ON_A_TELEPHONE = ("@media (max-width: 500px) { p { color: light-dark(#ddd, #222); } }", "<p>Letters</p>")
NO_LABEL = ("", "<input name='age'>")
NO_LABEL_ON_A_TELEPHONE = ("@media (min-width: 500px) { input { display: none; } }", "<input name='age'>")
TOO_WIDE = ("p { width: 600px; }", "<p>Letters</p>")
LINK = (
    "a { text-decoration: none; color: light-dark(#a0a, #eee); }",
    "<p>Letters with a <a href='/'>link</a> that looks like them in the dark</p>",
)
BEHIND = (
    "div { position: relative; } b { background: light-dark(#333, #ccc); display: block; height: 3em; }"
    " p { position: absolute; top: 0; margin: 0; }",
    "<div><b></b><p>Letters on what is not around them</p></div>",
)
FADED = ("main { opacity: 0.3; }", "<p>Letters that can be read</p>")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (GOOD, []),
        (IN_DARK, ["at 1280, dark: color-contrast", "at 390, dark: color-contrast"]),
        (ON_A_TELEPHONE, ["at 390, light: color-contrast", "at 390, dark: color-contrast"]),
        (NO_LABEL, ["at 1280, light: label", "at 390, light: label"]),
        (NO_LABEL_ON_A_TELEPHONE, ["at 390, light: label"]),
        (TOO_WIDE, ["at 390: wider than the window"]),
        (LINK, ["at 1280, dark: link-in-text-block", "at 390, dark: link-in-text-block"]),
        (BEHIND, [f"at {width}, {scheme}: color-contrast" for width in (1280, 390) for scheme in ("light", "dark")]),
        (FADED, [f"at {width}, {scheme}: color-contrast" for width in (1280, 390) for scheme in ("light", "dark")]),
    ],
    ids="good in_dark on_a_telephone no_label no_label_on_a_telephone too_wide link behind faded".split(),
)
def test_a_fault_is_noticed_in_every_look_that_has_it(
    browser: Browser, page: tuple[str, str], expected: list[str]
) -> None:
    read = browser.new_page()
    reader = Reader(read)
    for shown in (GOOD, page):
        read.set_content(PAGE % shown)
        found = reader.faults()
    assert [fault.rpartition(": ")[0] if "," in fault else fault for fault in found] == expected
    read.close()
