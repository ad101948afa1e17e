"""The addresses of the Admin Center."""

from django.urls import path

from bursar.center import (
    admins,
    cancel,
    capabilities,
    clock,
    demo,
    details,
    doors,
    history,
    invoices,
    manage,
    payment,
    requests,
    subscription,
    taking,
)

ACCOUNT = "accounts/<uuid:account_id>"

urlpatterns = [
    path("", doors.home, name="home"),
    path("demo", demo.enter, name="demo"),
    path("sign-in/<str:secret>", doors.sign_in, name="sign_in"),
    path("sign-out", doors.sign_out, name="sign_out"),
    path("language", doors.language, name="language"),
    path("sandbox/<uuid:key>", doors.sandbox, name="sandbox"),
    path(ACCOUNT, doors.account, name="account"),
    path(f"{ACCOUNT}/subscription", subscription.page, name="subscription"),
    path(f"{ACCOUNT}/manage", manage.manage, name="manage"),
    path(f"{ACCOUNT}/manage/preview", manage.preview, name="preview"),
    path(f"{ACCOUNT}/cancel", cancel.page, name="cancel"),
    path(f"{ACCOUNT}/quotes/<uuid:quote_id>", manage.quoted, name="summary"),
    path(f"{ACCOUNT}/quotes/<uuid:quote_id>/take", taking.take, name="take"),
    path(f"{ACCOUNT}/takings/<uuid:take_id>", taking.done, name="done"),
    path(f"{ACCOUNT}/attempts/<uuid:attempt_id>", taking.tried, name="attempt"),
    path(f"{ACCOUNT}/changes/<uuid:change_id>/undo", manage.undo, name="undo"),
    path(f"{ACCOUNT}/quotes/<uuid:quote_id>/ask", requests.ask, name="ask"),
    path(f"{ACCOUNT}/requests", requests.listing, name="requests"),
    path(f"{ACCOUNT}/requests/<uuid:request_id>", requests.page, name="request"),
    path(f"{ACCOUNT}/requests/<uuid:request_id>/approve", requests.approve, name="approve"),
    path(f"{ACCOUNT}/requests/<uuid:request_id>/reject", requests.reject, name="reject"),
    path(f"{ACCOUNT}/requests/<uuid:request_id>/withdraw", requests.withdraw, name="withdraw"),
    path(f"{ACCOUNT}/payment", payment.page, name="payment"),
    path(f"{ACCOUNT}/invoices", invoices.listing, name="invoices"),
    path(f"{ACCOUNT}/invoices/<uuid:invoice_id>", invoices.one, name="invoice"),
    path(f"{ACCOUNT}/invoices/<uuid:invoice_id>/pay", payment.pay, name="pay"),
    path(f"{ACCOUNT}/details", details.page, name="details"),
    path(f"{ACCOUNT}/admins", admins.page, name="admins"),
    path(f"{ACCOUNT}/admins/appoint", admins.appoint, name="appoint"),
    path(f"{ACCOUNT}/admins/<uuid:member_id>/remove", admins.remove, name="remove_admin"),
    path(f"{ACCOUNT}/history", history.page, name="history"),
    path(f"{ACCOUNT}/capabilities", capabilities.page, name="capabilities"),
    path(f"{ACCOUNT}/clock", clock.forward, name="clock"),
]
