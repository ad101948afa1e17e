"""Fields of the forms on pages: each reads what was typed, and says beside the control what is wrong."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from bursar.columns.address import MOST_ADDRESS, BadAddress, sendable

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_NAME: Final = 200
Words: TypeAlias = "str | _StrPromise"
"""A text, or one that is translated when it is shown."""


class Typed(forms.TextInput):
    """A control to type into; the component `c-field` draws it. Blanks around a text and NUL are never meant."""

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> str:
        """Return what was typed, each end of a line as one character, as a browser counts it."""
        return str(data.get(name, "")).replace("\0", "").replace("\r\n", "\n").strip()


class Text(forms.CharField):
    """A text of limited length; it must be given if `missing` says so."""

    def __init__(self, label: Words = "", *, missing: Words = "", longest: int = MOST_NAME, **control: Any) -> None:
        super().__init__(
            label=label,
            required=bool(missing),
            max_length=longest,
            help_text=control.pop("help", ""),
            widget=Typed(control),
            error_messages={"required": missing, "max_length": _("At most %(limit_value)d characters.")},
        )


class Parsed(forms.Field):
    """A text that is read as a value; `wrong` says what was expected where `read` returns None or refuses it."""

    def __init__(
        self,
        label: Words,
        read: Callable[[str], Any],
        *,
        wrong: Words = "",
        refusals: tuple[type[Exception], ...] = (),
        optional: bool = False,
        **control: Any,
    ) -> None:
        super().__init__(label=label, required=not optional, help_text=control.pop("help", ""), widget=Typed(control))
        self.read, self.wrong, self.refusals = read, wrong, refusals

    def clean(self, value: str) -> Any:
        """Return the value, None for an optional field that is empty. Errors: ValidationError."""
        if not value and not self.required:
            return None
        try:
            parsed = self.read(value)
        except self.refusals:
            parsed = None
        if parsed is None:
            raise ValidationError(self.wrong, code="invalid")
        return parsed


class Email(Parsed):
    """An address that email can be sent to, as it was typed."""

    def __init__(self, label: Words, *, optional: bool = False, **control: Any) -> None:
        super().__init__(
            label,
            address_typed,
            wrong=_("Give an email address such as ada@example.com."),
            refusals=(BadAddress,),
            optional=optional,
            type="email",
            maxlength=MOST_ADDRESS,
            **control,
        )

    def clean(self, value: str) -> str:
        """Return the address, an empty text for an optional field that is empty. Errors: ValidationError."""
        return super().clean(value) or ""


class OneOf(forms.ChoiceField):
    """Choice of a code from a list; `wrong` asks for a choice. The form may get the list, by the name of the field."""

    def __init__(
        self,
        label: Words = "",
        *,
        wrong: Words,
        optional: bool = False,
        help: Words = "",
        initial: str = "",
        of: Any = (),
    ) -> None:
        super().__init__(
            label=label,
            required=not optional,
            help_text=help,
            initial=initial,
            choices=of,
            error_messages={"required": wrong, "invalid_choice": wrong},
        )


class Ticked(forms.BooleanField):
    """A box to tick; it must be ticked if `missing` says so. The component `c-check` draws it."""

    def __init__(self, label: Words = "", *, missing: Words = "") -> None:
        super().__init__(label=label, required=bool(missing), error_messages={"required": missing})


class PageForm(forms.Form):
    """A form of a page. `sent` is what was sent, and `filled` stands in a form that was not sent yet."""

    def __init__(
        self,
        sent: Mapping[str, Any] | None = None,
        *,
        filled: Mapping[str, Any] | None = None,
        choices: Mapping[str, Iterable[tuple[str, Words]]] | None = None,
    ) -> None:
        super().__init__(sent, initial=dict(filled or {}))
        for name, offered in (choices or {}).items():
            field = self.fields[name]
            assert isinstance(field, OneOf)
            field.choices = list(offered)

    def wrong(self, name: str) -> str:
        """Return the first sentence that says what is wrong with a field, an empty text if nothing is."""
        return str(next(iter(self.errors.get(name, ())), ""))

    @property
    def status(self) -> int:
        """The status of the page that shows the form: 422 if something in it is wrong."""
        return 422 if self.errors else 200


def posted(request: HttpRequest) -> QueryDict | None:
    """Return the form that a request sends; None for a GET of the page."""
    return request.POST if request.method == "POST" else None


def whole_number(typed: str, least: int, most: int) -> int | None:
    """Return the whole number that was typed; None for anything else and beyond the bounds."""
    # Turning thousands of digits into a number takes time that an attacker would spend for us.
    if not (typed.isascii() and typed.isdecimal()) or len(typed.lstrip("0")) > len(str(most)):
        return None
    number = int(typed.lstrip("0") or 0)
    return number if least <= number <= most else None


def address_typed(typed: str) -> str:
    """Return a typed address. Errors: BadAddress."""
    sendable(typed)
    return typed
