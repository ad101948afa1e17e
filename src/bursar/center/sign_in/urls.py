"""The addresses of signing in and of what a person has of their own. Names are those that the library looks for."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as provider
from django.urls import path, re_path

from bursar.center import entrance as doors
from bursar.center.entrance import MovedPage
from bursar.center.me import emails, own_data, security
from bursar.center.me import profile as myself
from bursar.center.me.sessions import Sessions
from bursar.center.sign_in import links as signing_in
from bursar.center.sign_in import single_sign_on
from bursar.center.sign_in.confirm import proof_first
from bursar.center.sign_in.second_factor import ActivateApp

UNUSED = (
    "account_signup",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "socialaccount_connections",
)
"""Names that allauth looks up for pages that Bursar does not offer; each leads to a page that is not found."""

urlpatterns = [
    path("sign-in", account.login, name="account_login"),
    path("sign-in/link", signing_in.ask_link, name="ask_link"),
    path("sign-in/closed", account.account_inactive, name="account_inactive"),
    path("sign-in/password", account.password_reset, name="account_reset_password"),
    path("sign-in/password/sent", account.password_reset_done, name="account_reset_password_done"),
    path("sign-in/password/done", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^sign-in/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("sign-in/second-factor", factors.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey", keys.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/with/<str:provider_id>", single_sign_on.leave, name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/back", single_sign_on.back, name="openid_connect_callback"),
    path("sign-in/cancelled", provider.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/failed", provider.login_error, name="socialaccount_login_error"),
    path("sign-in/unknown", provider.signup, name="socialaccount_signup"),
    *(path("sign-in/none", doors.not_found, {"exception": Exception()}, name=name) for name in UNUSED),
    path("sign-in/<str:secret>", signing_in.link, name="sign_in"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("sign-out", signing_in.sign_out, name="account_logout"),
    path("invitation/<str:secret>", signing_in.invitation, name="invitation"),
    path("session/<str:secret>", signing_in.session, name="session"),
    path("me", myself.page, name="me"),
    path("me/address", proof_first(myself.address), name="my_address"),
    # The link that was sent to the new address may be opened later than a fresh proof lasts.
    path("me/address/<str:secret>", proof_first(myself.new_address, within=None), name="new_address"),
    path("me/data", proof_first(own_data.page), name="own_data"),
    path("me/data.json", proof_first(own_data.download), name="own_data_file"),
    path("me/emails", emails.page, name="emails"),
    path("me/letters", MovedPage.as_view(pattern_name="emails"), name="moved_emails"),
    path("me/confirm", account.reauthenticate, name="account_reauthenticate"),
    path("me/confirm/code", factors.reauthenticate, name="mfa_reauthenticate"),
    path("me/confirm/passkey", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("me/password", proof_first(account.password_change), name="account_change_password"),
    path("me/password/first", proof_first(account.password_set), name="account_set_password"),
    path("me/sessions", Sessions.as_view(), name="usersessions_list"),
    path("me/security", security.Security.as_view(), name="mfa_index"),
    path("me/security/identities/<uuid:identity>/end", proof_first(security.end), name="end_identity"),
    path("me/security/app", proof_first(ActivateApp.as_view()), name="mfa_activate_totp"),
    path("me/security/app/remove", proof_first(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("me/security/codes", proof_first(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("me/security/codes/new", proof_first(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("me/security/codes.txt", proof_first(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("me/security/keys", keys.list_webauthn, name="mfa_list_webauthn"),
    path("me/security/keys/add", proof_first(keys.add_webauthn), name="mfa_add_webauthn"),
    path("me/security/keys/<int:pk>/remove", proof_first(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("me/security/keys/<int:pk>/edit", proof_first(keys.edit_webauthn), name="mfa_edit_webauthn"),
]
