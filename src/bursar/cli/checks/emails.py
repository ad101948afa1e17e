"""Check that emails reach people: no email failed for good, and each fact got its email."""

from datetime import datetime, timedelta
from typing import Final

from bursar.cli.checks.check import Check, ok, warning, wrong
from bursar.notices.queries import TELL_WITHIN, failed_since, not_told

EXAMPLES: Final = 3
MOST_COUNTED: Final = 1000
"""If more facts were not told, the exact number helps nobody, and reading them all would take long."""
RECENT: Final = timedelta(days=7)


def emails(now: datetime) -> Check:
    """Check that emails could be written and sent."""
    untold = not_told(now, MOST_COUNTED)
    emails, personal = failed_since(now - RECENT)
    if untold:
        given_up = sum(fact.given_up for fact in untold)
        examples = "; ".join(
            f"{fact.kind} of account {fact.account_id}, entry {fact.entry_id}: {fact.failure}, tried {fact.tries} times"
            for fact in untold[:EXAMPLES]
        )
        finding = f"{len(untold)} facts could not be told to people, {given_up} of them given up: {examples}"
        cure = f"mend what it names, or update Bursar: what is not given up is told then; after {TELL_WITHIN.days} days tell people yourself"  # noqa: E501
        return wrong("emails", finding, cure)
    if emails or personal:
        finding = f"{emails} emails and {personal} about sign-in were given up in the last {RECENT.days} days"
        return warning(
            "emails", finding, 'the page "Emails" of each account at the desk says why, and sends them again'
        )
    return ok("emails", "none was given up lately")
