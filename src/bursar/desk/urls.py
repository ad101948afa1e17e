"""The addresses of the desk."""

from django.urls import path

from bursar.center.entrance import MovedPage
from bursar.desk import account, accounts, emails, keys, parked, staff

urlpatterns = [
    path("desk", accounts.page, name="desk"),
    path("desk/open", accounts.open_page, name="desk_open"),
    path("desk/staff", staff.page, name="desk_staff"),
    path("desk/staff/<uuid:person_id>/dismiss", staff.dismiss, name="desk_dismiss"),
    path("desk/keys", keys.page, name="desk_keys"),
    path("desk/keys/<uuid:key_id>/revoke", keys.revoke, name="desk_revoke"),
    path("desk/parked", parked.page, name="desk_parked"),
    path("desk/parked/<uuid:parked_id>/again", parked.again, name="desk_parked_again"),
    path("accounts/<uuid:account_id>/desk", account.page, name="desk_account"),
    path("accounts/<uuid:account_id>/desk/overrides", account.add, name="desk_override"),
    path("accounts/<uuid:account_id>/desk/overrides/<uuid:override_id>/end", account.end, name="desk_end_override"),
    path("accounts/<uuid:account_id>/desk/standing", account.suspend_or_resume, name="desk_standing"),
    path("accounts/<uuid:account_id>/desk/emails", emails.page, name="desk_emails"),
    path(
        "accounts/<uuid:account_id>/desk/letters",
        MovedPage.as_view(pattern_name="desk_emails"),
        name="desk_moved_emails",
    ),
    path("accounts/<uuid:account_id>/desk/emails/<uuid:email_id>/again", emails.again, name="desk_email_again"),
]
