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
    """Every key, the oldest first."""
    shift = _keeper(request)
    return shown(request, shift, "desk_keys", "keys", {"keys": [_shown(key, shift) for key in keys()]})


@require_POST
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Let a key hold no longer."""
    shift = _keeper(request)
    revoke_key(key_id, now=shift.now)
    messages.success(request, _("The key holds no longer."))
    return to("desk_keys")


def _keeper(request: HttpRequest) -> Shift:
    """The shift of whoever may manage keys; for others there is no such page. Errors: SignInFirst, Http404."""
    shift = at_desk(request)
    if shift.colleague.sandbox or not shift.may(MANAGING):
        raise Http404
    return shift


def _shown(one: KeyRow, shift: Shift) -> dict[str, object]:
    ended = one.expires_at is not None and one.expires_at <= shift.now
    return {
        "id": one.id,
        "name": one.name,
        "made": money.day(one.created_at.date()),
        "used": money.day(one.last_used_at.date()) if one.last_used_at else "",
        "reads_only": one.reads_only,
        "members": one.scope == "members",
        "account": one.account_id,
        "until": money.day(one.expires_at.date()) if one.expires_at else "",
        "holds": one.revoked_at is None and not ended,
        "revoked": money.day(one.revoked_at.date()) if one.revoked_at else "",
    }
