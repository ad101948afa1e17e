"""Taste that a machine can check: sizes, names, what the core may touch, what no file may say, where keys point.

Source: STYLE.md
"""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pytest
from django.apps import apps
from django.db.models import Field, Model

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 300
MOST_FUNCTION_LINES = 70
MOST_MODULES = 24
VAGUE = re.compile(r"(?:util|helper|manager|service|handler)s?|common|misc|base")
VALUE_MODULES = re.compile(
    r"(?:calendar|collections|dataclasses|datetime|decimal|enum|fractions|functools|hashlib|inspect|itertools|json|math"
    r"|operator|pydantic|pydantic_core|re|string|tomllib|types|typing|uuid|bursar[.]core)(?:[.]\w+)*"
)
INEXACT = frozenset({"float", "round"})
OUTSIDE_WORLD = frozenset({"open", "print", "input", "exec", "eval", "uuid1", "uuid4"})
CLOCK = frozenset({"date.today", "datetime.now", "datetime.today", "datetime.utcnow"})
EDGES = frozenset({"api", "center", "cli"})
RIDDLE = re.compile(r"(?:Nothing|What|Who|Whom|Whoever|Whatever|Where|Wherever|How|That|One)\b")
RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})

# Written so that no pattern finds itself in this file.
REGISTRY = re.compile(
    r"pypi[.]org|python[h]osted[.]org|npm(?:js)?[.](?:com|org)|crates[.]io|proxy[.]golang|(?:ghcr|quay)[.]io"
    r"|art[i]factory|sonat[y]pe|dev[p]i|(?<!emit)-(?:extra-|default-)?index-ur[l]|/simple[/]",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(?<![\w.:}])(?:/(?:home|Users|root|work|mnt|private)/\w|[A-Z]:\\(?:Users|Windows))")
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|HA[C]K|TB[D]|WI[P]|NotImplement[e]d\w*)\b|\bXX[X]:|[Ll]orem[ ]ipsum")
LEFT_OUT = re.compile(
    r"mark[.](?:skip|xfail)|pytest[.](?:skip|xfail|importorskip|exit)\b|unittest[.](?:skip|expected)"
    r"|\bskip(?:Test|If|Unless|UnlessDBFeature)[(]"
)

Node = TypeVar("Node", bound=ast.AST)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository, and every new one that is not ignored."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def modules(*places: str) -> tuple[Path, ...]:
    """The Python files below these places; migrations are written by a machine and left out."""
    found = chain.from_iterable((ROOT / place).rglob("*.py") for place in places)
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(path: Path, kind: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, kind))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return chain(nodes(path, ast.FunctionDef), nodes(path, ast.AsyncFunctionDef))


def at(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def found(pattern: re.Pattern[str], files: tuple[Path, ...]) -> list[str]:
    """Each line in which the pattern stands, in the files that are text."""
    places = []
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        hits = ((number, pattern.search(line)) for number, line in enumerate(lines, 1))
        places += [f"{at(path, number)}: {hit[0]}" for number, hit in hits if hit]
    return places


def vague(name: str) -> bool:
    """Whether one of the words of a name, written `IssueInvoice` or `issue_invoice`, says nothing."""
    return any(VAGUE.fullmatch(word.lower()) for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name))


def test_a_folder_holds_at_most_24_modules() -> None:
    folders = Counter(path.parent for path in modules("src/bursar") if path.stem != "__init__")
    assert not {folder: count for folder, count in folders.items() if count > MOST_MODULES}


def test_a_module_is_under_300_lines() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules("src", "benchmarks")}
    assert not {at(path, size) for path, size in sizes.items() if size >= MOST_LINES}


def test_a_function_is_under_70_lines() -> None:
    assert not [
        f"{at(path, function.lineno)}: {function.name}"
        for path in modules("src", "tests", "benchmarks")
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 >= MOST_FUNCTION_LINES
    ]


def test_a_name_says_what_the_thing_is() -> None:
    checked = modules("src", "tests", "benchmarks")
    assert not [path for path in checked if vague(path.stem) or vague(path.parent.name)]
    assert not [at(path, node.lineno) for path in checked for node in nodes(path, ast.ClassDef) if vague(node.name)]


def problems() -> frozenset[str]:
    """The names of the classes derived from Problem: their docstrings are messages to people."""
    bases = {
        kind.name: {ast.unparse(base).rpartition(".")[2] for base in kind.bases}
        for path in modules("src")
        for kind in nodes(path, ast.ClassDef)
    }
    names, grown = frozenset({"Problem"}), frozenset[str]()
    while names != grown:
        names, grown = names | {name for name, above in bases.items() if above & names}, names
    return names


