"""Every answer of the API held against the OpenAPI document: its status, its kind of content and each of its entries."""

import re
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs

from bursar.api.app import api

PREFIX = "/api/v1/"


@cache
def document() -> dict[str, Any]:
    """The document, stricter than it is published: an answer has no entry that is not declared."""
    return _strict(deepcopy(dict(api.get_openapi_schema(path_prefix=PREFIX))))


def check(method: str, path: str, response: Any) -> None:
    """Fail unless the document says that this is how this may be answered."""
    found = operation(method, path)
    if found is None:
        assert response.status_code in (404, 405), (method, path, response.status_code)
        return
    where, declared = found
    status = str(response.status_code)
    assert status in declared["responses"], f"{method} {where} answers {status}, which is not declared"
    content = declared["responses"][status].get("content")
    if content is None:
        assert not response.content, f"{method} {where} answers {status} with a body"
        return
    [kind] = content
    assert response["Content-Type"].split(";")[0] == kind, (method, where, response["Content-Type"])
    mistake = next(_validator(method, where, status, kind).iter_errors(response.json()), None)
    assert mistake is None, f"{method} {where} {status}: {mistake}\n{response.content[:2000]!r}"


@cache
def templates() -> list[tuple[re.Pattern[str], str]]:
    ids = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    paths = document()["paths"]
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+_id\}", ids, path))), path) for path in paths]


def operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The operation at an address, with its path in the document."""
    for pattern, where in templates():
        if pattern.fullmatch(path.split("?")[0]):
            declared = document()["paths"][where].get(method.lower())
            return (where, declared) if declared else None
    return None


@cache
def _validator(method: str, where: str, status: str, kind: str) -> Any:
    schema = document()["paths"][where][method.lower()]["responses"][status]["content"][kind]["schema"]
    whole = {**schema, "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _strict(found: dict[str, Any]) -> dict[str, Any]:
    schemas = {name: one if name == "Problem" else _closed(one) for name, one in found["components"]["schemas"].items()}
    for operations in found["paths"].values():
        for one in operations.values():
            for answer in one["responses"].values():
                for kind, content in answer.get("content", {}).items():
                    if kind == "application/problem+json":
                        content["schema"] |= {"unevaluatedProperties": False}
    return {**found, "components": {**found["components"], "schemas": schemas}}


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **closed} if isinstance(schema.get("properties"), dict) else closed
