"""Settings, short and from the environment. docs/operations.md lists what may be set."""

import os
from pathlib import Path

from csp.constants import SELF

from bursar import logs
from bursar.notices import mail
from bursar.postgres import address
from bursar.setting import Settings

env = Settings(os.environ)
PACKAGE = Path(__file__).resolve().parent.parent

_database = address.read(os.environ.get("DATABASE_URL", "postgres://localhost/bursar"))
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": env.number("BURSAR_CONN_MAX_AGE", 600, least=0, most=86_400),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "server_side_binding": True,
            # From its third run on a connection on, a statement is planned once and for all.
            "prepare_threshold": 2 if env.switch("BURSAR_PREPARE", "true") else None,
        },
    }
}
# Whoever sends this token is answered at /metrics; without it there is no such address.
METRICS_TOKEN = env.text("BURSAR_METRICS_TOKEN")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# `bursar serve` makes a key on its first run and keeps it; a process without one cannot sign anybody in.
SECRET_KEY = env.non_empty("BURSAR_SECRET_KEY", "not set: no page is served with this key")
# Keys of before: what they signed and sealed is still read.
SECRET_KEY_FALLBACKS = env.words("BURSAR_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.hosts("BURSAR_HOSTS")]
CSRF_TRUSTED_ORIGINS = env.origins("BURSAR_ORIGINS")
DEBUG = False
# What is written down goes to the standard error, as text or, for programs that collect it, as JSON.
LOGGING = logs.configuration(env.text("BURSAR_LOG", "text"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_cotton",
    "django_htmx",
    "pgtrigger",
    "bursar.history",
    "bursar.gateways",
    "bursar.catalog",
    "bursar.policy",
    "bursar.accounts",
    "bursar.seats",
    "bursar.subscriptions",
    "bursar.invoices",
    "bursar.payments",
    "bursar.notices",
    "bursar.jobs",
    "bursar.ui",
    "bursar.center",
    "bursar.desk",
    # After our own rooms, whose templates go before theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "bursar.site.request_log.RequestLog",
    "bursar.site.transport.StrictTransport",
    "bursar.site.operations.Operations",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "bursar.center.sign_in.browser_sessions.BrowserSessions",
    "django.middleware.locale.LocaleMiddleware",
    "bursar.site.refusals.Refusals",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bursar.center.middleware.Doorkeeper",
    "bursar.api.middleware.Methods",
]
ROOT_URLCONF = "bursar.site.urls"
WSGI_APPLICATION = "bursar.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# The message that the next page shows travels in a signed cookie; no table, no query.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
# Whether anybody may sign in as one of the people of a sandbox account: only ever on a demo.
DEMO = env.switch("BURSAR_DEMO")

# Where people reach the pages, for links in emails; and by which mail server or provider these go out.
BURSAR_URL = env.address("BURSAR_URL", "http://localhost:8000")
# For how long a browser that has come by HTTPS comes by nothing else; none is told so where people come without it.
HSTS_SECONDS = env.number("BURSAR_HSTS_SECONDS", 31_536_000, least=0, most=63_072_000)
if not BURSAR_URL.startswith("https://"):
    HSTS_SECONDS = 0
SENDS_MAIL = mail.VARIABLE in os.environ
HEADERS_WITH_ID: dict[str, str] | None = {}
vars().update(mail.mail_settings(os.environ.get(mail.VARIABLE, mail.NOWHERE)))
DEFAULT_FROM_EMAIL = env.text("BURSAR_MAIL_FROM", "bursar@localhost")

AUTH_USER_MODEL = "accounts.Person"

# Signing in. People are invited; nobody signs up by themselves. docs/decisions/0018-sign-in.md says why which part.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "bursar.center.sign_in.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# How often within a minute, hour or day, by one network address or for one email address (or person).
ACCOUNT_RATE_LIMITS = {
    "ask_link": "20/m/ip,3/m/key,20/d/key",
    "reset_password": "20/m/ip,5/m/key,20/d/key",
    "new_address": "5/h/key,20/d/key",
    "keep_unsent": "20/m/ip",
}
# How many proxies stand before us, so that whoever tries passwords is known by their own address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("BURSAR_PROXIES", 0, least=0, most=10)
MFA_ADAPTER = "bursar.center.sign_in.adapter.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env.switch("BURSAR_HTTPS")
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "login_webauthn": "bursar.center.sign_in.passkeys.Login",
    "authenticate_webauthn": "bursar.center.sign_in.passkeys.SecondFactor",
    "reauthenticate_webauthn": "bursar.center.sign_in.passkeys.Confirmation",
}
# Whether the vendor's staff acts as such only by a second factor.
STAFF_SECOND_FACTOR = env.switch("BURSAR_STAFF_SECOND_FACTOR")
# The identity provider of the vendor, by OpenID Connect: it signs in those whom Bursar knows by the same address.
SOCIALACCOUNT_ADAPTER = "bursar.center.sign_in.single_sign_on.Provider"
# Who it is that comes is decided in that adapter alone; the library would take passwords away where it decides.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = True
OIDC_URL = env.address("BURSAR_OIDC_URL")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.text("BURSAR_OIDC_NAME", "Single sign-on"),
                "client_id": env.text("BURSAR_OIDC_CLIENT"),
                "secret": env.text("BURSAR_OIDC_SECRET"),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}
# The gateways that move money, by code. The built-in one serves sandbox accounts alone.
GATEWAYS = {"sandbox": "bursar.gateways.sandbox.Sandbox"}
# What attempts are counted in, for all processes alike. The prefix is new where rows have another form than before.
CACHES = {"default": {"BACKEND": "bursar.identity.sign_in_attempts.Attempts", "KEY_PREFIX": "attempts"}}
LANGUAGES = [("en", "English"), ("fr", "Français")]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [PACKAGE / "i18n" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
# How long the body of a request may take to arrive.
BODY_SECONDS = env.number("BURSAR_BODY_SECONDS", 20, least=1, most=600)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "bursar.center.sign_in.browser_sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = env.switch("BURSAR_HTTPS")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_FAILURE_VIEW = "bursar.center.entrance.form_expired"
