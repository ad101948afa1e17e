"""The keys of the vendor's programs: what each is for, when it was used, and revoking it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bursar.accounts.keys import KeyRow, keys, revoke_key
from bursar.center.navigation import redirect_to
from bursar.core.policy.staff import MANAGE_STAFF
from bursar.desk.visit import DeskVisit, open_desk_visit, render_desk_page
from bursar.i18n import money


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show all keys, the oldest first."""
    visit = _visit_of_key_manager(request)
    return render_desk_page(request, visit, "desk_keys", "keys", {"keys": [_key_row(key, visit) for key in keys()]})


@require_POST
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Revoke a key."""
    visit = _visit_of_key_manager(request)
    revoke_key(key_id, now=visit.now)
    messages.success(request, _("The key is revoked."))
    return redirect_to("desk_keys")


def _visit_of_key_manager(request: HttpRequest) -> DeskVisit:
    """Return the visit of staff who manage keys; for others there is no such page. Errors: SignInNeeded, Http404."""
    visit = open_desk_visit(request)
    # Keys act on live accounts, which do not exist for staff of sandboxes.
    if visit.colleague.sandbox or not visit.may(MANAGE_STAFF):
        raise Http404
    return visit


def _key_row(key: KeyRow, visit: DeskVisit) -> dict[str, object]:
    is_expired = key.expires_at is not None and key.expires_at <= visit.now
    return {
        "id": key.id,
        "name": key.name,
        "created_on": money.day(key.created_at.date()),
        "last_used_on": money.day(key.last_used_at.date()) if key.last_used_at else "",
        "reads_only": key.reads_only,
        "members_only": key.scope == "members",
        "account": key.account_id,
        "expires_on": money.day(key.expires_at.date()) if key.expires_at else "",
        "is_valid": key.revoked_at is None and not is_expired,
        "revoked_on": money.day(key.revoked_at.date()) if key.revoked_at else "",
    }
