"""Bodies that are not what the document says, for every operation that takes one: refused, and nothing changed.

test_odd_bodies.py sends the odd values that people have thought of; here a valid body is spoilt in each of its places.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from api_client import ApiClient, email
from database_digest import database_digest, different, left_by
from openapi_check import document
from refusals import Worlds

pytestmark = pytest.mark.django_db(transaction=True)
WRONG: Final[list[Any]] = [None, True, -1, 1.5, 10**400, "", "x" * 3000, "é\u202e\x01", [], {}, [[]], {"": None}]


def bodies() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Every operation with a body: its name, method and path, and a valid body."""
    schemas = document()["components"]["schemas"]
    for path, methods in document()["paths"].items():
        for method, one in methods.items():
            if "requestBody" in one:
                schema = one["requestBody"]["content"]["application/json"]["schema"]
                example = schemas[schema["$ref"].rsplit("/", 1)[-1]]["examples"][0]
                yield one["operationId"], method.upper(), path.removeprefix("/api/v1"), example


OPERATIONS: Final = {name: (method, path, example) for name, method, path, example in bodies()}


def spoilt(example: dict[str, Any]) -> Iterator[bytes]:
    """The body with something wrong in it: a value, an entry, or the bytes themselves."""
    for key in example:
        yield from (json.dumps({**example, key: wrong}).encode() for wrong in WRONG)
        yield json.dumps({one: value for one, value in example.items() if one != key}).encode()
    yield json.dumps({**example, "é": 1}).encode()
    whole = json.dumps(example).encode()
    yield from (b"", b" ", b"null", b"[]", b'"text"', b"7", whole[:-1], whole + b"}", b"\xef\xbb\xbf" + whole)
    yield whole.replace(b'"', b"'")
    yield whole[:-1] + b', "more": NaN}'
    yield whole[:-1] + b', "more": "\xff\xfe"}'
    yield whole[:-1] + b', "more": "\\ud800"}'
    yield whole[:-1] + b', "more": "\\u0000"}'
    yield whole[:-1] + b', "more": ' + b"[" * 3000 + b"]" * 3000 + b"}"
    yield whole[:-1] + b', "more": ' + b"9" * 5000 + b"}"
    yield b" " * 1_100_000 + whole
    first = next(iter(example))
    yield f'{{"{first}": 1, {json.dumps(example)[1:]}'.encode()
    yield whole.decode().encode("utf-16")


@pytest.fixture
def worlds(vendor: None) -> Worlds:
    return Worlds(ApiClient())


def test_a_spoilt_body_is_answered_as_the_document_says_and_what_is_refused_changes_nothing(worlds: Worlds) -> None:
    known = {name: ids(worlds, name) for name in OPERATIONS}
    for name, (method, path, example) in OPERATIONS.items():
        where = path.format(**known[name])
        before = database_digest()
        refused = 0
        for body in spoilt(example):
            answer = worlds.api.call(method, where, body)
            after = database_digest()
            if answer.status_code >= 400:
                refused += 1
                problem = answer.json()
                assert problem["detail"], body
                assert different(before, after) <= left_by(problem["code"]), (name, body[:200], problem)
            before = after
        assert refused >= 12, name


def test_a_body_with_the_same_entry_twice_is_refused(worlds: Worlds) -> None:
    twice = b'{"edits": [], "edits": [{"edit": "cancel"}]}'
    assert worlds.api.fails(422, "POST", f"{worlds.has}/changes", twice)["code"] == "bad_body"


def test_a_body_is_read_as_json_whatever_it_is_called(worlds: Worlds) -> None:
    said = json.dumps({"edits": [{"edit": "cancel"}]})
    headers = {"Authorization": f"Bearer {worlds.api.key}"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        for body, status in ((said, 201), ("edits=all", 422), ("--x\r\n", 422)):
            answer = worlds.api.client.generic(
                "POST", f"/api/v1{worlds.has}/quotes", body.encode(), content_type=kind, headers=headers
            )
            assert answer.status_code == status, (kind, answer.content)


def test_a_method_that_an_address_does_not_have_is_a_problem_that_names_those_it_has(worlds: Worlds) -> None:
    for path, methods in document()["paths"].items():
        where = path.removeprefix("/api/v1").format(**ids(worlds, ""))
        allowed = ", ".join(sorted(method.upper() for method in methods))
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - set(allowed.split(", ")):
            for by in (None, email("owner")):
                answer = worlds.api.call(method, where, by=by)
                assert (answer.status_code, answer["Allow"]) == (405, allowed), (method, where)
                assert answer.json()["code"] == "wrong_method"


def ids(worlds: Worlds, name: str) -> dict[str, str]:
    """Things that exist, as a path names them."""
    path, attempt = worlds.waiting if name == "finish" else (worlds.has, "00000000-0000-4000-8000-000000000000")
    invoices = worlds.api.ok("GET", f"{worlds.has}/invoices")["items"]
    members = worlds.api.ok("GET", f"{worlds.has}/members")["items"]
    member = next(member["id"] for member in members if member["role"] == "agent")
    nobody = "00000000-0000-4000-8000-000000000000"
    return {
        "account_id": path.rsplit("/", 1)[-1],
        "attempt_id": attempt,
        "invoice_id": invoices[0]["id"],
        "member_id": member,
        "product": "support",
        **dict.fromkeys(("override_id", "change_id", "request_id", "payment_id"), nobody),
    }
