"""Check how people reach the pages: by which names, by HTTPS, and through which proxies."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.http.request import validate_host
from django.utils.http import is_same_domain

from bursar.cli.checks.check import Check, ok, warning, wrong
from bursar.setting import BadSetting, Settings

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


def outside(environment: Mapping[str, str]) -> Iterator[Check]:
    """Check how people reach the pages by the settings; yield nothing if a setting cannot be read.

    The check of the settings names it then.
    """
    settings = Settings(environment)
    try:
        url = urlsplit(settings.address("BURSAR_URL"))
        host_names, origins = settings.hosts("BURSAR_HOSTS"), settings.origins("BURSAR_ORIGINS")
        secure, proxies = settings.switch("BURSAR_HTTPS"), settings.number("BURSAR_PROXIES", 0, least=0, most=10)
        strict = settings.number("BURSAR_HSTS_SECONDS", 1, least=0, most=63_072_000) > 0
    except BadSetting:
        return
    yield hosts(url, host_names)
    yield https(url, host_names, origins, secure=secure, strict=strict)
    yield counted(proxies, proxied=_elsewhere(host_names) or url.scheme == "https" or _host(url) not in LOOPBACK)


def reached(environment: Mapping[str, str]) -> bool:
    """Return True if the names let other machines reach the pages."""
    return _elsewhere(Settings(environment).words("BURSAR_HOSTS"))


def hosts(url: SplitResult, host_names: list[str]) -> Check:
    """Check that the pages answer to the name that links in emails have."""
    outer = [name for name in host_names if name not in LOOPBACK]
    if not validate_host(_host(url), [*LOOPBACK, *host_names]):
        finding = f"people who follow BURSAR_URL come to {_host(url)}, which BURSAR_HOSTS does not name: they get 400"
        return wrong("hosts", finding, f"add {_host(url)} to BURSAR_HOSTS, or correct BURSAR_URL")
    if "*" in host_names:
        return warning("hosts", "any name is answered", "set BURSAR_HOSTS to the names by which the pages are reached")
    if outer and _host(url) in LOOPBACK:
        finding = f"{', '.join(outer)}; but links in emails lead to {_host(url)}, where only this machine finds them"
        return warning("hosts", finding, "set BURSAR_URL to where people reach the pages")
    return ok("hosts", ", ".join(outer) or "localhost only; BURSAR_HOSTS names others")


def https(url: SplitResult, host_names: list[str], origins: list[str], *, secure: bool, strict: bool) -> Check:
    """Check that people's data are encrypted on the way, and that their forms are accepted."""
    if not secure:
        if not _elsewhere(host_names) and url.scheme != "https":
            return ok("https", "off, as fits localhost")
        cure = "serve behind a proxy with a certificate, and set BURSAR_HTTPS=true"
        return warning("https", "cookies also travel unencrypted", cure)
    if url.scheme == "http" and _host(url) not in LOOPBACK:
        finding = "cookies go over HTTPS only, and BURSAR_URL begins with http://: whoever follows it cannot sign in"
        return wrong("https", finding, "let BURSAR_URL begin with https://")
    trusted = [urlsplit(origin) for origin in origins]
    if not any(origin.scheme == "https" for origin in trusted) or (url.scheme == "https" and not _trusts(trusted, url)):
        origin = f"https://{url.netloc or 'billing.example.com'}"
        return warning("https", f"{origin} is no trusted origin", f"set BURSAR_ORIGINS={origin}, or forms are refused")
    if not strict:
        finding = "browsers may come without HTTPS: BURSAR_HSTS_SECONDS is 0"
        return warning("https", finding, "leave BURSAR_HSTS_SECONDS out once HTTPS works for everybody")
    return ok("https", "cookies only over HTTPS")


def counted(proxies: int, *, proxied: bool) -> Check:
    """Check that attempts to sign in are counted by the address that they come from."""
    if proxied and not proxies:
        # `bursar serve` listens on the loopback alone, so every request from another machine comes through a proxy.
        finding = "a proxy stands before Bursar, and none is counted: everybody shares one limit of attempts to sign in"
        return warning("proxies", finding, "set BURSAR_PROXIES to how many there are, such as 1")
    return ok("proxies", f"{proxies} counted" if proxies else "none, as fits localhost")


def _host(url: SplitResult) -> str:
    """Return the host of an address; localhost if it names none."""
    host = url.hostname or "localhost"
    return f"[{host}]" if ":" in host else host


def _elsewhere(host_names: list[str]) -> bool:
    return any(name not in LOOPBACK for name in host_names)


def _trusts(origins: list[SplitResult], url: SplitResult) -> bool:
    """Return True if forms of the pages at an address are taken. Source: Django's CsrfViewMiddleware."""
    return any(
        origin.scheme == url.scheme and is_same_domain(url.netloc, origin.netloc.lstrip("*")) for origin in origins
    )
