"""The schemas of edits in the OpenAPI document, made from the edits of the core."""

from typing import Any, Final

from pydantic import TypeAdapter

from bursar.core.subscription.edit import KINDS, fields_of

_REF: Final = "#/components/schemas/"


def schemas() -> dict[str, Any]:
    """The schema of an edit, of each kind of edit, and of what they consist of, by name."""
    mapping = {name: _REF + kind.__name__ for name, kind in KINDS.items()}
    edit = {
        "description": "One thing to be different.",
        "oneOf": [{"$ref": where} for where in mapping.values()],
        "discriminator": {"propertyName": "edit", "mapping": mapping},
        "examples": [{"edit": "set_seats", "product": "support", "seats": 12}],
    }
    found: dict[str, Any] = {"Edit": edit}
    for name, kind in KINDS.items():
        schema = TypeAdapter(kind).json_schema(ref_template=_REF + "{model}")
        found |= schema.pop("$defs", {})
        found[kind.__name__] = _named(name, schema)
    return found


def _named(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a kind with its name; a field that may be left out may be null as well."""
    required = schema.get("required", [])
    fields = {field: schema["properties"][field] for field in fields_of(name)}
    either = {field: value if field in required else _or_null(value) for field, value in fields.items()}
    return {**schema, "required": ["edit", *required], "properties": {"edit": {"const": name}, **either}}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    beside = {key: value for key, value in schema.items() if key == "description"}
    rest = {key: value for key, value in schema.items() if key not in ("description", "default")}
    null = {"type": "null"}
    return {"anyOf": rest["anyOf"] if null in rest.get("anyOf", ()) else [rest, null], **beside}
