"""Why an email did not go out, and whether trying again can help."""

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


class AddressNotTaken(Exception):
    """The way by which emails go out carries no address of this kind."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why, in the words of whoever refused it; `final` where they will again, `ours` where our own code failed."""

    reason: str
    final: bool
    ours: bool = False


def failure(raised: Exception) -> Failure:
    """Return what an exception means for the email that was being built or sent."""
    match raised:
        case SMTPRecipientsRefused():
            answers = [(code, said.decode(errors="replace")) for code, said in raised.recipients.values()]
            final = all(code >= REFUSED_FOR_GOOD for code, _ in answers)
            return Failure(_short(" ".join(f"{code} {said}" for code, said in answers)), final)
        case AnymailRecipientsRefused():
            return Failure(_short(f"{raised} {_answered(raised)}"), final=True)
        case BadAddress() | AddressNotTaken():
            return Failure(_short(str(raised)), final=True)
        case OSError() | AnymailError():
            return Failure(_short(str(raised) or type(raised).__name__), final=False)
    return Failure(_short(f"{type(raised).__name__}: {raised}"), final=False, ours=True)


def place(raised: Exception) -> str:
    """Return where in the code an exception was raised: its kind, file and line, and nothing of what it was about."""
    last = extract_tb(raised.__traceback__)[-1]
    return f"{type(raised).__name__} in {'/'.join(Path(last.filename).parts[-2:])}, line {last.lineno}"


def _answered(raised: AnymailError) -> str:
    return "" if raised.response is None else str(raised.response.text)


def _short(said: str) -> str:
    return " ".join(said.replace("\0", " ").split())[:MOST_REASON]
