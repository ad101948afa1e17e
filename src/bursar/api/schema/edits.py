"""Schemas of edits in the OpenAPI document, made from the edits of the core."""

from typing import Any, Final

from pydantic import TypeAdapter

from bursar.core.subscription.edit import KINDS, fields_of

_REF: Final = "#/components/schemas/"


def schemas() -> dict[str, Any]:
    """Return the schemas of an edit, of each kind of edit and of their parts, by name."""
    mapping = {name: _REF + kind.__name__ for name, kind in KINDS.items()}
    edit = {
        "description": "A wish to change one thing in a subscription.",
        "oneOf": [{"$ref": ref} for ref in mapping.values()],
        "discriminator": {"propertyName": "edit", "mapping": mapping},
        "examples": [{"edit": "set_seats", "product": "support", "seats": 12}],
    }
    schemas_by_name: dict[str, Any] = {"Edit": edit}
    for name, kind in KINDS.items():
        schema = TypeAdapter(kind).json_schema(ref_template=_REF + "{model}")
        schemas_by_name |= schema.pop("$defs", {})
        schemas_by_name[kind.__name__] = _named(name, schema)
    return schemas_by_name


def _named(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a kind with its name; a field that may be left out may be null as well."""
    required = schema.get("required", [])
    fields = {field: schema["properties"][field] for field in fields_of(name)}
    documented = {field: value if field in required else _or_null(value) for field, value in fields.items()}
    return {**schema, "required": ["edit", *required], "properties": {"edit": {"const": name}, **documented}}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    description = {key: value for key, value in schema.items() if key == "description"}
    # The description is about the field and not about one of its alternatives, so it stays outside.
    value = {key: part for key, part in schema.items() if key not in ("description", "default")}
    null = {"type": "null"}
    return {"anyOf": value["anyOf"] if null in value.get("anyOf", ()) else [value, null], **description}
