"""What somebody typed is never lost: not when the form is too old, tried too often, nor when the session ended meanwhile."""

from datetime import UTC, datetime, timedelta
from time import time
from typing import Any, Final
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, reverse

from api_client import TEAM_10, ApiClient, email, later, signed_in
from bursar.accounts.keys import create_link
from bursar.center.sign_in.urls import urlpatterns as sign_in
from bursar.center.urls import urlpatterns as center
from bursar.desk.urls import urlpatterns as desk
from bursar.identity.models import Person
from bursar.identity.staff import appoint
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
TEXT: Final = "Two <more> for Zoë"
SHOWN: Final = "Two &lt;more&gt; for Zoë"
SECRET: Final = "correct horse battery"
ID: Final = UUID(int=7)

FORMS: Final[dict[str, dict[str, str]]] = {
    "account_login": {"login": TEXT, "password": SECRET},
    "ask_link": {"email": TEXT},
    "account_reset_password": {"email": TEXT},
    "me": {"name": TEXT},
    "my_address": {"email": TEXT},
    "mfa_add_webauthn": {"name": TEXT, "credential": SECRET},
    "mfa_edit_webauthn": {"name": TEXT},
    "manage": {"quantity_support": TEXT, "plan_support": "growth"},
    "cancel": {"reason": TEXT},
    "ask": {"reason": TEXT, "needed_by": "2026-02-01"},
    "reject": {"reason": TEXT},
    "invite": {"name": TEXT, "email": "zoe@acme.example", "role": "agent"},
    "details": {"sold_to_name": TEXT, "bill_to_city": "Lyon", "recipients": "a@b.example\nc@d.example"},
    "limit": {"seats": TEXT, "amount": "12"},
    "pass_on": {"member": str(ID), "reason": TEXT},
    "clock": {"to": TEXT},
    "desk_open": {"name": TEXT, "owner_name": "Zoë", "owner_email": "zoe@acme.example", "time_zone": "Europe/Paris"},
    "desk_staff": {"name": TEXT, "email": "zoe@acme.example"},
    "desk_account": {"name": TEXT, "tax_rate": "20", "representative_name": "Zoë"},
    "desk_override": {"reason": TEXT, "until": "2026-02-01"},
}
"""The forms that one types into, by the name of where they are sent."""

NO_TEXT: Final = {
    *("demo", "language", "sandbox", "unsent", "sign_out", "account_logout", "sign_in", "invitation"),
    *("preview", "take", "give_up", "undo", "approve", "withdraw", "invite_again", "role", "suspend", "resume"),
    *(
        "remove_member",
        "assign_seat",
        "free_seat",
        "payment",
        "pay",
        "appoint",
        "remove_admin",
        "emails",
        "new_address",
    ),
    *("desk_dismiss", "desk_keys", "desk_revoke", "desk_end_override", "desk_standing", "desk_email_again"),
    *("desk_parked", "desk_parked_again"),
    *("own_data", "own_data_file", "mfa_view_recovery_codes", "mfa_download_recovery_codes"),
    *("end_identity", "usersessions_list", "mfa_index", "mfa_remove_webauthn", "mfa_list_webauthn"),
}
"""Where nothing is typed: one clicks, or chooses."""
ONLY_SECRETS: Final = {
    *("account_reset_password_from_key", "account_change_password", "account_set_password", "account_reauthenticate"),
    *("mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_login_webauthn"),
    *("mfa_reauthenticate_webauthn", "mfa_generate_recovery_codes"),
}
PAGES: Final = [one for one in (*center, *desk, *sign_in) if isinstance(one, URLPattern) and one.name]
OPEN_TO_ALL: Final = {"account_login", "ask_link", "account_reset_password"}
STAFF: Final = {name for name in FORMS if name.startswith("desk_")}


@pytest.fixture
def account(vendor: None) -> str:
    """The address of an account with ten seats, whose vendor has a member of staff."""
    api = ApiClient()
    path = api.account()
    api.take(path, TEAM_10)
    appoint(current(), name="Sam", email="sam@v.example", role="admin", sandbox=False, by=None, now=datetime.now(UTC))
    return path


def address(name: str, account_path: str = f"/accounts/{ID}") -> str:
    """Where a form is sent."""
    fields = next(page.pattern.converters for page in PAGES if page.name == name)
    values: dict[str, Any] = dict.fromkeys(fields, ID)
    values |= {"account_id": account_path.rpartition("/")[2]} if "account_id" in values else {}
    values |= {"pk": 7} if "pk" in values else {}
    return reverse(name, kwargs={"uidb36": "7", "key": "7-7"} if name.endswith("from_key") else values)


def test_every_form_is_known_here(account: str) -> None:
    known = {*FORMS, *NO_TEXT, *ONLY_SECRETS}
    assert known <= {page.name for page in PAGES}
    takes = {page.name for page in PAGES if Client().post(address(str(page.name))).status_code not in (404, 405)}
    assert not {name for name in takes - known if not str(name).startswith("socialaccount_")}


def test_after_signing_in_again_what_was_typed_is_there_and_is_sent_by_a_click_alone(account: str) -> None:
    for name in sorted(set(FORMS) - OPEN_TO_ALL):
        cache.clear()
        there_again(account, name)


