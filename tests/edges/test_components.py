"""Components take what they are given and nothing else, and what pages say is marked for translation."""

import re
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "src" / "bursar"
COMPONENTS = sorted((ROOT / "ui/templates/cotton").glob("*.html"))
TEMPLATES = sorted(chain(ROOT.glob("center/templates/**/*.html"), ROOT.glob("ui/templates/**/*.html")))
VARIABLES = re.compile(r"<c-vars ([^>]*)/>")
USED = re.compile(r"<c-([\w-]+)((?:\s+(?:[^<>\"]|\"[^\"]*\")*)?)>")
SAID = re.compile(r"{#.*?#}|{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}|{%.*?%}|{{.*?}}", re.DOTALL)
IN_WORDS = re.compile(r"""\b(?:title|label|lead|help|alt|placeholder|aria-label|data-label|name)="([^"]*)\"""")
OWN_NAMES = {"Bursar", "English", "Français"}
CLASSES = {"framed", "narrow", "bar"}
"""What a block of a frame may hold: names of its own classes."""


def declared(component: Path) -> dict[str, str]:
    found = VARIABLES.match(component.read_text(encoding="utf-8"))
    return dict(re.findall(r'([\w-]+)="([^"]*)"', found[1])) if found else {}


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_gives_each_of_its_variables_a_value(component: Path) -> None:
    """One without would take that of the page around it, whatever it stands for there."""
    text = component.read_text(encoding="utf-8")
    found = VARIABLES.match(text)
    assert len(declared(component)) == (len(found[1].split(" ")) - 1 if found else 0), component


def test_what_is_computed_goes_only_where_a_component_escapes_it() -> None:
    """A `:name` that a component does not declare would be written as it is among its attributes."""
    known = {component.stem: declared(component) for component in COMPONENTS}
    for template in TEMPLATES:
        for name, attributes in USED.findall(template.read_text(encoding="utf-8")):
            if name in ("slot", "vars"):
                continue
            computed = set(re.findall(r"\s:([\w-]+)=", attributes))
            assert computed <= set(known[name]), (template.name, name)


def test_every_component_is_shown_in_the_gallery() -> None:
    gallery = (ROOT / "ui/templates/ui/gallery.html").read_text(encoding="utf-8")
    assert {component.stem for component in COMPONENTS} == {name for name, _ in USED.findall(gallery)} - {"slot"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_is_said_that_is_not_marked_for_translation(template: Path) -> None:
    source = SAID.sub("", template.read_text(encoding="utf-8"))
    attributes = [value for value in IN_WORDS.findall(source) if " " in value.strip()]
    outside = re.sub(r"<(?:[^<>\"]|\"[^\"]*\")*>|&\w+;", " ", source)
    words = re.findall(r"[^\W\d_]{2,}", outside)
    assert not set(words) - OWN_NAMES - CLASSES, template.name
    assert not [value for value in attributes if re.search(r"[^\W\d_]{2,}", value)], template.name
