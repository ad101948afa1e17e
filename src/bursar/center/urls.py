"""The addresses of the Admin Center."""

from django.urls import path

from bursar.center import doors, invoices, manage, subscription

ACCOUNT = "accounts/<uuid:account_id>"

urlpatterns = [
    path("", doors.home, name="home"),
    path("sign-in/<str:secret>", doors.sign_in, name="sign_in"),
    path("sign-out", doors.sign_out, name="sign_out"),
    path("language", doors.language, name="language"),
    path("sandbox/<uuid:key>", doors.sandbox, name="sandbox"),
    path(f"{ACCOUNT}/subscription", subscription.page, name="subscription"),
    path(f"{ACCOUNT}/manage", manage.manage, name="manage"),
    path(f"{ACCOUNT}/manage/preview", manage.preview, name="preview"),
    path(f"{ACCOUNT}/cancel", manage.cancel, name="cancel"),
    path(f"{ACCOUNT}/quotes/<uuid:quote_id>", manage.show, name="summary"),
    path(f"{ACCOUNT}/quotes/<uuid:quote_id>/take", manage.take, name="take"),
    path(f"{ACCOUNT}/changes/<uuid:change_id>/undo", manage.undo, name="undo"),
    path(f"{ACCOUNT}/invoices", invoices.listing, name="invoices"),
    path(f"{ACCOUNT}/invoices/<uuid:invoice_id>", invoices.one, name="invoice"),
]
