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
    # Days are the only fields whose own reader raises a ValueError: `schema.bodies.Day`.
    "value_error": phrase("a day such as 2026-01-31"),
}
"""Phrases by pydantic's types of errors. Pydantic's own sentences are English only and speak of its classes."""
_BY_PATTERN: Final[Mapping[str, Phrase]] = {EMAIL: phrase("an email address such as ada@example.com")}
_OTHERWISE: Final = phrase("what the API's document says")


def expectation(error: Mapping[str, Any]) -> Phrase:
    """Return the phrase for what the schema expected. Shape: an entry of a validation error's list."""
    params = dict(error.get("ctx", {}))
    if error["type"] == "string_pattern_mismatch":
        # A regular expression helps no reader; patterns that people meet have a phrase of their own.
        return _BY_PATTERN.get(params["pattern"], _OTHERWISE)
    if "expected" in params:
        # Pydantic writes "'a', 'b' or 'c'"; the English "or" would stand in a French sentence.
        params["expected"] = str(params["expected"]).replace(" or ", ", ")
    return Phrase(_BY_TYPE.get(error["type"], _OTHERWISE).template, params)
