"""Read from an exception why an email was not sent, and if another try can help."""

from dataclasses import dataclass
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from traceback import extract_tb
from typing import Final

from anymail.exceptions import AnymailError, AnymailRecipientsRefused

from bursar.columns.address import BadAddress

MOST_REASON: Final = 500
"""The length at which a reason is cut; a server may answer with a page of HTML."""
REFUSED_FOR_GOOD: Final = 500
"""The lowest code by which a mail server refuses for good. Source: RFC 5321, 4.2.1."""


class AddressNotSupported(Exception):
    """The mail server accepts no addresses of this kind."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason, as the server or provider gave it; `final` if it will refuse again, `ours` if our code failed."""

    reason: str
    final: bool
    ours: bool = False


def failure_of(raised: Exception) -> Failure:
    """Return the failure behind an exception that building or sending an email raised."""
    match raised:
        case SMTPRecipientsRefused():
            answers = [(code, reply.decode(errors="replace")) for code, reply in raised.recipients.values()]
            final = all(code >= REFUSED_FOR_GOOD for code, _ in answers)
            return Failure(_short(" ".join(f"{code} {reply}" for code, reply in answers)), final)
        case AnymailRecipientsRefused():
            return Failure(_short(f"{raised} {_response_text(raised)}"), final=True)
        case BadAddress() | AddressNotSupported():
            return Failure(_short(str(raised)), final=True)
        # A server that cannot be reached, or is busy, may be there at the next try.
        case OSError() | AnymailError():
            return Failure(_short(str(raised) or type(raised).__name__), final=False)
    return Failure(_short(f"{type(raised).__name__}: {raised}"), final=False, ours=True)


def place_of(raised: Exception) -> str:
    """Return an exception's class, file and line. Its message may quote personal data, and is left out."""
    last = extract_tb(raised.__traceback__)[-1]
    return f"{type(raised).__name__} in {'/'.join(Path(last.filename).parts[-2:])}, line {last.lineno}"


def _response_text(raised: AnymailError) -> str:
    return "" if raised.response is None else str(raised.response.text)


def _short(reason: str) -> str:
    # PostgreSQL stores no NUL, which a server may well answer with.
    return " ".join(reason.replace("\0", " ").split())[:MOST_REASON]
