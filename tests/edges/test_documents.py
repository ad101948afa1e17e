"""Catalogs and policies as nobody should write them: a clear error that says where, and nothing changed."""

import json
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_client import ApiClient
from bursar.catalog import document as catalog
from bursar.cli import main
from bursar.core.messages.document import BadDocument
from bursar.policy import document as policy
from database_digest import database_digest, different

ROOT: Final = Path(__file__).resolve().parents[2]
KINDS: Final = {"catalog": (catalog, "catalogs/demo.toml"), "policy": (policy, "policies/standard.toml")}
PLACE: Final = re.compile(r"^(document|[a-z_]+(\[\d+\])?(\.[a-z_]+(\[\d+\])?)*): ")
QUIET: Final = settings(max_examples=150, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
ODD: Final[list[Any]] = [
    *(None, True, 0, -1, 10**30, 1.5, -0.0, 1e308, "", " ", "x" * 3000, "NaN", "1,5", "12.345678901234567", "-1.00"),
    *("é\u0301\u202e", "nul\x00", "\ud83d\ude00", "2026-02-30", "EURO", "JPY", "eur", "DROP TABLE", "{at}", "%(x)s"),
    *([], {}, [[]], [None], {"": None}, {"en": 1}, [{}], ["add_seats", "add_seats"], date(2026, 2, 28)),
]


def nested(depth: int) -> Any:
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


def places(found: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands, everywhere in a document."""
    yield at
    inside = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in inside:
        yield from places(value, (*at, key))


def original(kind: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / KINDS[kind][1]).read_text(encoding="utf-8"))


PLACES: Final = {kind: [place for place in places(original(kind)) if place] for kind in KINDS}


@st.composite
def spoilt(draw: st.DrawFn, kind: str) -> Any:
    """A valid document with one to three things wrong, or still right, somewhere in it."""
    found: Any = original(kind)
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(PLACES[kind]))
        holder = found
        try:
            for key in above:
                holder = holder[key]
            _spoil(draw, holder, last)
        except (KeyError, IndexError, TypeError):
            continue  # What stood there is gone already.
    return found


def _spoil(draw: st.DrawFn, holder: Any, last: Any) -> None:
    match draw(st.sampled_from(["replace", "remove", "rename", "repeat", "deep"])):
        case "replace":
            holder[last] = deepcopy(draw(st.sampled_from(ODD)))
        case "remove":
            del holder[last]
        case "rename" if isinstance(holder, dict):
            holder[f"{last}é"] = holder.pop(last)
        case "repeat" if isinstance(holder, list):
            holder.append(deepcopy(holder[last]))
        case _:
            holder[last] = nested(draw(st.sampled_from([1, 50, 600])))


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_spoilt_document_is_refused_with_its_place_or_means_the_same_when_written_again(kind: str) -> None:
    module, _ = KINDS[kind]

    @QUIET
    @given(spoilt(kind))
    def read(found: Any) -> None:
        try:
            known = module.read(found, 1)
        except BadDocument as bad:
            assert PLACE.match(str(bad)), str(bad)
            assert len(str(bad)) < 1000
        else:
            assert module.read(module.write(known), 1) == known
            kept = json.dumps(module.write(known), ensure_ascii=False, allow_nan=False)
            assert kept.encode() and "\\u0000" not in kept

    read()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_spoilt_document_that_is_put_changes_nothing_and_says_where(vendor: None, kind: str) -> None:
    api = ApiClient()
    before = database_digest()

    @settings(QUIET, max_examples=60)
    @given(spoilt(kind))
    def put(found: Any) -> None:
        nonlocal before
        body = json.dumps(found, default=str).encode("utf-8", "surrogatepass")
        answer = api.call("PUT", f"/{kind}", body)
        after = database_digest()
        if answer.status_code == 422:
            problem = answer.json()
            assert problem["code"] in ("bad_document", "bad_body"), problem
            assert problem["code"] == "bad_body" or PLACE.match(problem["detail"]), problem
            assert after == before
        else:
            assert answer.status_code == 200, answer.content
            assert different(before, after) <= {f"{kind}_version"}
        before = after

    put()


TOML: Final[list[tuple[bytes, str]]] = [
    (b"", "is missing"),
    (b"\xff\xfe\x00", "not UTF-8"),
    (b"products = 1\nproducts = 2\n", "line 2"),
    (b"a = 1\n[[a]]\n", "line 2"),
    (b"a = \n", "line 1"),
    (b'a = "\x00"\n', "line 1"),
    (b"a = " + b"[" * 50_000, "line 1"),
    (b"a = " + b"9" * 5_000, "line 1"),
    (b"a = 2026-02-30\n", "line 1"),
    (b"a = nan\n", "no entry 'a'"),
    (b"\n" * 2_100_000 * 2, "larger than"),
    (b"products = []\nproducts[0] = 1\n", "line 2"),
]


@pytest.mark.parametrize("command", ["check", "apply"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_file_that_is_none_is_one_line_that_names_it(kind: str, command: str, tmp_path: Path) -> None:
    file = tmp_path / "found.toml"
    for text, said in TOML:
        file.write_bytes(text)
        failed = run(kind, command, str(file))
        assert failed.exit_code == 1, (text[:40], failed.output)
        assert failed.stderr.startswith(f"bursar: {file}"), failed.stderr
        assert said in failed.stderr, failed.stderr
        assert failed.stderr.count("\n") == 1, failed.stderr


def test_an_amount_that_is_not_exact_says_its_file_and_place(tmp_path: Path) -> None:
    file = tmp_path / "found.toml"
    sold = (ROOT / "catalogs/demo.toml").read_text(encoding="utf-8")
    for wrong in ("19.0", '"19,00"', '"-19.00"', '"1e3"', "true", "2026-01-31", '"1000000000"', '"0.1234567890123"'):
        file.write_text(sold.replace('"89.00"', wrong), encoding="utf-8")
        failed = run("catalog", "check", str(file))
        assert f"{file}: products[0].plans[0].prices[0].amount: expected a price" in failed.stderr, failed.output


def run(*arguments: str) -> Result:
    found = CliRunner().invoke(main, list(arguments))
    assert found.exception is None or isinstance(found.exception, SystemExit), arguments
    return found
