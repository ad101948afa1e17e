"""What follows at once from something done to an account, in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from bursar.accounts.deed import deed
from bursar.accounts.queries import customer
from bursar.checkout.apply import close
from bursar.checkout.gather import edits_of, situation
from bursar.core.approval import overtaken
from bursar.core.policy import SYSTEM, Actor
from bursar.payments.queries import agenda
from bursar.subscriptions import actions as subscriptions
from bursar.subscriptions.queries import open_request, quote


@contextmanager
def followed(account_id: UUID, *, actor: Actor, now: datetime) -> Iterator[None]:
    """Let an account or its people be changed, and then do what follows from it. Errors: NotFound."""
    with deed(account_id, actor, now):
        yield
        follow(account_id, now)


def follow(account_id: UUID, now: datetime) -> None:
    """Close the account's request, inside a deed, if nobody could approve it any more.

    While a payment for it waits it stays open: the payer decides.
    """
    found = open_request(account_id)
    if found is None:
        return
    # Whoever calls may know the account as it was before.
    account = customer(account_id)
    if found.standing.at(account.moment(now)) != "open" or agenda(account_id).payment_until is not None:
        return
    edits = edits_of(account, quote(account.id, found.quote_id))
    cause = overtaken(situation(account), edits, found.member_id, account.today(now))
    if cause is None:
        subscriptions.looked_at_request(account.id, found.id, now=now)
    else:
        close(account, found.id, "overtaken", actor=SYSTEM, now=now, cause=cause)


def look_at_request(account_id: UUID, *, now: datetime) -> None:
    """Look again whether anybody could still approve the account's open request: the rules may be others now."""
    with deed(account_id, SYSTEM, now):
        follow(account_id, now)
