"""The addresses of the Admin Center."""

from django.urls import include, path

from bursar.center import entrance, history, outbox
from bursar.center import sandbox_clock as clock
from bursar.center.billing import details, invoices, payment
from bursar.center.manage import accepting, cancel, subscription
from bursar.center.manage import page as manage
from bursar.center.people import billing_admins as admins
from bursar.center.people import capabilities, seats, team
from bursar.center.requests import pages as requests
from bursar.center.sign_in import demo

ACCOUNT = "accounts/<uuid:account_id>"

urlpatterns = [
    path("", entrance.home, name="home"),
    path("demo", demo.sign_in_as, name="demo"),
    path("", include("bursar.center.sign_in.urls")),
    path("language", entrance.language, name="language"),
    path("unsent", entrance.unsent_form_page, name="unsent"),
    path("sandbox/<uuid:key>", entrance.sandbox_gateway, name="sandbox"),
    path(ACCOUNT, entrance.account_home, name="account"),
    path(f"{ACCOUNT}/subscription", subscription.page, name="subscription"),
    path(f"{ACCOUNT}/manage", manage.manage, name="manage"),
    path(f"{ACCOUNT}/manage/preview", manage.preview, name="preview"),
    path(f"{ACCOUNT}/cancel", cancel.page, name="cancel"),
    path(f"{ACCOUNT}/quotes/<uuid:quote_id>", manage.summary_page, name="summary"),
    path(f"{ACCOUNT}/quotes/<uuid:quote_id>/take", accepting.accept, name="take"),
    path(f"{ACCOUNT}/takings/<uuid:order_id>", accepting.done, name="done"),
    path(f"{ACCOUNT}/attempts/<uuid:attempt_id>", accepting.attempt_result, name="attempt"),
    path(f"{ACCOUNT}/attempts/<uuid:attempt_id>/give-up", accepting.give_up, name="give_up"),
    path(f"{ACCOUNT}/changes/<uuid:change_id>/undo", manage.undo, name="undo"),
    path(f"{ACCOUNT}/quotes/<uuid:quote_id>/ask", requests.submit, name="ask"),
    path(f"{ACCOUNT}/requests", requests.listing, name="requests"),
    path(f"{ACCOUNT}/requests/<uuid:request_id>", requests.page, name="request"),
    path(f"{ACCOUNT}/requests/<uuid:request_id>/approve", requests.approve, name="approve"),
    path(f"{ACCOUNT}/requests/<uuid:request_id>/reject", requests.reject, name="reject"),
    path(f"{ACCOUNT}/requests/<uuid:request_id>/withdraw", requests.withdraw, name="withdraw"),
    path(f"{ACCOUNT}/team", team.page, name="team"),
    path(f"{ACCOUNT}/team/invite", team.invite, name="invite"),
    path(f"{ACCOUNT}/team/<uuid:member_id>", team.person, name="person"),
    path(f"{ACCOUNT}/team/<uuid:member_id>/invite", team.invite_again, name="invite_again"),
    path(f"{ACCOUNT}/team/<uuid:member_id>/role", team.role, name="role"),
    path(f"{ACCOUNT}/team/<uuid:member_id>/suspend", team.suspend, name="suspend"),
    path(f"{ACCOUNT}/team/<uuid:member_id>/resume", team.resume, name="resume"),
    path(f"{ACCOUNT}/team/<uuid:member_id>/remove", team.remove, name="remove_member"),
    path(f"{ACCOUNT}/seats", seats.page, name="seats"),
    path(f"{ACCOUNT}/seats.csv", seats.export, name="seats_export"),
    path(f"{ACCOUNT}/seats/<str:product>/assign", seats.assign, name="assign_seat"),
    path(f"{ACCOUNT}/seats/<str:product>/<uuid:member_id>/free", seats.free, name="free_seat"),
    path(f"{ACCOUNT}/payment", payment.page, name="payment"),
    path(f"{ACCOUNT}/invoices", invoices.listing, name="invoices"),
    path(f"{ACCOUNT}/invoices/<uuid:invoice_id>", invoices.invoice, name="invoice"),
    path(f"{ACCOUNT}/invoices/<uuid:invoice_id>/pay", payment.pay, name="pay"),
    path(f"{ACCOUNT}/details", details.page, name="details"),
    path(f"{ACCOUNT}/admins", admins.page, name="admins"),
    path(f"{ACCOUNT}/admins/appoint", admins.appoint, name="appoint"),
    path(f"{ACCOUNT}/admins/limit", admins.limit, name="limit"),
    path(f"{ACCOUNT}/admins/owner", admins.transfer_ownership, name="pass_on"),
    path(f"{ACCOUNT}/admins/<uuid:member_id>/remove", admins.remove, name="remove_admin"),
    path(f"{ACCOUNT}/history", history.page, name="history"),
    path(f"{ACCOUNT}/history.csv", history.export, name="history_export"),
    path(f"{ACCOUNT}/capabilities", capabilities.page, name="capabilities"),
    path(f"{ACCOUNT}/outbox", outbox.page, name="outbox"),
    path(f"{ACCOUNT}/clock", clock.forward, name="clock"),
]
