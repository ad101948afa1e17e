"""The OpenAPI document is complete, current and valid."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs

from bursar.api.__main__ import PAGE, openapi_text
from bursar.api.failures import FAILURES
from bursar.catalog import document as catalog
from bursar.core.subscription.edit import KINDS, read_edit, write_edit
from bursar.policy import document as policy
from openapi_check import document

ROOT = Path(__file__).resolve().parents[2]


def test_the_kept_copy_is_current() -> None:
    kept = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    assert kept == openapi_text(), "docs/openapi.json is out of date: python -m bursar.api"


def test_every_operation_says_what_it_is_how_it_answers_and_how_it_fails() -> None:
    assert {one["operationId"] for _, one in operations()} == set(FAILURES)
    for where, one in operations():
        assert one["description"], where
        successes = [answer for status, answer in one["responses"].items() if status < "300"]
        assert successes, where
        for answer in successes:
            schemas = [content["schema"] for content in answer.get("content", {}).values()]
            assert all("$ref" in schema or "anyOf" in schema for schema in schemas), where
        for status, answer in one["responses"].items():
            if status >= "400":
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema["properties"]["code"]["enum"], (where, status)
                assert answer["description"], (where, status)


def test_every_reference_has_its_schema_and_every_schema_is_referred_to() -> None:
    schemas = set(document()["components"]["schemas"])
    referred = {reference.rsplit("/", 1)[-1] for reference in references(document())}
    assert referred == schemas


def test_every_schema_is_a_valid_one() -> None:
    for schema in document()["components"]["schemas"].values():
        jsonschema_rs.meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})


def test_every_example_is_what_its_schema_says() -> None:
    components = document()["components"]
    for name, schema in components["schemas"].items():
        validator = jsonschema_rs.Draft202012Validator({**schema, "components": components}, validate_formats=True)
        for example in schema.get("examples", ()):
            assert validator.is_valid(example), (name, example)
    bodies = [
        one["requestBody"]["content"]["application/json"]["schema"] for _, one in operations() if "requestBody" in one
    ]
    for schema in bodies:
        assert components["schemas"][schema["$ref"].rsplit("/", 1)[-1]].get("examples"), schema


def test_an_edit_that_the_core_writes_is_one_of_the_document() -> None:
    whole = {"$ref": "#/components/schemas/Edit", "components": document()["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    filled = {"product": "support", "plan": "team", "cycle": "annual", "seats": 3, "units": 4, "on": "2026-01-31"}
    ids = {"change": "01900000-0000-7000-8000-000000000001", "release": ["01900000-0000-7000-8000-000000000001"]}
    days = {"span": {"start": "2026-01-10", "end": "2026-01-20"}, "until": "2026-01-31"}
    believed = {"expected": {"seats": 2, "plan": "team"}}
    values = {**filled, **ids, **days, **believed, "price": "12.00", "reason": "we close"}
    for name, kind in KINDS.items():
        schema = document()["components"]["schemas"][kind.__name__]
        edit: dict[str, Any] = {field: values[field] for field in schema["properties"] if field != "edit"}
        written = write_edit(read_edit({"edit": name, **edit}, "edit"))
        assert written == {"edit": name, **edit}
        assert validator.is_valid(written), written
        assert not validator.is_valid({**written, "extra": 1}), written


def test_the_examples_of_a_catalog_and_a_policy_can_be_published() -> None:
    schemas = document()["components"]["schemas"]
    assert catalog.write(catalog.read(schemas["Catalog"]["examples"][0], 1))
    assert policy.write(policy.read(schemas["Policy"]["examples"][0], 1))


def test_the_catalog_and_the_policy_of_the_demo_are_what_the_document_says() -> None:
    for name, file in (("Catalog", "catalogs/demo.toml"), ("Policy", "policies/standard.toml")):
        whole = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
        found = json.loads(json.dumps(tomllib.loads((ROOT / file).read_text(encoding="utf-8"))))
        jsonschema_rs.Draft202012Validator(whole).validate(found)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, one in methods.items():
            yield f"{method.upper()} {path}", one


def references(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if isinstance(found.get("$ref"), str):
            yield found["$ref"]
        yield from (reference for value in found.values() for reference in references(value))
    elif isinstance(found, list):
        yield from (reference for value in found for reference in references(value))
