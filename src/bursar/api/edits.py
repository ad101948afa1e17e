"""What an edit looks like as JSON, written from the edits of the core."""

from typing import Any, Final

from bursar.core.edit import KINDS, Edit, fields_of
from bursar.core.field import MOST_SEATS, MOST_TEXT, MOST_UNITS

_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": MOST_TEXT, "pattern": r"\S"}
_ID: Final = {"type": "string", "format": "uuid"}
_DAY: Final = {"type": "string", "format": "date"}
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "product": _TEXT,
    "plan": _TEXT,
    "cycle": _TEXT,
    "reason": {"type": "string", "maxLength": MOST_TEXT, "pattern": r"^$|\S"},
    "seats": {"type": "integer", "minimum": 1, "maximum": MOST_SEATS},
    "units": {"type": "integer", "minimum": 1, "maximum": MOST_UNITS},
    "span": {
        "type": "object",
        "description": "Days from the first one up to but not including the last one.",
        "required": ["start", "end"],
        "properties": {"start": _DAY, "end": _DAY},
        "additionalProperties": False,
    },
    "until": {**_DAY, "description": "The last day."},
    "expected": {
        "type": "object",
        "description": "What the caller believes to be in force; where it is not so, nothing is done (409, stale).",
        "minProperties": 1,
        "properties": {
            "seats": {"type": "integer", "minimum": 1, "maximum": MOST_SEATS},
            "units": {"type": "integer", "minimum": 1, "maximum": MOST_UNITS},
            "plan": _TEXT,
            "cycle": _TEXT,
        },
        "additionalProperties": False,
    },
    "release": {"type": "array", "items": _ID, "description": "Members who give their seats up."},
    "change": {**_ID, "description": "A scheduled change."},
    "on": {
        "anyOf": [{"enum": ["now", "renewal"]}, _DAY],
        "description": "The vendor's to give; without it the policy's timing decides.",
    },
    "price": {
        "type": "string",
        "pattern": r"^[0-9]{1,9}(\.[0-9]{1,12})?$",
        "description": "The vendor's to give: the rate for one seat, unit or account and a whole billing period.",
        "examples": ["12.00"],
    },
}


def schemas() -> dict[str, Any]:
    """The schema of an edit, and of each kind of edit, by name."""
    kinds = {kind.__name__: _schema(name, kind) for name, kind in KINDS.items()}
    mapping = {name: f"#/components/schemas/{kind.__name__}" for name, kind in KINDS.items()}
    edit = {
        "description": "One thing to be different.",
        "oneOf": [{"$ref": where} for where in mapping.values()],
        "discriminator": {"propertyName": "edit", "mapping": mapping},
        "examples": [{"edit": "set_seats", "product": "support", "seats": 12}],
    }
    return {"Edit": edit, **kinds}


def _schema(name: str, kind: type[Edit]) -> dict[str, Any]:
    fields, optional = fields_of(kind)
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip(),
        "required": ["edit", *(field for field in fields if field not in optional)],
        "properties": {"edit": {"const": name}, **{field: _field(field, field in optional) for field in fields}},
        "additionalProperties": False,
    }


def _field(name: str, optional: bool) -> dict[str, Any]:
    """A field; one that may be left out may be null as well."""
    if not optional:
        return _FIELDS[name]
    said = {key: value for key, value in _FIELDS[name].items() if key == "description"}
    rest = {key: value for key, value in _FIELDS[name].items() if key != "description"}
    return {"anyOf": [rest, {"type": "null"}], **said}
