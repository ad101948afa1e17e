"""Pages read by axe in every width and colour scheme, without reading the same thing twice.

Each rule of axe runs in each look that can change its verdict:

- Most rules read elements, attributes, texts and which elements are shown. What is shown depends on the width; a colour
  scheme changes nothing but colours (`look.css` names both colours in `light-dark()`, and has no other way to tell the
  schemes apart; `test_tour.py` checks that). These rules run at both widths, in one scheme.
- `link-in-text-block` compares colours of elements that depend on the page. It runs at both widths, in both schemes.
- `color-contrast` takes most of the time. Its verdict depends on nothing but what `paint` below puts into a text: the
  colour and the size of the letters, and everything painted behind them. So it runs in every look, on all elements except
  those that are painted as an element that has passed before, on whatever page.
"""

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS: Final = (1280, 390)
SCHEMES: Final[tuple[Any, ...]] = ("light", "dark")
AXE: Final = Axe().axe_script
READ: Final = """
    runOnly => axe.run(document, {resultTypes: ["violations"], ...runOnly})
      .then(all => all.violations.map(rule => [rule.id, rule.nodes.map(node => node.html.slice(0, 120))]))
"""
ALL_BUT_CONTRAST: Final = {"rules": {"color-contrast": {"enabled": False}}}
LINKS: Final = {"runOnly": ["link-in-text-block"]}
CONTRAST: Final = """
    async passed => {
      const opaque = colour => !/^rgba|[/]/.test(colour);
      // Null if something that is not around the element may lie behind its letters.
      const paint = element => {
        const letters = getComputedStyle(element);
        const layers = [letters.color, letters.fontSize, letters.fontWeight, letters.textShadow];
        let covered = false;
        for (let around = element; around; around = around.parentElement) {
          const style = getComputedStyle(around);
          layers.push(style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode);
          covered ||= opaque(style.backgroundColor);
          if (!covered && ["absolute", "fixed"].includes(style.position)) return null;
        }
        return layers.join().replaceAll("rgba(0, 0, 0, 0),none,1,none,normal", "");
      };
      const written = element => element.matches("input, select, textarea")
        || [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
      // What is away from the window or cut down to a point, for screen readers alone, has no colour to judge.
      const seen = element => {
        const box = element.getBoundingClientRect();
        return element.checkVisibility() && box.right > 0 && box.width > 1;
      };
      const known = new Set(passed), paints = new Map();
      for (const element of document.body.querySelectorAll("*"))
        if (written(element) && seen(element) && !known.has(paint(element)))
          paints.set(element, paint(element));
      if (!paints.size) return [[], []];
      const found = await axe.run({include: [...paints.keys()]}, {runOnly: ["color-contrast"], elementRef: true});
      const nodes = rules => rules.flatMap(rule => rule.nodes);
      return [
        nodes(found.violations).map(node => node.html.slice(0, 120)),
        [...new Set(nodes(found.passes).map(node => paints.get(node.element)))].filter(one => one),
      ];
    }
"""


class Reader:
    """A reader of one page after another, who remembers which paint has passed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.passed: set[str] = set()

    def faults(self) -> list[str]:
        """What is wrong with the page as it stands, in every look."""
        found = list[str]()
        self.page.evaluate(AXE)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"at {width}: wider than the window")
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                rules = self.page.evaluate(READ, ALL_BUT_CONTRAST if scheme == SCHEMES[0] else LINKS)
                rules.append(("color-contrast", self._contrast()))
                found += [f"at {width}, {scheme}: {rule}: {' '.join(places)}" for rule, places in rules if places]
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        return found

    def _contrast(self) -> list[str]:
        faulty, passed = self.page.evaluate(CONTRAST, list(self.passed))
        self.passed.update(passed)
        return list(faulty)