def riddles(path: Path, messages: frozenset[str]) -> Iterator[str]:
    """Each docstring of a file that begins with a word that STYLE.md forbids, with its place."""
    for node in chain(functions(path), nodes(path, ast.ClassDef), nodes(path, ast.Module)):
        first = (ast.get_docstring(node) or "").split("\n")[0]
        answers = isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) != "None"
        riddling = RIDDLE.match(first) or (first.startswith("Whether ") and not answers)
        if riddling and getattr(node, "name", "") not in messages:
            yield f"{at(path, getattr(node, 'lineno', 1))}: {first}"


def test_a_docstring_begins_with_a_verb_or_a_term() -> None:
    messages = problems()
    places = [place for path in modules("src") for place in riddles(path, messages)]
    assert not places, "rewrite these as STYLE.md says:\n" + "\n".join(places)


def test_the_core_counts_exactly() -> None:
    core = modules("src/bursar/core")
    assert not [at(path, node.lineno) for path in core for node in nodes(path, ast.Name) if node.id in INEXACT]
    assert not [
        at(path, node.lineno) for path in core for node in nodes(path, ast.Constant) if type(node.value) is float
    ]
    divided = [
        at(path, node.lineno) for path in core for node in nodes(path, ast.BinOp) if isinstance(node.op, ast.Div)
    ]
    assert not divided, "whole numbers divide by //, shares are a Fraction"


def test_the_core_imports_values_only() -> None:
    for path in modules("src/bursar/core"):
        names = [alias.name for node in nodes(path, ast.Import) for alias in node.names]
        names += [node.module or "" for node in nodes(path, ast.ImportFrom)]
        assert not {name for name in names if not VALUE_MODULES.fullmatch(name)}, path


def test_the_core_reads_no_clock_and_nothing_outside() -> None:
    for path in modules("src/bursar/core"):
        called = {ast.unparse(node.func) for node in nodes(path, ast.Call)}
        assert not called & (CLOCK | OUTSIDE_WORLD), path
        imported = {alias.name for node in nodes(path, ast.ImportFrom) for alias in node.names}
        assert not imported & OUTSIDE_WORLD, path


def test_only_the_edges_read_the_clock() -> None:
    inside = [path for path in modules("src/bursar") if path.relative_to(ROOT / "src/bursar").parts[0] not in EDGES]
    read = {
        at(path, node.lineno) for path in inside for node in nodes(path, ast.Call) if ast.unparse(node.func) in CLOCK
    }
    assert not read
    assert len(inside) > 80


def test_the_history_is_written_into_and_shown_and_nothing_is_decided_from_it() -> None:
    """Emails are a way of showing it; everything else asks the rows of the room that a question is about."""
    tellers = {"history", "notices", "api", "center", "desk", "erasure"}
    rooms = [path for path in modules("src/bursar") if path.relative_to(ROOT / "src/bursar").parts[0] not in tellers]
    reading = re.compile(r"history_entry|history[.]models|history[.]queries import .*\b[Ff]acts?\b")
    assert not found(reading, tuple(rooms))
    assert len(rooms) > 80


def test_no_file_names_a_registry() -> None:
    assert not found(REGISTRY, tracked())


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not found(MACHINE_PATH, tracked())


def test_nothing_is_left_unfinished() -> None:
    assert not found(UNFINISHED, tracked())


def test_every_test_runs() -> None:
    # PgBouncer is a program of the machine, which no package installs; where it is missing, a run says so.
    needs_a_program = ROOT / "tests/edges/test_pooler.py"
    assert not found(LEFT_OUT, tuple(path for path in modules("tests") if path != needs_a_program))


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        (REGISTRY, ("https://py", "pi.org/simple")),
        (REGISTRY, ("--extra-index", "-url http://packages.example")),
        (REGISTRY, ("https://packages.example/simp", "le/")),
        (MACHINE_PATH, ("see /ho", "me/anna/notes")),
        (UNFINISHED, ("# TO", "DO later")),
        (LEFT_OUT, ("@pytest.mark.sk", "ipif(True)")),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], parts: tuple[str, str]) -> None:
    assert pattern.search("".join(parts))


