"""Complete the OpenAPI document: the errors and headers of each operation, and the bodies of catalog and policy."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from bursar.api.call import MOST_KEY_CHARACTERS, UnknownActor
from bursar.api.failures import ALWAYS, FAILURES, Kinds
from bursar.api.problems import codes, status_of
from bursar.api.schema import answers, edits, parts, published
from bursar.catalog.document import CatalogDocument
from bursar.checkout import Declined, Stale
from bursar.columns.address import MOST_ADDRESS
from bursar.core.messages.problem import Problem
from bursar.core.ordering.ceilings import ConfirmationNeeded
from bursar.core.ordering.conflicts import PendingChange, WouldBreak
from bursar.core.policy.member import InvitedMember, SuspendedMember
from bursar.core.policy.publishing import TypesInUse
from bursar.core.policy.refusal import Refused
from bursar.history.queries import OtherBody
from bursar.policy.description import NewPolicy, PolicyDocument

Document = dict[str, Any]

ABOUT: Final = """
Subscriptions of accounts: decide who may change what, quote a change, order it, and read what was invoiced.

Send `Authorization: Bearer KEY` with every call. With `Bursar-Actor: EMAIL` the call is made for that member of the
account, and the policy applies; without it the vendor calls, unless the key acts for members only. Errors are problem
details (RFC 9457): their `code` is for programs, their `detail` for people, in French with `Accept-Language: fr`. A
refusal names the people to ask.
Amounts are whole minor units. Days are ISO 8601. A span excludes its end day.
"""
_REF: Final = "#/components/schemas/"
_ASKED: Final = {"type": "array", "items": {"$ref": f"{_REF}Asked"}, "description": "People who can do it or can help."}
PROBLEM: Final = {
    "type": "object",
    "description": "The reason why a call was not carried out. Source: RFC 9457.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:bursar:not_found"]},
        "title": {"type": "string", "description": "The code."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "A stable code for programs."},
        "detail": {"type": "string", "minLength": 1, "description": "One sentence in the language of the call."},
        "request_id": {
            "type": "string",
            "description": "The id of the call in the logs; also in the header `Request-Id`.",
        },
    },
}
_CHANGES: Final = {
    "type": "array",
    "items": {"type": "string", "format": "uuid"},
    "description": "The scheduled changes that stand in the way.",
}
_EXTRA_FIELDS: Final[Mapping[type[Problem], Document]] = {
    Refused: {"capability": {"type": "string"}, "outcome": {"enum": ["by_request", "refused"]}, "ask": _ASKED}
    | {"reason": {"enum": ["account_state", "account_type", "catalog", "role", "limit", "credit"]}},
    SuspendedMember: {"ask": _ASKED},
    InvitedMember: {"ask": _ASKED},
    Declined: {"reason": {"type": "string", "description": "The gateway's code for the reason."}},
    TypesInUse: {
        "count": {"type": "integer", "description": "How many accounts would be left without a type."},
        "accounts": {"type": "array", "items": {"$ref": f"{_REF}Left"}, "description": "The first ten of them."},
    },
    ConfirmationNeeded: {"confirm": {"$ref": f"{_REF}Added"}, "due_today": {"$ref": f"{_REF}Money"}},
    PendingChange: {"changes": _CHANGES},
    WouldBreak: {"changes": _CHANGES},
    Stale: {
        "quote": {
            "$ref": f"{_REF}Quote",
            "description": "A new quote of the same edits; absent if they can no longer be accepted.",
        }
    },
}
"""Further fields of some problems."""
_SENDS_SHORTFALL: Final = ("assign_seat", "count_seats")
_SHORTFALL: Final = {
    "description": "Sent if a scheduled reduction now leaves too few seats: `short` of the product, as JSON.",
    "content": {"application/json": {"schema": {"$ref": f"{_REF}Short"}}},
}
_ACTOR_HEADER: Final = {
    "name": "Bursar-Actor",
    "in": "header",
    "required": False,
    "description": "The email of the member for whom the call is made, percent-encoded where it is not ASCII; without "
    "it the vendor calls. A header that is empty, sent twice or in other bytes is refused.",
    # Percent-encoding makes three characters of a byte.
    "schema": {"type": "string", "minLength": 1, "maxLength": 3 * MOST_ADDRESS},
    "example": "ada@example.com",
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A call sent again with the same key and body gets the same answer and is not carried out again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST_KEY_CHARACTERS},
    "example": "order-7",
}
# Ninja does not see these bodies: their routes read the JSON themselves, to say where a document is wrong.
_BODY_MODELS: Final = {"put_catalog": CatalogDocument, "put_policy": NewPolicy}
_BODY_NAMES: Final = {"put_catalog": "Catalog", "put_policy": "NewPolicy"}
_REFERRED_TO: Final = (PolicyDocument, parts.Asked, published.Left, answers.Quote)
"""Schemas that problems refer to."""
_NOISE: Final[dict[str, Any]] = {"title": str, "default": type(None)}


def complete(document: Document) -> Document:
    """Add to the document all that the routes do not say themselves. Errors: KeyError for an unlisted operation."""
    document["info"]["description"] = ABOUT.strip()
    schemas = document["components"]["schemas"]
    schemas |= _schemas_of(*_BODY_MODELS.values(), *_REFERRED_TO) | edits.schemas() | {"Problem": PROBLEM}
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete(operation)
            _move_answer_schemas(operation, schemas)
    document["components"]["schemas"] = {name: _without_noise(schema) for name, schema in sorted(schemas.items())}
    document["paths"] = _without_noise(document["paths"])
    return document


def _complete(operation: Document) -> None:
    name = operation["operationId"]
    kinds = (*ALWAYS, *FAILURES[name])
    # The problems tell which headers an operation reads, so that the two can never disagree.
    operation["parameters"] += [_ACTOR_HEADER] * (UnknownActor in kinds) + [_IDEMPOTENCY_KEY] * (OtherBody in kinds)
    if name in _BODY_MODELS:
        schema = {"$ref": f"{_REF}{_BODY_NAMES[name]}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "anyOf" in body.get("schema", {}):
        # A body that may be left out is simply not sent: null is not accepted in its place.
        body["schema"] = body["schema"]["anyOf"][0]
    responses = {str(status): response for status, response in operation["responses"].items()}
    if name in _SENDS_SHORTFALL:
        responses["204"]["headers"] = {"Seats-Short": _SHORTFALL}
    operation["responses"] = responses | dict(sorted(_failures(kinds).items()))


def _move_answer_schemas(operation: Document, schemas: Document) -> None:
    """Move the schema of each success to the others, by its name."""
    for answer in operation["responses"].values():
        content = answer.get("content", {}).get("application/json", {})
        # Ninja calls a schema without a name of its own "Response": that of a union, which stays where it is.
        if (name := content.get("schema", {}).get("title", "Response")) != "Response":
            schemas.setdefault(name, content["schema"])
            content["schema"] = {"$ref": _REF + name}


def _without_noise(schema: Any) -> Any:
    """Return the schema without titles that repeat a field's name and without defaults of null."""
    # A field may itself be called `title`: its value is then a schema, and stays.
    if isinstance(schema, dict):
        return {
            key: _without_noise(value) for key, value in schema.items() if not isinstance(value, _NOISE.get(key, ()))
        }
    return [_without_noise(part) for part in schema] if isinstance(schema, list) else schema


