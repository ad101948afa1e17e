"""Why a letter did not go out, and whether trying again can help."""

from dataclasses import dataclass
from smtplib import SMTPRecipientsRefused
from typing import Final

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused

EXPECTED: Final = (OSError, AnymailAPIError, AnymailRecipientsRefused, AnymailInvalidAddress)
"""What mail servers, providers and the connection to them raise; anything else is a fault of ours."""
MOST_REASON: Final = 500
REFUSED_FOR_GOOD: Final = 500
"""From this answer of a mail server on, asking again gets the same one (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why, in the words of whoever refused it; `final` where the recipient is refused and will be again."""

    reason: str
    final: bool


def failure(raised: Exception) -> Failure:
    """What an exception that is expected means for the letter."""
    if isinstance(raised, SMTPRecipientsRefused):
        answers = [(code, said.decode(errors="replace")) for code, said in raised.recipients.values()]
        final = all(code >= REFUSED_FOR_GOOD for code, _ in answers)
        return Failure(_short(" ".join(f"{code} {said}" for code, said in answers)), final)
    if isinstance(raised, AnymailRecipientsRefused):
        return Failure(_short(f"{raised} {_answered(raised)}"), final=True)
    return Failure(_short(str(raised) or type(raised).__name__), final=isinstance(raised, AnymailInvalidAddress))


def _answered(raised: AnymailError) -> str:
    return "" if raised.response is None else str(raised.response.text)


def _short(said: str) -> str:
    return " ".join(said.replace("\0", " ").split())[:MOST_REASON]
