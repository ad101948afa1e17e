"""Save quotes and requests, and write the orders and changes of accepted quotes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from bursar.accounts.models import Remark
from bursar.columns.guard import suspended
from bursar.columns.insert import insert_together
from bursar.core.ordering.content import digest, write_quote, write_state, write_terms
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.quote import Quote
from bursar.core.ordering.request import Cause, RequestState
from bursar.core.ordering.transition import Checkpoint, Order
from bursar.core.policy.policy import Actor
from bursar.core.subscription.edit import Cancel, Edit, without_reason, write_edit
from bursar.core.subscription.subscription import Change
from bursar.history.actions import actor_columns
from bursar.subscriptions import models


def save_quote(
    account_id: UUID,
    decided: Quote,
    edits: Sequence[Edit],
    *,
    actor: Actor,
    catalog_version: int,
    policy_version: int,
    account_type: str,
    now: datetime,
    expires_at: datetime,
    request_id: UUID | None = None,
) -> UUID:
    """Save a quote as it is shown, with the request that it reviews, if any; return its id.

    The reason of a cancellation goes into a remark, which can be erased.
    """
    reason = next((edit.reason for edit in edits if isinstance(edit, Cancel) and edit.reason), "")
    row = models.Quote.objects.create(
        account_id=account_id,
        edits=[write_edit(without_reason(edit)) for edit in edits],
        reason=_remark(account_id, reason),
        outcome=decided.outcome.value,
        on=decided.on,
        content=write_quote(
            replace(decided, edits=_edits_without_words(decided.edits), changes=_changes_without_words(decided.changes))
        ),
        digest=digest(decided),
        catalog_version=catalog_version,
        policy_version=policy_version,
        account_type=account_type,
        created_at=now,
        expires_at=expires_at,
        request_id=request_id,
        **actor_columns(actor),
    )
    return row.id


def accept(orders: Sequence[tuple[UUID, date, Order, Sequence[Change]]], *, now: datetime) -> None:
    """Write the orders of accepted quotes, with their changes. Errors: IntegrityError if a quote has an order already.

    Shape: the account, its day, the order, and its changes.
    """
    order_rows = [
        models.Order(
            id=order.id,
            account_id=account_id,
            quote_id=order.quote_id,
            on=on,
            recorded_at=now,
            **actor_columns(order.actor),
        )
        for account_id, on, order, _ in orders
    ]
    # One statement for both: an order and its changes cost one trip to the database.
    insert_together(
        order_rows,
        [_row(account_id, order.id, change) for account_id, _, order, changes in orders for change in changes],
    )


def checkpoint(points: Sequence[tuple[UUID, date, Checkpoint]]) -> None:
    """Write checkpoints: the whole states of accounts on a day, so that no earlier change is read again."""
    rows = [
        models.Checkpoint(account_id=account_id, on=on, position=point.position, state=write_state(point.state))
        for account_id, on, point in points
    ]
    insert_together(rows)


def submit_request(
    account_id: UUID,
    quote_id: UUID,
    member_id: UUID,
    *,
    reason: str,
    needed_by: date | None,
    at: datetime,
    expires_at: datetime,
    now: datetime,
) -> UUID:
    """Write an open request for a saved quote; return its id. Errors: IntegrityError while another request is open."""
    row = models.Request.objects.create(
        account_id=account_id,
        quote_id=quote_id,
        member_id=member_id,
        reason=_remark(account_id, reason),
        needed_by=needed_by,
        state="open",
        created_at=at,
        expires_at=expires_at,
        looked_at=now,
    )
    return row.id


def looked_at_requests(account_ids: Collection[UUID], *, now: datetime) -> None:
    """Note the moment at which somebody could still approve the open requests of accounts."""
    if account_ids:
        models.Request.objects.filter(account_id__in=account_ids, state="open").update(looked_at=now)


def reminded_of_request(account_id: UUID, request_id: UUID, *, now: datetime) -> None:
    """Note the moment at which the reviewers of the request were reminded."""
    models.Request.objects.filter(account_id=account_id, pk=request_id, state="open").update(reminded_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The end of an open request at a moment of the account's clock; `answer` is the reviewer's text."""

    account_id: UUID
    request_id: UUID
    state: RequestState
    actor: Actor
    at: datetime
    answer: str = ""
    order_id: UUID | None = None
    cause: Cause | None = None


def close_requests(closings: Sequence[Closing]) -> None:
    """Close requests that are still open."""
    if not closings:
        return
    answers = [
        Remark(account_id=closing.account_id, text=closing.answer) if closing.answer else None for closing in closings
    ]
    Remark.objects.bulk_create(answer for answer in answers if answer)
    ended = [
        models.Request(
            id=closing.request_id,
            state=closing.state,
            closed_at=closing.at,
            closed_by_kind=actor_columns(closing.actor)["actor_kind"],
            closed_by_id=actor_columns(closing.actor)["actor_id"],
            answer=answer,
            order_id=closing.order_id,
            cause=closing.cause,
        )
        for closing, answer in zip(closings, answers, strict=True)
    ]
    still_open = models.Request.objects.filter(
        account_id__in={closing.account_id for closing in closings}, state="open"
    )
    still_open.bulk_update(ended, ["state", "closed_at", "closed_by_kind", "closed_by_id", "answer", "order", "cause"])


def remove_from_people_to_ask(email: str) -> None:
    """Remove a person from the people to ask in saved quotes of all accounts, inside a transaction.

    Erasure is the only change to a saved quote. It changes neither decisions nor prices. Source: GDPR, article 17.
    """
    quotes = list(models.Quote.objects.filter(content__icontains=email).only("content"))
    for quote in quotes:
        for edit in quote.content["edits"]:
            edit["ask"] = [person for person in edit["ask"] if person["email"].lower() != email.lower()]
    with suspended("subscriptions.Quote:frozen"):
        models.Quote.objects.bulk_update(quotes, ["content"])


def _edits_without_words(edits: Sequence[DecidedEdit]) -> tuple[DecidedEdit, ...]:
    return tuple(replace(edit, edit=without_reason(edit.edit)) for edit in edits)


def _changes_without_words(changes: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(replace(change, edit=without_reason(change.edit)) for change in changes)


def _row(account_id: UUID, order_id: UUID, change: Change) -> models.Change:
    return models.Change(
        id=change.id,
        account_id=account_id,
        order_id=order_id,
        position=change.position,
        edit=write_edit(change.edit),
        capability=change.capability,
        effective_on=change.effective_on,
        terms=write_terms(change),
        credit=change.credit,
        cuts=change.cuts,
        takes_back=change.takes_back,
        by_vendor=change.by_vendor,
        ordered_on=change.ordered_on,
        undoes_id=change.undoes,
    )


def _remark(account_id: UUID, text: str) -> Remark | None:
    return Remark.objects.create(account_id=account_id, text=text) if text else None
