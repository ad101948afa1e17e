"""Fields of the forms on pages: each reads what was typed, and says beside the control what is wrong."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from bursar.columns.address import MOST_ADDRESS, BadAddress, sendable

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_NAME: Final = 200
Label: TypeAlias = "str | _StrPromise"
"""A text, or one that is translated when it is shown."""


class TextControl(forms.TextInput):
    """A control to type into; the component `c-field` draws it. Blanks around a text and NUL are never meant."""

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> str:
        """Return what was typed, each end of a line as one character, as a browser counts it."""
        return str(data.get(name, "")).replace("\0", "").replace("\r\n", "\n").strip()


class TextField(forms.CharField):
    """A text of limited length; it must be given if there is an `error_if_missing`."""

    def __init__(
        self, label: Label = "", *, error_if_missing: Label = "", max_length: int = MOST_NAME, **control: Any
    ) -> None:
        super().__init__(
            label=label,
            required=bool(error_if_missing),
            max_length=max_length,
            help_text=control.pop("help", ""),
            widget=TextControl(control),
            error_messages={"required": error_if_missing, "max_length": _("At most %(limit_value)d characters.")},
        )


class ParsedField(forms.Field):
    """A text that is parsed into a value; where that gives None or a parse error, the field says `error_if_wrong`."""

    def __init__(
        self,
        label: Label,
        parse: Callable[[str], Any],
        *,
        error_if_wrong: Label = "",
        parse_errors: tuple[type[Exception], ...] = (),
        optional: bool = False,
        **control: Any,
    ) -> None:
        super().__init__(
            label=label, required=not optional, help_text=control.pop("help", ""), widget=TextControl(control)
        )
        self.parse, self.error_if_wrong, self.parse_errors = parse, error_if_wrong, parse_errors

    # Not `to_python`: an empty field that is required gets the same sentence as a wrong text.
    def clean(self, value: str) -> Any:
        """Return the value, None for an optional field that is empty. Errors: ValidationError."""
        if not value and not self.required:
            return None
        try:
            parsed = self.parse(value)
        except self.parse_errors:
            parsed = None
        if parsed is None:
            raise ValidationError(self.error_if_wrong, code="invalid")
        return parsed


class EmailField(ParsedField):
    """An address that email can be sent to, as it was typed."""

    def __init__(self, label: Label, *, optional: bool = False, **control: Any) -> None:
        super().__init__(
            label,
            read_email,
            error_if_wrong=_("Give an email address such as ada@example.com."),
            parse_errors=(BadAddress,),
            optional=optional,
            type="email",
            maxlength=MOST_ADDRESS,
            **control,
        )

    def clean(self, value: str) -> str:
        """Return the address, an empty text for an optional field that is empty. Errors: ValidationError."""
        # Addresses are stored as texts, and none is an empty text rather than NULL.
        return super().clean(value) or ""


class SelectField(forms.ChoiceField):
    """A choice of one code from a list. A form may pass `choices` for it when it is made."""

    def __init__(
        self,
        label: Label = "",
        *,
        error_if_wrong: Label,
        optional: bool = False,
        help: Label = "",
        initial: str = "",
        choices: Any = (),
    ) -> None:
        super().__init__(
            label=label,
            required=not optional,
            help_text=help,
            initial=initial,
            choices=choices,
            error_messages={"required": error_if_wrong, "invalid_choice": error_if_wrong},
        )


class CheckboxField(forms.BooleanField):
    """A box to tick; it must be ticked if there is an `error_if_missing`. The component `c-check` draws it."""

    def __init__(self, label: Label = "", *, error_if_missing: Label = "") -> None:
        super().__init__(label=label, required=bool(error_if_missing), error_messages={"required": error_if_missing})


class PageForm(forms.Form):
    """A form of a page. `posted` is what was sent; `initial` fills a form in that was not sent yet."""

    def __init__(
        self,
        posted: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        choices: Mapping[str, Iterable[tuple[str, Label]]] | None = None,
    ) -> None:
        super().__init__(posted, initial=dict(initial or {}))
        for name, offered in (choices or {}).items():
            field = self.fields[name]
            assert isinstance(field, SelectField)
            field.choices = list(offered)

    def error_of(self, name: str) -> str:
        """Return the first sentence that says what is wrong with a field, an empty text if nothing is."""
        return str(next(iter(self.errors.get(name, ())), ""))

    def number_of_choices(self, name: str) -> int:
        """Return how many choices a field offers."""
        field = self.fields[name]
        assert isinstance(field, SelectField)
        # The widget knows them as a list; a field may have a function instead.
        return len(list(field.widget.choices))

    @property
    def status(self) -> int:
        """Return the status of the page that shows the form: 422 if something in it is wrong."""
        # 422 and not 200, so that logs and tests can tell a form that was sent back from a page that was opened.
        return 422 if self.errors else 200


def posted_fields(request: HttpRequest) -> QueryDict | None:
    """Return the form that a request sends; None for a GET of the page."""
    return request.POST if request.method == "POST" else None


def read_whole_number(text: str, least: int, most: int) -> int | None:
    """Return the whole number that was typed; None for anything else and beyond the bounds."""
    # Turning thousands of digits into a number takes time that an attacker would spend for us.
    if not (text.isascii() and text.isdecimal()) or len(text.lstrip("0")) > len(str(most)):
        return None
    number = int(text.lstrip("0") or 0)
    return number if least <= number <= most else None


def read_email(text: str) -> str:
    """Return a typed address. Errors: BadAddress."""
    sendable(text)
    return text


def read_search(text: str) -> str:
    """Return what somebody searches for. PostgreSQL refuses NUL in a text, even in a search."""
    return text.replace("\0", "").strip()


def read_offset(text: str) -> int:
    """Return the number of rows that come before a page of a list; 0 if the address names none."""
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def read_uuid(text: str) -> UUID | None:
    """Return the id that an address or a form names; None if it names none."""
    try:
        return UUID(text)
    except ValueError:
        return None
