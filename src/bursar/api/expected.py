"""Word what a schema expected of a body or query, as phrases that can be translated."""

from collections.abc import Mapping
from typing import Any, Final

from bursar.api.schema.bodies import EMAIL
from bursar.core.messages.problem import Phrase, phrase

_BY_TYPE: Final[Mapping[str, Phrase]] = {
    "missing": phrase("a value"),
    "extra_forbidden": phrase("no entry of this name"),
    "bool_type": phrase("true or false"),
    "string_type": phrase("a text"),
    "string_too_short": phrase("a text that is not empty"),
    "string_too_long": phrase("a text of at most {max_length} characters"),
    "literal_error": phrase("one of {expected}"),
    "uuid_type": phrase("an id"),
    "uuid_parsing": phrase("an id"),
    "list_type": phrase("a list"),
    "dict_type": phrase("an object"),
    "model_type": phrase("an object"),
    "model_attributes_type": phrase("an object"),
    "too_long": phrase("at most {max_length} entries"),
    "int_type": phrase("a whole number"),
    "int_parsing": phrase("a whole number"),
    "int_parsing_size": phrase("a whole number"),
    "int_from_float": phrase("a whole number"),
    "greater_than_equal": phrase("a whole number from {ge} on"),
    "less_than_equal": phrase("a whole number up to {le}"),
    "email": phrase("an email address such as ada@example.com"),
    "value_error": phrase("a day such as 2026-01-31"),
}
_BY_PATTERN: Final[Mapping[str, Phrase]] = {EMAIL: phrase("an email address such as ada@example.com")}
_ELSE: Final = phrase("what the API's document says")


def expected(error: Mapping[str, Any]) -> Phrase:
    """Return the phrase for what the schema expected. Shape: an entry of a validation error's list."""
    filled = dict(error.get("ctx", {}))
    if error["type"] == "string_pattern_mismatch":
        return _BY_PATTERN.get(filled["pattern"], _ELSE)
    if "expected" in filled:
        filled["expected"] = str(filled["expected"]).replace(" or ", ", ")
    return Phrase(_BY_TYPE.get(error["type"], _ELSE).template, filled)
