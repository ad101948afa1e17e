"""The keys of the vendor's programs: what each is for, when it was used, and revoking it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bursar.accounts.keys import KeyRow, keys, revoke_key
from bursar.center.visit import to
from bursar.core.policy.staff import MANAGING
from bursar.desk.visit import Shift, at_desk, shown
from bursar.i18n import money


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show all keys, the oldest first."""
    shift = _shift_with_keys(request)
    return shown(request, shift, "desk_keys", "keys", {"keys": [_shown(key, shift) for key in keys()]})


@require_POST
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Revoke a key."""
    shift = _shift_with_keys(request)
    revoke_key(key_id, now=shift.now)
    messages.success(request, _("The key holds no longer."))
    return to("desk_keys")


def _shift_with_keys(request: HttpRequest) -> Shift:
    """Return the shift of staff who may manage keys; for others there is no such page. Errors: SignInFirst, Http404."""
    shift = at_desk(request)
    if shift.colleague.sandbox or not shift.may(MANAGING):
        raise Http404
    return shift


def _shown(key: KeyRow, shift: Shift) -> dict[str, object]:
    ended = key.expires_at is not None and key.expires_at <= shift.now
    return {
        "id": key.id,
        "name": key.name,
        "made": money.day(key.created_at.date()),
        "used": money.day(key.last_used_at.date()) if key.last_used_at else "",
        "reads_only": key.reads_only,
        "members": key.scope == "members",
        "account": key.account_id,
        "until": money.day(key.expires_at.date()) if key.expires_at else "",
        "holds": key.revoked_at is None and not ended,
        "revoked": money.day(key.revoked_at.date()) if key.revoked_at else "",
    }
