"""The addresses of signing in and of what a person has of their own. Names are those that the library looks for."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as authenticator_app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as provider
from django.urls import path, re_path

from bursar.center import entrance as entrance
from bursar.center.entrance import MovedPage
from bursar.center.me import emails, own_data, security
from bursar.center.me import profile as profile
from bursar.center.me.sessions import Sessions
from bursar.center.sign_in import links as links
from bursar.center.sign_in import single_sign_on
from bursar.center.sign_in.confirm import require_proof
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
    path("sign-in/link", links.ask_link, name="ask_link"),
    path("sign-in/closed", account.account_inactive, name="account_inactive"),
    path("sign-in/password", account.password_reset, name="account_reset_password"),
    path("sign-in/password/sent", account.password_reset_done, name="account_reset_password_done"),
    path("sign-in/password/done", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^sign-in/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("sign-in/second-factor", second_factors.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/with/<str:provider_id>", single_sign_on.redirect_to_provider, name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/back", single_sign_on.return_from_provider, name="openid_connect_callback"),
    path("sign-in/cancelled", provider.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/failed", provider.login_error, name="socialaccount_login_error"),
    path("sign-in/unknown", provider.signup, name="socialaccount_signup"),
    *(path("sign-in/none", entrance.not_found, {"exception": Exception()}, name=name) for name in UNUSED),
    path("sign-in/<str:secret>", links.link, name="sign_in"),
    path("sign-out", links.sign_out, name="sign_out"),
    path("sign-out", links.sign_out, name="account_logout"),
    path("invitation/<str:secret>", links.invitation, name="invitation"),
    path("session/<str:secret>", links.session, name="session"),
    path("me", profile.page, name="me"),
    path("me/address", require_proof(profile.address), name="my_address"),
    # The link that was sent to the new address may be opened later than a fresh proof lasts.
    path("me/address/<str:secret>", require_proof(profile.new_address, within=None), name="new_address"),
    path("me/data", require_proof(own_data.page), name="own_data"),
    path("me/data.json", require_proof(own_data.download), name="own_data_file"),
    path("me/emails", emails.page, name="emails"),
    path("me/letters", MovedPage.as_view(pattern_name="emails"), name="moved_emails"),
    path("me/confirm", account.reauthenticate, name="account_reauthenticate"),
    path("me/confirm/code", second_factors.reauthenticate, name="mfa_reauthenticate"),
    path("me/confirm/passkey", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("me/password", require_proof(account.password_change), name="account_change_password"),
    path("me/password/first", require_proof(account.password_set), name="account_set_password"),
    path("me/sessions", Sessions.as_view(), name="usersessions_list"),
    path("me/security", security.Security.as_view(), name="mfa_index"),
    path("me/security/identities/<uuid:identity>/end", require_proof(security.end), name="end_identity"),
    path("me/security/app", require_proof(ActivateApp.as_view()), name="mfa_activate_totp"),
    path("me/security/app/remove", require_proof(authenticator_app.deactivate_totp), name="mfa_deactivate_totp"),
    path("me/security/codes", require_proof(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "me/security/codes/new",
        require_proof(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "me/security/codes.txt",
        require_proof(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("me/security/keys", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("me/security/keys/add", require_proof(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("me/security/keys/<int:pk>/remove", require_proof(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("me/security/keys/<int:pk>/edit", require_proof(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
]
