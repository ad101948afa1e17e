"""Forms that were refused before they were acted on: the page shows what was typed, to be sent again by a click.

Every form of the pages uses it: forms that come too late or too often, after the session has ended, or about
something that is gone. A form of another site is shown as text, never as a form, and is never kept.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from time import time
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from allauth.core import ratelimit
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from bursar.accounts.queries import customer, memberships
from bursar.catalog.queries import NoCatalog, current
from bursar.core.messages.problem import NotFound
from bursar.core.policy.staff import can_act_on
from bursar.i18n.edits import product_name
from bursar.identity.models import Person
from bursar.identity.sealing import seal, unseal
from bursar.identity.staff import colleague

KEY: Final = "unsent"
KEPT_FOR: Final = timedelta(hours=1)
MOST_KEPT: Final = 20_000
"""The longest form that is kept until its sender signs in again. Unit: characters."""
SECRET: Final = re.compile("password|code|credential|token|secret|csrf|otp", re.IGNORECASE)
"""Names of fields with secrets; they are neither shown nor kept."""


@dataclass(frozen=True, slots=True)
class TypedField:
    """A field that somebody typed into; `rows` is above 1 where it has several lines."""

    name: str
    label: str
    value: str
    rows: int


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that was refused: where it was sent, what was typed, and what was chosen beside it."""

    path: str
    text_fields: tuple[TypedField, ...]
    choices: tuple[tuple[str, str], ...]


def sent_form(request: HttpRequest) -> Unsent | None:
    """Return the form that a request sends, if something was typed into it; None for a preview."""
    # A preview sends the whole form after each key; only what somebody meant to send is worth keeping.
    if request.method != "POST" or "HX-Request" in request.headers:
        return None
    try:
        pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    # The browser went away while it sent the form, or it has more fields than Django reads.
    except (UnreadablePostError, SuspiciousOperation):
        return None
    return _read_form(request.path, pairs)


def is_from_our_page(request: HttpRequest) -> bool:
    """Return true if the browser says that a form comes from a page of ours."""
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    origin = urlsplit(sender)
    trusted = f"{origin.scheme}://{origin.netloc}" in settings.CSRF_TRUSTED_ORIGINS
    return bool(origin.netloc) and (trusted or origin.netloc == request.get_host())


def keep_form(request: HttpRequest) -> bool:
    """Keep the form of a request in the browser's session, sealed; return true if it was kept.

    Only forms that have passed the check for forgery come here. How many a network address may have kept is limited,
    since nobody need be signed in for it.
    """
    form = sent_form(request)
    if form is None:
        return False
    pairs = [*form.choices, *((field.name, field.value) for field in form.text_fields)]
    # Real time, also for a sandbox: what expires belongs to the session, not to the account.
    content = json.dumps({"path": form.path, "pairs": pairs, "until": time() + KEPT_FOR.total_seconds()})
    if len(content) > MOST_KEPT or not ratelimit.consume(request, action="keep_unsent"):
        return False
    request.session[KEY] = seal(content)
    if not request.user.is_authenticated:
        # The session of a visitor is short; signing in gives it the length of any other.
        request.session.set_expiry(KEPT_FOR)
    return True


def kept_form(request: HttpRequest) -> Unsent | None:
    """Return the kept form of the person who is signed in; drop it if it is too old or not theirs to see."""
    if KEY not in request.session or not isinstance(request.user, Person):
        return None
    try:
        content = json.loads(unseal(request.session[KEY]))
    except (InvalidToken, ValueError):
        # Damaged, or sealed with a key that was replaced: as good as expired.
        content = {"until": 0}
    # Whoever signs in need not be the person who typed: what was typed shows only to people of that account.
    if content["until"] < time() or not _may_reach(request.user, content["path"]):
        drop_form(request)
        return None
    return _read_form(content["path"], [(name, value) for name, value in content["pairs"]])


def drop_form(request: HttpRequest) -> None:
    """Forget the form that is kept."""
    request.session.pop(KEY, None)


def _read_form(path: str, pairs: list[tuple[str, str]]) -> Unsent | None:
    labels, text_fields, choices = _labels(), list[TypedField](), list[tuple[str, str]]()
    for name, value in pairs:
        value = value.replace("\0", "")
        if SECRET.search(name):
            continue
        label = _label_of(labels, name)
        if label and value.strip():
            # Reasons and recipients have a large field on their own pages too.
            rows = 3 if name in ("reason", "recipients") or "\n" in value else 1
            text_fields.append(TypedField(name, label, value, rows))
        else:
            choices.append((name, value))
    return Unsent(path, tuple(text_fields), tuple(choices)) if text_fields else None


def _label_of(labels: dict[str, str], name: str) -> str:
    """Return the label of a field that people type into; an empty text for a choice."""
    for part in _name_parts(name):
        if part in labels and part.endswith("_"):
            return f"{labels[part]} ({_product(name.removeprefix(part))})"
        if part in labels:
            return labels[part]
    return ""


def _product(code: str) -> str:
    """Return the name of the product that a field is about; its code while nothing is sold."""
    try:
        return product_name(current(), code)
    except NoCatalog:
        return code


def _name_parts(name: str) -> Iterator[str]:
    """Yield the name of a field, and what stands in it before a product or after an address."""
    yield name
    yield name.partition("_")[0] + "_"
    yield name.removeprefix("sold_to_").removeprefix("bill_to_")


def _labels() -> dict[str, str]:
    """Return the labels by the names of fields, or by their beginning where a product follows."""
    return {
        "reason": _("Why"),
        "name": _("Name"),
        "email": _("Email"),
        "login": _("Email"),
        "needed_by": _("By which day is it needed? (optional)"),
        "day": _("Day"),
        "to": _("Move it to"),
        "until": _("Until (the last day)"),
        "seats": _("Seats that they may add"),
        "amount": _("Amount"),
        "tax_rate": _("Tax rate in percent"),
        "time_zone": _("Time zone"),
        "owner_name": _("Owner"),
        "owner_email": _("Email of the owner"),
        "representative_name": _("Representative"),
        "representative_email": _("Email of the representative"),
        "street": _("Street and number"),
        "postal_code": _("Postal code"),
        "city": _("City"),
        "vat_id": _("VAT id"),
        "purchase_order": _("Purchase order"),
        "recipients": _("Who receives invoices"),
        "quantity_": _("Quantity"),
        "seats_": _("Seats"),
        "units_": _("Units"),
        "temporary_": _("Temporary seats"),
        "first_": _("First day"),
        "last_": _("Last day"),
        "price_": _("Agreed price"),
    }


def _may_reach(person: Person, path: str) -> bool:
    """Return true if an address is about no account, or about an account that the person reaches."""
    try:
        account_id: Any = resolve(path).kwargs.get("account_id")
    except Resolver404:
        return False
    if not isinstance(account_id, UUID) or any(
        own_account_id == account_id for own_account_id, _member, _name in memberships(person.pk)
    ):
        return True
    staff_member = colleague(person.pk)
    try:
        return staff_member is not None and can_act_on(
            sandbox_staff=staff_member.sandbox, sandbox=customer(account_id).sandbox
        )
    except NotFound:
        return False
