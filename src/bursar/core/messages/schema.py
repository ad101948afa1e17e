"""Read JSON as the dataclass that describes it, and refuse a wrong value with a problem of Bursar's own.

The types of the fields, with their metadata, are the only description: values are read and written by it, and the
OpenAPI document is made from it. Pydantic's own English errors reach nobody.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from bursar.core.messages.problem import Problem

_REFUSED = "refused"


def refused(problem: type[Problem], within: str = "", **params: Any) -> PydanticCustomError:
    """Return the error by which a validator refuses a value; `within` is the place inside the value, such as ".end"."""
    # Pydantic demands a message; `problem_of` makes the one that people read.
    return PydanticCustomError(_REFUSED, "{problem}", _context(problem, within, params))


class Refuses:
    """Refuse a wrong value with this problem, whatever is wrong with it."""

    def __init__(self, problem: type[Problem], **params: Any) -> None:
        self._context = _context(problem, "", params)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return self.over(handler(source))

    def over(self, schema: CoreSchema) -> CoreSchema:
        """Return a schema that refuses with this problem every value that the given schema refuses."""
        return core_schema.custom_error_schema(
            schema,
            custom_error_type=_REFUSED,
            custom_error_message="{problem}",
            custom_error_context=self._context,
        )


class RefusesAll(Refuses):
    """Refuse a wrong list or object with this problem, but a wrong entry inside it with the entry's own."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: Any, inside: Callable[[Any], Any]) -> Any:
            try:
                return inside(value)
            except ValidationError as error:
                # A wrong entry has a problem of its own, which names the place more exactly.
                if any(not is_about_whole_value(fault) for fault in error.errors(include_url=False)):
                    raise
                raise PydanticCustomError(_REFUSED, "{problem}", self._context) from None

        return core_schema.no_info_wrap_validator_function(read, handler(source))


class LeftOut:
    """A field that may be left out, and then is None; null is refused."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # The schema of `T | None` takes null; the one inside it does not.
        inner: CoreSchema = handler(source)["schema"]
        return inner


def is_about_whole_value(fault: ErrorDetails) -> bool:
    """Return true if the value itself is wrong or has wrong entry names; false if the value of an entry is wrong."""
    return not fault["loc"] or (len(fault["loc"]) == 1 and (is_unknown(fault) or fault["type"] == "missing"))


def is_unknown(fault: ErrorDetails) -> bool:
    """Return true if the entry's name is unknown."""
    # The second is pydantic's word for a name that is no text.
    return fault["type"] in ("unexpected_keyword_argument", "invalid_key")


def first_fault(error: ValidationError) -> ErrorDetails:
    """Return the fault to report: an unknown entry before all others, else the first in the order of the fields."""
    faults = error.errors(include_url=False)
    return next((fault for fault in faults if is_unknown(fault)), faults[0])


def problem_of(fault: ErrorDetails, at: str, excerpt: Callable[[object], str]) -> Problem | None:
    """Return the problem by which a value was refused, with its place; None for one of pydantic's own errors.

    `excerpt` shortens the refused value for the message.
    """
    if fault["type"] != _REFUSED:
        return None
    context = fault["ctx"]
    params = {"at": place(at, fault["loc"]) + context["within"], "found": excerpt(fault["input"])}
    # The type's own parameters win: some say in words what was found.
    problem: Problem = context["problem"](**params | context["params"])
    return problem


def place(at: str, loc: tuple[int | str, ...]) -> str:
    """Return a place in a document as people read it, such as `edits[2].span.end`."""
    return at + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)


def _context(problem: type[Problem], within: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"problem": problem, "within": within, "params": params}