def there_again(account: str, name: str) -> None:
    client, where = Client(), address(name, account)
    page = said(client.post(where, FORMS[name]), 401)
    assert SHOWN in page and "is kept for an hour" in page and 'name="next" value="/unsent"' in page
    assert f'action="{where}"' not in page
    # The row of the session holds none of it in clear.
    assert all(TEXT not in row.session_data and TEXT not in str(row.get_decoded()) for row in Session.objects.all())
    who = "sam@v.example" if name in STAFF else email("owner")
    secret = create_link(who, expires_at=datetime.now(UTC) + timedelta(hours=1))
    came: Any = client.post(f"/sign-in/{secret}", follow=True)
    assert came.redirect_chain[-1][0] == "/unsent"
    page = said(came)
    assert f'action="{where}"' in page and SHOWN in page and "credential" not in page and SECRET not in page
    for field, value in FORMS[name].items():
        assert field == "credential" or f'name="{field}"' in page, (field, value)
    # It lasts like any session from now on, and once the form was sent it is gone.
    assert client.session.get_expiry_age() > 86_400
    client.post(where, FORMS[name])
    assert client.get("/unsent").status_code == 302


def test_a_form_that_is_too_old_is_shown_to_be_sent_once_more(account: str) -> None:
    for name in FORMS:
        too_old(account, name)


def too_old(account: str, name: str) -> None:
    client, where = Client(enforce_csrf_checks=True), address(name, account)
    page = said(client.post(where, FORMS[name], headers={"Origin": "http://testserver"}), 403)
    assert "This form is too old" in page and SHOWN in page and SECRET not in page
    assert f'<form method="post" action="{where}"' in page and "csrfmiddlewaretoken" in page
    # What another site sends is text, never a form, and nothing of it is kept.
    page = said(client.post(where, FORMS[name], headers={"Origin": "https://elsewhere.example"}), 403)
    assert SHOWN in page and f'action="{where}"' not in page
    page = said(client.post(where, FORMS[name]), 403)
    assert SHOWN in page and f'action="{where}"' not in page
    assert not Session.objects.exists()
    assert name != "manage" or "Quantity (Support)" in page


def test_what_was_typed_about_something_that_is_gone_is_shown(account: str) -> None:
    staff, owner = signed_in("sam@v.example"), signed_in(email("owner"))
    for name in FORMS:
        where = address(name, account)
        gone = where.replace(account.rpartition("/")[2], str(ID))
        if gone != where:
            page = said((staff if name in STAFF else owner).post(gone, FORMS[name]), 404)
            assert SHOWN in page and f'action="{gone}"' not in page, name


def test_a_request_that_was_answered_meanwhile_or_a_page_that_was_closed_shows_what_was_typed(account: str) -> None:
    agent = signed_in(email("agent"))
    for name in ("cancel", "details", "manage"):
        assert SHOWN in said(agent.post(address(name, account), FORMS[name]), 403)
    owner = signed_in(email("owner"))
    for name in ("ask", "reject"):
        assert SHOWN in said(owner.post(address(name, account), FORMS[name]), 404)


def test_what_is_tried_too_often_is_shown_to_be_sent_later(account: str) -> None:
    cache.clear()
    client = Client()
    for _ in range(4):
        answer = client.post("/sign-in/link", {"email": "zoe@acme.example"})
    page = said(answer, 429)
    assert 'value="zoe@acme.example"' in page and 'action="/sign-in/link"' in page


def test_who_must_prove_themselves_first_finds_what_they_typed_afterwards(account: str) -> None:
    owner = signed_in(email("owner"))
    later(owner)
    page = said(owner.post("/me/address", {"email": TEXT}), 403)
    assert SHOWN in page and "is kept for an hour" in page
    assert SHOWN in said(owner.get("/unsent"))
    person = Person.objects.get(email=email("owner"))
    person.set_password(SECRET)
    person.save()
    owner = signed_in(email("owner"))
    later(owner)
    led = owner.post("/me/address", {"email": TEXT})
    assert led["Location"] == "/me/confirm?next=%2Funsent"
    assert owner.post("/me/confirm", {"password": SECRET, "next": "/unsent"})["Location"] == "/unsent"
    assert SHOWN in said(owner.get("/unsent"))


def test_secrets_are_neither_shown_nor_kept(account: str) -> None:
    form = dict.fromkeys(("password", "oldpassword", "password1", "password2", "code", "credential"), SECRET)
    for name in ONLY_SECRETS:
        for client in (Client(), Client(enforce_csrf_checks=True)):
            answer = client.post(address(name, account), form, headers={"Origin": "http://testserver"})
            assert SECRET not in answer.content.decode() and "unsent" not in client.session, name


def test_nobody_else_finds_what_was_typed_about_an_account(account: str) -> None:
    client = Client()
    client.post(f"{account}/cancel", {"reason": TEXT})
    ApiClient().account(owner={"name": "Else", "email": "owner@else.example"})
    secret = create_link("owner@else.example", expires_at=datetime.now(UTC) + timedelta(hours=1))
    came: Any = client.post(f"/sign-in/{secret}", follow=True)
    assert SHOWN not in said(came) and "unsent" not in client.session


def test_what_was_kept_is_discarded_or_too_old_after_an_hour(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for way in ("discard", "wait"):
        client = Client()
        client.post(f"{account}/cancel", {"reason": TEXT})
        client.post(f"/sign-in/{create_link(email('owner'), expires_at=datetime.now(UTC) + timedelta(hours=2))}")
        assert SHOWN in said(client.get("/unsent"))
        if way == "discard":
            client.post("/unsent")
        else:
            monkeypatch.setattr("bursar.center.unsent_forms.time", lambda: time() + 3600)
        assert client.get("/unsent").status_code == 302 and "unsent" not in client.session


def test_strangers_have_no_more_kept_than_a_person_would(account: str) -> None:
    cache.clear()
    client = Client()
    assert "is kept for an hour" not in said(client.post(f"{account}/cancel", {"reason": "x" * 20_000}), 401)
    for number in range(21):
        page = said(Client().post(f"{account}/cancel", {"reason": TEXT}), 401)
        assert SHOWN in page and ("is kept for an hour" in page) is (number < 20)
    assert Session.objects.count() == 20