def test_nothing_happens_behind_the_back() -> None:
    """No forms made from models, no signals, no saving that does more than saving."""
    for path in modules("src"):
        names = {node.id for node in nodes(path, ast.Name)} | {node.attr for node in nodes(path, ast.Attribute)}
        assert not {name for name in names if "modelform" in name.lower()}, path
        froms = {node.module or "" for node in nodes(path, ast.ImportFrom)}
        froms |= {alias.name for node in nodes(path, ast.Import) for alias in node.names}
        assert not {name for name in froms if name.endswith("signals") or name.startswith("django.dispatch")}, path
        assert "signals" not in names, path
        saves = [one for kind in nodes(path, ast.ClassDef) for one in kind.body if isinstance(one, ast.FunctionDef)]
        assert not [at(path, save.lineno) for save in saves if save.name in ("save", "asave")]


def layers() -> dict[str, int]:
    """How high each package stands, the core at 0, as the contract in pyproject.toml says."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [layered] = (contract for contract in contracts if contract.get("containers") == ["bursar"])
    rows = [[name.strip(" ()") for name in row.split("|")] for row in reversed(layered["layers"])]
    return {name: height for height, row in enumerate(rows) for name in row}


def room(model: type[Model]) -> str:
    """The package of one of our models, or nothing for a model of somebody else's."""
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "bursar" else ""


def cross_app() -> list["tuple[type[Model], Field[object, object], type[Model]]"]:
    """Each relation of our models that leaves its app."""
    ours = [model for model in apps.get_models(include_auto_created=True) if room(model)]
    relations = [(model, field) for model in ours for field in model._meta.get_fields() if isinstance(field, Field)]
    pointing = [(model, field, field.related_model) for model, field in relations if field.is_relation]
    return [
        (model, field, there)
        for model, field, there in pointing
        if isinstance(there, type) and room(there) != room(model)
    ]


def test_keys_point_at_causes() -> None:
    height, keys = layers(), cross_app()
    assert keys
    for model, field, there in keys:
        place = f"{model.__name__}.{field.name}"
        assert not room(there) or height[room(there)] < height[room(model)], f"{place} points upwards"
        assert vars(field.remote_field)["related_name"] == "+", f"{place} can be followed backwards"


TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(?:ONLY\s+)?([a-z]+)_[a-z]+\b")
WRITTEN = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z]+)_[a-z]+\b")
COMPARING = ("jobs/invariants/", "jobs/retention.py", "accounts/guards.py", "invoices/guards.py", "payments/guards.py")
"""Where statements name tables of several rooms: the checks of the whole database, the worker, which deletes what no
room needs any more, and the triggers by which the database refuses rows that contradict a lower room's."""


def test_statements_name_the_tables_of_their_own_room_alone() -> None:
    height, found = layers(), 0
    for path in modules("src"):
        own = path.relative_to(ROOT / "src" / "bursar").parts[0]
        if own not in height or "migrations" in path.parts:
            continue
        for text in nodes(path, ast.Constant):
            if not isinstance(text.value, str):
                continue
            for there in TABLE.findall(text.value):
                found += there in height
                if there not in height or there == own:
                    continue
                assert str(path.relative_to(ROOT / "src" / "bursar")).startswith(COMPARING), (
                    f"{at(path, text.lineno)} reads a table of {there}: join a relation of that room, or ask its queries"
                )
                assert height[there] < height[own], f"{at(path, text.lineno)} reads a table of a higher room, {there}"
            for there in WRITTEN.findall(text.value):
                assert there == own or own == "jobs" or there not in height, (
                    f"{at(path, text.lineno)} writes for {there}"
                )
        if own not in ("history", "notices"):
            imported = {alias.name for node in nodes(path, ast.ImportFrom) for alias in node.names}
            assert "ENTRIES" not in imported, f"{path} decides from the history"
    assert found > 20, "statements name tables"


def test_no_view_writes_a_row() -> None:
    writes = re.compile(r"\.objects\b.*\.(create|get_or_create|bulk_create|update|bulk_update|delete)\(|\.save\(")
    for folder in ("center", "desk", "api"):
        for path in modules(f"src/bursar/{folder}"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                assert not writes.search(line), f"{at(path, number)} writes a row: an action of its room does"


def test_keys_into_other_apps_are_written_as_strings() -> None:
    for path in modules("src"):
        own = f"bursar.{path.relative_to(ROOT / 'src' / 'bursar').parts[0]}"
        foreign = {
            alias.asname or alias.name
            for node in nodes(path, ast.ImportFrom)
            if not (node.module or "").startswith(own)
            for alias in node.names
        }
        for call in nodes(path, ast.Call):
            if ast.unparse(call.func).rpartition(".")[2] in RELATIONS:
                assert ast.unparse(call.args[0]).split(".")[0] not in foreign, at(path, call.lineno)
