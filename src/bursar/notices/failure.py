"""Tell why an email did not go out, and whether another try can help."""

from dataclasses import dataclass
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from traceback import extract_tb
from typing import Final

from anymail.exceptions import AnymailError, AnymailRecipientsRefused

from bursar.columns.address import BadAddress

MOST_REASON: Final = 500
REFUSED_FOR_GOOD: Final = 500
"""From this answer of a mail server on, asking again gets the same one (RFC 5321, 4.2.1)."""


class AddressNotSupported(Exception):
    """The mail server accepts no address of this kind."""


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
            answers = [(code, said.decode(errors="replace")) for code, said in raised.recipients.values()]
            final = all(code >= REFUSED_FOR_GOOD for code, _ in answers)
            return Failure(_short(" ".join(f"{code} {said}" for code, said in answers)), final)
        case AnymailRecipientsRefused():
            return Failure(_short(f"{raised} {_answered(raised)}"), final=True)
        case BadAddress() | AddressNotSupported():
            return Failure(_short(str(raised)), final=True)
        case OSError() | AnymailError():
            return Failure(_short(str(raised) or type(raised).__name__), final=False)
    return Failure(_short(f"{type(raised).__name__}: {raised}"), final=False, ours=True)


def place_of(raised: Exception) -> str:
    """Return an exception's class, file and line. Its message may quote personal data, and is left out."""
    last = extract_tb(raised.__traceback__)[-1]
    return f"{type(raised).__name__} in {'/'.join(Path(last.filename).parts[-2:])}, line {last.lineno}"


def _answered(raised: AnymailError) -> str:
    return "" if raised.response is None else str(raised.response.text)


def _short(said: str) -> str:
    return " ".join(said.replace("\0", " ").split())[:MOST_REASON]
