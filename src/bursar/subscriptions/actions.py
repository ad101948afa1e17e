"""Keeping quotes and requests, and turning a quote into changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import pgtrigger

from bursar.accounts.models import Remark
from bursar.columns.insert import insert_together
from bursar.core.ordering.content import digest, write_quote, write_state, write_terms
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.quote import Quote
from bursar.core.ordering.request import Cause, RequestState
from bursar.core.ordering.transition import Checkpoint, Order
from bursar.core.policy.policy import Actor
from bursar.core.subscription.edit import Cancel, Edit, without_reason, write_edit
from bursar.core.subscription.subscription import Change
from bursar.history.actions import columns
from bursar.subscriptions import models


def save_quote(
    account_id: UUID,
    answer: Quote,
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
    """A quote as it is shown, of a request if it was made to review one; why somebody cancels goes into a remark."""
    why = next((edit.reason for edit in edits if isinstance(edit, Cancel) and edit.reason), "")
    kept = models.Quote.objects.create(
        account_id=account_id,
        edits=[write_edit(without_reason(edit)) for edit in edits],
        reason=_remark(account_id, why),
        outcome=answer.outcome.value,
        on=answer.on,
        content=write_quote(replace(answer, edits=_quiet(answer.edits), changes=_silent(answer.changes))),
        digest=digest(answer),
        catalog_version=catalog_version,
        policy_version=policy_version,
        account_type=account_type,
        created_at=now,
        expires_at=expires_at,
        request_id=request_id,
        **columns(actor),
    )
    return kept.id


def accept(orders: Sequence[tuple[UUID, date, Order, Sequence[Change]]], *, now: datetime) -> None:
    """Write down that quotes were accepted, with their changes. Errors: IntegrityError for one accepted before.

    Shape: the account, its day, the order, and its changes.
    """
    rows = [
        models.Order(
            id=order.id, account_id=account_id, quote_id=order.quote_id, on=on, recorded_at=now, **columns(order.actor)
        )
        for account_id, on, order, _ in orders
    ]
    insert_together(
        rows, [_row(account_id, order.id, change) for account_id, _, order, changes in orders for change in changes]
    )


def checkpoint(points: Sequence[tuple[UUID, date, Checkpoint]]) -> None:
    """Write down the whole states of accounts on a day, so that nothing before it is looked at again."""
    models.Checkpoint.objects.bulk_create(
        models.Checkpoint(account_id=account_id, on=on, position=point.position, state=write_state(point.state))
        for account_id, on, point in points
    )


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
    """A new request for what a quote says; it is open. Errors: IntegrityError while another one is."""
    made = models.Request.objects.create(
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
    return made.id


def looked_at_request(account_id: UUID, request_id: UUID, *, now: datetime) -> None:
    """Write down that somebody could still approve the request."""
    models.Request.objects.filter(account_id=account_id, pk=request_id, state="open").update(looked_at=now)


def reminded_of_request(account_id: UUID, request_id: UUID, *, now: datetime) -> None:
    """Write down that the reviewers of the request were reminded of it."""
    models.Request.objects.filter(account_id=account_id, pk=request_id, state="open").update(reminded_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How an open request ends, at a moment of the account's clock; `answer` is what the reviewer wrote."""

    account_id: UUID
    request_id: UUID
    state: RequestState
    actor: Actor
    at: datetime
    answer: str = ""
    order_id: UUID | None = None
    cause: Cause | None = None


def close_requests(closings: Sequence[Closing]) -> None:
    """End requests, where they are still open."""
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
            closed_by_kind=columns(closing.actor)["actor_kind"],
            closed_by_id=columns(closing.actor)["actor_id"],
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


def forget_asked(email: str) -> None:
    """Take somebody out of those whom stored quotes of any account say to ask, inside a transaction.

    By law people are forgotten even there: the one change to a stored quote, and none to what it decides or costs.
    """
    rows = list(models.Quote.objects.filter(content__icontains=email).only("content"))
    for row in rows:
        for edit in row.content["edits"]:
            edit["ask"] = [one for one in edit["ask"] if one["email"].lower() != email.lower()]
    with pgtrigger.ignore("subscriptions.Quote:frozen"):
        models.Quote.objects.bulk_update(rows, ["content"])


def _quiet(edits: Sequence[DecidedEdit]) -> tuple[DecidedEdit, ...]:
    return tuple(replace(edit, edit=without_reason(edit.edit)) for edit in edits)


def _silent(changes: Sequence[Change]) -> tuple[Change, ...]:
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
