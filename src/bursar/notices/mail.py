"""Read the address of the mail server or email provider from the settings."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from environ import Env

from bursar.core.messages.problem import Invalid, Phrase, phrase

VARIABLE: Final = "BURSAR_MAIL_URL"
NOWHERE: Final = "dummymail://"
TIMEOUT_SECONDS: Final = 10
"""The time that a mail server or a provider has to answer."""

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "brevo": ("api_key",),
    "mailgun": ("api_key",),
    "mailjet": ("api_key", "secret_key"),
    "postmark": ("server_token",),
    "sendgrid": ("api_key",),
}
"""The keys of the vendor at each provider, in the order in which they stand in the address."""
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {"postmark": ("api_url", "message_stream")}
"""The options that may follow a question mark. All providers but those named here have `api_url` alone."""
HEADERS_WITH_ID: Final[Mapping[str, dict[str, str] | None]] = {"postmark": {"X-PM-KeepID": "true"}, "mailjet": None}
"""The headers by which a provider keeps the Message-ID that an email has; None for one that refuses any but its own."""


class BadMailAddress(Invalid):
    """BURSAR_MAIL_URL cannot be read: {wrong}. Write smtp+tls://user:password@host:587 for a mail server, or postmark://TOKEN, sendgrid://KEY, brevo://KEY, mailgun://KEY@DOMAIN or mailjet://KEY:SECRET for a provider; signs such as @ and / in a password as %40 and %2F."""  # noqa: E501

    code = "bad_mail_address"


def mail_settings(url: str) -> dict[str, Any]:
    """Return Django's settings for sending emails. Errors: BadMailAddress, which repeats no secret."""
    scheme = url.partition("://")[0].lower()
    try:
        return _by_provider(scheme, url) if scheme in KEYS else _by_server(scheme, url)
    except ValueError:
        raise BadMailAddress(wrong=phrase("it is no address")) from None


def mail_route(url: str) -> str:
    """Return the name of the provider or the host, without keys and passwords. Errors: BadMailAddress."""
    settings = mail_settings(url)
    scheme = url.partition("://")[0].lower()
    return scheme.title() if scheme in KEYS else settings.get("EMAIL_HOST") or scheme


def _by_provider(scheme: str, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    keys, at, domain = parts.netloc.rpartition("@") if "@" in parts.netloc else (parts.netloc, "", "")
    # Only Mailgun has a domain behind its key; the address has no @ for the others.
    values = [unquote(key) for key in keys.split(":")]
    if len(values) != len(KEYS[scheme]) or not all(values):
        raise BadMailAddress(wrong=phrase("the key is missing or has too many parts"))
    if parts.path.strip("/") or parts.fragment or (at and not (scheme == "mailgun" and domain)):
        raise BadMailAddress(wrong=phrase("something follows the key that is not expected there"))
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - OPTIONS.get(scheme, ("api_url",))):
        raise BadMailAddress(wrong=phrase("there is no option {option}", option=unknown[0]))
    provider_settings = {
        **dict(zip(KEYS[scheme], values, strict=True)),
        **({"sender_domain": domain} if domain else {}),
        **options,
    }
    return {
        "EMAIL_BACKEND": f"anymail.backends.{scheme}.EmailBackend",
        "HEADERS_WITH_ID": HEADERS_WITH_ID.get(scheme, {}),
        "ANYMAIL": {
            "REQUESTS_TIMEOUT": TIMEOUT_SECONDS,
            **{f"{scheme}_{name}".upper(): value for name, value in provider_settings.items()},
        },
    }


def _by_server(scheme: str, url: str) -> dict[str, Any]:
    if scheme not in Env.EMAIL_SCHEMES:
        raise BadMailAddress(wrong=_unknown(scheme, url))
    settings: dict[str, Any] = Env.email_url_config(url)
    if scheme.startswith("smtp") and not settings["EMAIL_HOST"]:
        raise BadMailAddress(wrong=phrase("the host is missing"))
    # Django's own backend cannot write to addresses with letters beyond ASCII.
    backend = {"EMAIL_BACKEND": "bursar.notices.message.EmailBackend"} if scheme.startswith("smtp") else {}
    return {**settings, **backend, "EMAIL_TIMEOUT": TIMEOUT_SECONDS, "HEADERS_WITH_ID": {}}


def _unknown(scheme: str, url: str) -> Phrase:
    # Without "://" the first part may be the secret itself, which a message must not repeat.
    return phrase("{scheme}:// is no way to send emails", scheme=scheme) if "://" in url else phrase("it is no address")