def _renamed(schema: Any, titles: Mapping[str, str]) -> Any:
    """Return the schema with references by title in place of class names."""
    if isinstance(schema, dict):
        return {
            key: titles.get(value, value) if key == "$ref" else _renamed(value, titles) for key, value in schema.items()
        }
    return [_renamed(part, titles) for part in schema] if isinstance(schema, list) else schema


def _failures(kinds: Kinds) -> Document:
    """Return the error answers of an operation, by status."""
    by_status: dict[str, list[type[Problem]]] = {}
    for kind in kinds:
        by_status.setdefault(str(status_of(kind)), []).append(kind)
    return {status: _failure(int(status), dict.fromkeys(same_status)) for status, same_status in by_status.items()}


def _failure(status: int, kinds: Iterable[type[Problem]]) -> Document:
    kinds = tuple(kinds)
    sentences = [f"- `{code}`: {kind.template()}" for kind in kinds for code in codes(kind)]
    extra_fields = {name: schema for kind in kinds for name, schema in _EXTRA_FIELDS.get(kind, {}).items()}
    code_values = sorted({code for kind in kinds for code in codes(kind)})
    properties = {"status": {"const": status}, "code": {"enum": code_values}, **extra_fields}
    # A status that other problems share has the fields only sometimes.
    required = sorted(extra_fields) if set(kinds) <= {Refused, Declined} else []
    schema = {"allOf": [{"$ref": f"{_REF}Problem"}], "properties": properties}
    schema |= {"required": required} if required else {}
    return {"description": "\n".join(sentences), "content": {"application/problem+json": {"schema": schema}}}


def _schemas_of(*models: type) -> Document:
    """Return the schemas of models and their parts, by title."""
    schemas: Document = {}
    for model in models:
        schema = TypeAdapter(model).json_schema(ref_template=_REF + "{model}")
        definitions = schema.pop("$defs", {})
        # Pydantic refers to a part by its class; a title is the name that its readers know it by.
        titles = {_REF + name: _REF + part["title"] for name, part in definitions.items()}
        schemas |= {part["title"]: _renamed(part, titles) for part in (*definitions.values(), schema)}
    return schemas
