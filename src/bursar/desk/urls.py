"""The addresses of the desk."""

from django.urls import path

from bursar.desk import account, accounts, keys, staff
from bursar.desk import emails as letters

urlpatterns = [
    path("desk", accounts.page, name="desk"),
    path("desk/open", accounts.open_one, name="desk_open"),
    path("desk/staff", staff.page, name="desk_staff"),
    path("desk/staff/<uuid:person_id>/dismiss", staff.dismiss, name="desk_dismiss"),
    path("desk/keys", keys.page, name="desk_keys"),
    path("desk/keys/<uuid:key_id>/revoke", keys.revoke, name="desk_revoke"),
    path("accounts/<uuid:account_id>/desk", account.page, name="desk_account"),
    path("accounts/<uuid:account_id>/desk/overrides", account.add, name="desk_override"),
    path("accounts/<uuid:account_id>/desk/overrides/<uuid:override_id>/end", account.end, name="desk_end_override"),
    path("accounts/<uuid:account_id>/desk/standing", account.stand, name="desk_standing"),
    path("accounts/<uuid:account_id>/desk/letters", letters.page, name="desk_letters"),
    path("accounts/<uuid:account_id>/desk/letters/<uuid:letter_id>/again", letters.again, name="desk_letter_again"),
]
