"""Settings are read as somebody wrote them, and what cannot be understood is refused with what was expected."""

import ast
from pathlib import Path
from typing import Any

import pytest

from bursar.setting import BadSetting, Settings

SETTINGS = Path(__file__).resolve().parents[2] / "src/bursar/site/settings.py"
BAD_SWITCHES = ("perhaps", "2", "tru", "ja", "-", "true false")
BAD_NUMBERS = ("ten", "1.5", "-1", "1e3", "+1", "0x10", "٣", "9" * 30, "1 2")
BAD_ADDRESSES = (
    *("billing.acme.example", "localhost:8000", "//billing.acme.example", "ftp://billing.acme.example", "https://"),
    *(
        "https:///path",
        "https://a b",
        "https://a:b",
        "https://a:99999",
        "https://a:",
        "https://[::1",
        "https://é.example",
    ),
    *(
        "https://me:secret@a.example",
        "https://a.example?x=1",
        "https://a.example#x",
        "https://a\x1b[31m",
        "https://\udcff",
    ),
)
BAD = {"switch": BAD_SWITCHES, "number": BAD_NUMBERS, "address": BAD_ADDRESSES}
BAD |= {"hosts": ("https://a.example", "a.example:8000", "a b", "a.example/", "*.example"), "origins": BAD_ADDRESSES}


def calls() -> list[tuple[str, str, dict[str, Any]]]:
    """How settings.py reads each variable: the kind, the name, and the bounds."""
    found = []
    for node in ast.walk(ast.parse(SETTINGS.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) == "env"
        ):
            name, *others = (ast.literal_eval(arg) for arg in node.args)
            more = {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in node.keywords}
            found.append((node.func.attr, name, {**more, **({"default": others[0]} if others else {})}))
    return found


@pytest.mark.parametrize(("kind", "name", "more"), calls(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_setting_is_left_out_or_empty_and_refuses_what_it_is_not(kind: str, name: str, more: Any) -> None:
    read = getattr(Settings({}), kind)(name, **more)
    if kind == "non_empty":
        with pytest.raises(BadSetting, match=f"{name} is empty"):
            Settings({name: ""}).non_empty(name, **more)
    else:
        assert getattr(Settings({name: ""}), kind)(name, **more) == read
    for bad in BAD.get(kind, ()):
        with pytest.raises(BadSetting, match=f"{name} is .*: expected "):
            getattr(Settings({name: bad}), kind)(name, **more)


def test_settings_are_understood_however_people_write_them() -> None:
    for word, meaning in (("TRUE", True), (" yes ", True), ("1", True), ("On", True), ("0", False), ("No", False)):
        assert Settings({"A": word}).switch("A") is meaning
    assert Settings({"A": " 007 "}).number("A", 1, least=0, most=9) == 7
    assert Settings({"A": "$1"}).text("A") == "$1"
    assert Settings({"A": " a.example, .b.example ,*,[::1],"}).hosts("A") == ["a.example", ".b.example", "*", "[::1]"]
    assert Settings({"A": "https://a.example:8443/"}).address("A") == "https://a.example:8443"
    assert Settings({"A": "https://a.example/, https://*.b.example"}).origins("A") == [
        "https://a.example",
        "https://*.b.example",
    ]
    with pytest.raises(BadSetting):
        Settings({"A": "https://a.example/path"}).origins("A")


def test_no_setting_is_read_past_the_reader_that_refuses() -> None:
    """What settings.py takes from the environment by itself are addresses that have a reader of their own."""
    source = SETTINGS.read_text(encoding="utf-8")
    assert source.count("os.environ") == 4
