"""Nothing that somebody typed is lost when it is refused, and who comes second reads so before they fill anything in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.identity.staff import appoint
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "We need “two” <more> for spring"
SHOWN = "We need “two” &lt;more&gt; for spring"


@pytest.fixture
def assisted(vendor: None) -> tuple[ApiClient, str]:
    """An online-assisted account with ten seats."""
    api = ApiClient()
    path = api.account("online_assisted", today="2026-01-11")
    api.take(path, TEAM_10)
    return api, path


def asked(api: ApiClient, path: str, role: str = "admin", many: int = 12) -> str:
    made = api.ok("POST", f"{path}/requests", {"edits": [seats(many)]}, by=email(role))
    return f"{path}/requests/{made['id']}"


def summary(client: Client, path: str, many: str = "13") -> str:
    found: str = client.post(f"{path}/manage", {"quantity_support": many})["Location"]
    return found


def another_admin(api: ApiClient, path: str) -> Client:
    api.ok("POST", f"{path}/members", {"name": "Zoe", "email": "zoe@acme.example", "role": "admin"})
    return signed_in("zoe@acme.example")


def test_who_comes_second_reads_who_asked_for_what_and_when_and_finds_no_button(
    assisted: tuple[ApiClient, str],
) -> None:
    api, path = assisted
    zoe = another_admin(api, path)
    assert "Review changes" in said(zoe.get(f"{path}/manage"))
    request = asked(api, path)
    page = said(zoe.get(f"{path}/manage"))
    assert "Admin asked for this on January 11, 2026:" in page and "Support: 10 → 12 seats, 2 more" in page
    assert request in page and "Review changes" not in page
    page = said(zoe.get(summary(zoe, path)))
    assert "Admin asked for this on January 11, 2026:" in page and "Submit request" not in page
    assert "You asked for this on January 11, 2026:" in said(signed_in(email("admin")).get(f"{path}/manage"))
    # Who may change it at once reads it too, and goes on.
    page = said(signed_in(email("owner")).get(f"{path}/manage"))
    assert "Admin asked for this" in page and "Review changes" in page


def test_who_asks_while_somebody_else_did_keeps_what_they_wrote(assisted: tuple[ApiClient, str]) -> None:
    api, path = assisted
    zoe = another_admin(api, path)
    where = summary(zoe, path)
    asked(api, path)
    page = said(zoe.post(f"{where}/ask", {"reason": TEXT, "needed_by": "2026-02-01"}), 409)
    assert SHOWN in page and "A request is open already" in page


def test_who_asks_at_old_figures_is_shown_the_new_ones_with_what_they_wrote(assisted: tuple[ApiClient, str]) -> None:
    api, path = assisted
    admin = signed_in(email("admin"))
    where = summary(admin, path)
    api.ok("POST", f"{path}/clock", {"to": "2026-01-26"})
    page = said(admin.post(f"{where}/ask", {"reason": TEXT, "needed_by": "2026-02-01"}), 409)
    assert SHOWN in page and 'value="2026-02-01"' in page and "What it is now" in page and "Submit request" in page


def test_who_rejects_keeps_what_they_wrote_whatever_stands_in_the_way(assisted: tuple[ApiClient, str]) -> None:
    api, path = assisted
    owner, request = signed_in(email("owner")), asked(api, path)
    for token in ("ok", "needs_authentication"):
        api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": token})
    api.ok("POST", f"{request}/approve", by=email("owner"))
    page = said(owner.post(f"{request}/reject", {"reason": TEXT}), 409)
    assert SHOWN in page and "waits to be finished" in page
    api.ok("POST", f"{path}/clock", {"to": "2026-01-12"})
    api.ok("POST", f"{request}/reject", {"reason": "No."}, by=email("billing_admin"))
    page = said(owner.post(f"{request}/reject", {"reason": TEXT}), 409)
    assert SHOWN in page and "no longer open (rejected)" in page


def test_who_cancels_while_somebody_else_did_keeps_what_they_wrote(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    api.take(path, TEAM_10)
    owner = signed_in(email("owner"))
    api.take(path, {"edit": "cancel", "reason": ""})
    assert SHOWN in said(owner.post(f"{path}/cancel", {"reason": TEXT}), 409)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_typed_into_forms_about_people_stays(vendor: None, language: str) -> None:
    api = ApiClient()
    path = api.account()
    owner = signed_in(email("owner"), language)
    form = {"name": TEXT, "email": email("admin"), "role": "agent"}
    assert SHOWN in said(owner.post(f"{path}/team/invite", form), 409)
    assert "twelve" in said(owner.post(f"{path}/admins/limit", {"seats": "twelve", "amount": ""}), 422)


def test_a_requester_is_not_offered_to_reject_their_own_request_and_reads_who_can_approve_it(
    assisted: tuple[ApiClient, str],
) -> None:
    api, path = assisted
    api.ok("PUT", f"{path}/limit", {"seats": 1, "amount": None}, by=email("owner"))
    request = asked(api, path, "billing_admin")
    page = said(signed_in(email("billing_admin")).get(request))
    assert "Reject" not in page and "Withdraw the request" in page
    assert "Owner (owner) can approve it." in page and "Billing_Admin (billing admin)" not in page
    # An admin reads who really can approve it, and not everybody who may decide on requests.
    page = said(signed_in(email("admin")).get(request))
    assert "Owner (owner) can approve it." in page and "Billing_Admin (billing admin)" not in page
    assert "Reject the request" in said(signed_in(email("owner")).get(request))


def test_staff_who_pass_ownership_on_keep_why(vendor: None) -> None:
    api = ApiClient()
    path = api.account()
    appoint(current(), name="Sam", email="sam@v.example", role="admin", sandbox=False, by=None, now=datetime.now(UTC))
    members = api.ok("GET", f"{path}/members")["items"]
    heir = next(member["id"] for member in members if member["role"] == "billing_admin")
    sam: Any = signed_in("sam@v.example")
    page = said(sam.post(f"{path}/admins/owner", {"member": heir, "reason": TEXT}), 422)
    assert SHOWN in page and f'value="{heir}" selected' in page
