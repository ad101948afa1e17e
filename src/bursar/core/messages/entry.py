"""The types of entries in catalogs and policies, each with the problem by which it refuses a wrong value."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema

from bursar.core.messages.document import (
    MOST_TEXT,
    BadDocument,
    MissingEntry,
    NotCode,
    NotKnown,
    NotList,
    NotTable,
    NotText,
    NotTrueOrFalse,
    NotWhole,
    Repeated,
    UnknownEntry,
    excerpt,
)
from bursar.core.messages.schema import Refuses, place, problem_of, refused

T = TypeVar("T")


class Table:
    """A dataclass read from a table of a document, with every required entry and no unknown entry.

    Errors: NotTable, UnknownEntry, MissingEntry.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(source)
        described: Any = handler.resolve_ref_schema(inner)
        # A document uses a field's alias where it has one: a price's `rate` is written as `amount`.
        fields = {
            field.get("validation_alias", field["name"]): field["schema"] for field in described["schema"]["fields"]
        }
        required = tuple(name for name, schema in fields.items() if schema["type"] != "default")
        known = (*required, *(name for name in fields if name not in required))

        def check(value: object) -> object:
            if not isinstance(value, Mapping):
                raise refused(NotTable)
            # Unknown entries first: a mistyped name is then named itself, and not the right one as missing.
            for entry in value:
                if entry not in known:
                    raise refused(UnknownEntry, entry=excerpt(entry), known=", ".join(known))
            for entry in required:
                if entry not in value:
                    raise refused(MissingEntry, entry=entry)
            return value

        # Within the schema of the dataclass, and not around it: pydantic makes that once, and refers to it elsewhere.
        described["schema"] = core_schema.no_info_before_validator_function(check, described["schema"])
        return inner


class Listed:
    """A list of entries. Errors: NotList, and `none`, if it is given, for an empty list.

    `exactly` is the number of entries in the published schema; the caller checks it, since it can name a missing entry.
    """

    def __init__(self, none: type[BadDocument] | None = None, exactly: int | None = None) -> None:
        self._none, self._exactly = none, exactly

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: object, inside: Callable[[object], Any]) -> Any:
            if not isinstance(value, list | tuple):
                raise refused(NotList)
            entries = inside(value)
            if not entries and self._none:
                raise refused(self._none)
            return entries

        return core_schema.no_info_wrap_validator_function(read, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        least, most = self._exactly or (1 if self._none else None), self._exactly
        bounds = {"minItems": least, "maxItems": most}
        return {**handler(core), **{name: bound for name, bound in bounds.items() if bound is not None}}


class Within:
    """A whole number within bounds. Errors: NotWhole."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        whole = core_schema.int_schema(strict=True, ge=self._least, le=self._most)
        return Refuses(NotWhole, least=self._least, most=self._most).over(whole)


class OneOf:
    """A word out of several. Errors: NotKnown, which names them."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = tuple(known)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        words = core_schema.literal_schema(list(self._known)) if source is str else handler(source)
        return Refuses(NotKnown, known=", ".join(self._known)).over(words)


class SomeOf:
    """A set of words, each at most once, written in the order in which they are known.

    Errors: NotList, NotKnown, Repeated.
    """

    def __init__(self, word: Any, known: Iterable[str]) -> None:
        self._word, self._known = word, tuple(known)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        words = Annotated[tuple[self._word, ...], Listed()]  # type: ignore[name-defined]
        return WrittenAs(words, _without_repeats, self._sorted).__get_pydantic_core_schema__(source, handler)

    def _sorted(self, words: frozenset[str]) -> tuple[str, ...]:
        # A set has no order of its own; a document that is read and written again stays the same text.
        return tuple(word for word in self._known if word in words)


class WrittenAs:
    """A value that a document writes in another `shape`; `read` makes the value of it and `write` goes back."""

    def __init__(self, shape: Any, read: Callable[[Any], Any], write: Callable[[Any], Any]) -> None:
        self._shape, self._read, self._write = shape, read, write

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        stated = handler.generate_schema(self._shape)
        writing = core_schema.plain_serializer_function_ser_schema(self._write, return_schema=stated)
        return core_schema.no_info_after_validator_function(self._read, stated, serialization=writing)


def _without_repeats(words: tuple[str, ...]) -> frozenset[str]:
    for number, word in enumerate(words):
        if word in words[:number]:
            raise refused(Repeated, f"[{number}]", found=word)
    return frozenset(words)


def by_code(entries: Iterable[Any]) -> dict[str, Any]:
    """Return entries by their codes. Errors: Repeated."""
    entries_by_code: dict[str, Any] = {}
    for number, entry in enumerate(entries):
        if entry.code in entries_by_code:
            raise refused(Repeated, f"[{number}].code", found=entry.code)
        entries_by_code[entry.code] = entry
    return entries_by_code


def without_default(schema: dict[str, Any]) -> None:
    """Leave the default out of a schema where a document could not state it."""
    del schema["default"]


def read_table(adapter: TypeAdapter[T], document: object, at: str) -> T:
    """Return the value in a document; every message gives the file `at` before the place.

    Errors: BadDocument and the problems derived from it.
    """
    try:
        return adapter.validate_python(document)
    except ValidationError as error:
        # The first fault alone: later ones are often its consequences.
        fault = error.errors(include_url=False)[0]
        inside = place("", fault["loc"]).removeprefix(".")
        problem = problem_of({**fault, "loc": ()}, ": ".join(filter(None, (at, inside))) or "document", excerpt)
        # Every type of an entry names its own problem, so none of pydantic's errors can arrive here.
        assert problem is not None, fault["type"]
        raise problem from None


def _trimmed(value: str) -> str:
    """Return a text without blanks around it. Errors: ValueError for an empty text, or the NUL that PostgreSQL refuses."""
    if "\0" in value or not value.strip():
        raise ValueError("no text")
    return value.strip()


CODE: Final = r"^[a-z][a-z0-9_]{0,62}$"
Code = Annotated[str, StringConstraints(strict=True, pattern=CODE), Refuses(NotCode), Field(examples=["support"])]
Word = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=MOST_TEXT, pattern=r"\S"),
    AfterValidator(_trimmed),
    Refuses(NotText, most=MOST_TEXT),
]
Words = Annotated[tuple[Word, ...], Listed()]
# Strict: pydantic would take 1, "yes" and "on" for true.
Flag = Annotated[bool, Field(strict=True), Refuses(NotTrueOrFalse)]
