"""Read quotes, requests, orders, and the timeline that an account has agreed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from bursar.accounts.relations import MEMBERS, REMARKS
from bursar.columns.statement import for_each, select, select_one
from bursar.core.messages.problem import NotFound, phrase
from bursar.core.ordering.content import read_state, read_terms
from bursar.core.ordering.request import Basis, Cause, RequestState, RequestStatus
from bursar.core.policy.policy import Member
from bursar.core.subscription.edit import Cancel, Edit, read_edit, read_edits
from bursar.core.subscription.subscription import NOTHING, Change
from bursar.core.subscription.timeline import Timeline
from bursar.subscriptions import models


@dataclass(frozen=True, slots=True)
class Agreement:
    """The timeline from the last checkpoint on, and the position of the last change.

    `since` is the day of that checkpoint, if there is one; no earlier change is read again.
    """

    timeline: Timeline
    position: int
    since: date | None

    def before(self, id: UUID) -> "Agreement":
        """Return the agreement at the moment at which an id was made; ids are in the order of time."""
        return replace(self, timeline=self.timeline.without(lambda change: change.id >= id))


@dataclass(frozen=True, slots=True)
class SavedQuote:
    """A quote as it was shown. `content` is that of `core.ordering.content.write_quote`."""

    id: UUID
    actor_kind: str
    actor_id: UUID | None
    edits: list[dict[str, Any]]
    reason_id: UUID | None
    content: dict[str, Any]
    digest: str
    expires_at: datetime
    request_id: UUID | None
    accepted: bool


@dataclass(frozen=True, slots=True)
class SavedOrder:
    """The order that an account placed by accepting a quote, with its changes."""

    id: UUID
    quote_id: UUID
    on: date
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as it was submitted, and its end. `reason` and `answer` are texts of people, or empty.

    `content` is that of its quote, as it was shown to the requester, and `requested` its edits. The versions and the
    account type are those by which it was decided then.
    """

    account_id: UUID
    id: UUID
    quote_id: UUID
    member_id: UUID
    name: str
    email: str
    role: str
    active: bool
    reason: str
    needed_by: date | None
    state: RequestState
    created_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    closed_by_kind: str | None
    closed_by_id: UUID | None
    answer: str
    order_id: UUID | None
    cause: Cause | None
    content: dict[str, Any]
    catalog_version: int
    policy_version: int
    account_type: str
    requested: list[dict[str, Any]]
    cancellation: str

    @property
    def requester(self) -> Member:
        """The requester as they are now: one who has left is not active."""
        return Member(self.member_id, self.name, self.email, self.role, self.active)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits that are asked for, with the reason of a cancellation."""
        edits = read_edits(self.requested) if self.requested else ()
        return tuple(replace(edit, reason=self.cancellation) if isinstance(edit, Cancel) else edit for edit in edits)

    @property
    def basis(self) -> Basis:
        """The account type and versions by which it was decided when it was submitted."""
        return Basis(self.account_type, self.catalog_version, self.policy_version)

    @property
    def status(self) -> RequestStatus:
        """The state as it is stored, with the moment at which the request expires."""
        return RequestStatus(self.state, self.expires_at, self.cause)


def agreement(account_id: UUID, before: date | None = None) -> Agreement:
    """Return the agreement with an account, from its last checkpoint on, or from the last one before a day."""
    [row] = select(for_each(AGREEMENT), accounts=[account_id], before=before)
    return read_agreement(*row)


def read_agreement(since: date | None, state: Any, position: int, changes: Iterable[Sequence[Any]]) -> Agreement:
    """Return the agreement that a row of `AGREEMENT` states."""
    start = read_state(state) if state else NOTHING
    return Agreement(Timeline.of(start, (_written(change) for change in changes)), position, since)


def changes_of(rows: Iterable[models.Change]) -> tuple[Change, ...]:
    """Return the changes that rows hold."""
    return tuple(_change(attrgetter(*_COLUMNS)(row)) for row in rows)


def quote(account_id: UUID, quote_id: UUID) -> SavedQuote:
    """Return a quote of the account. Errors: NotFound."""
    row = select_one(_QUOTE, account=account_id, quote=quote_id)
    if row is None:
        raise NotFound(what=phrase("quote"))
    return SavedQuote(*row)


def order(account_id: UUID, *, order_id: UUID | None = None, quote_id: UUID | None = None) -> SavedOrder:
    """Return an order by its own id or by that of its quote. Errors: NotFound."""
    row = select_one(_ORDER, account=account_id, order=order_id, quote=quote_id)
    if row is None:
        raise NotFound(what=phrase("quote"))
    found_id, found_quote_id, on, changes = row
    return SavedOrder(found_id, found_quote_id, on, tuple(_written(change) for change in changes))


def reason(account_id: UUID, quote_id: UUID) -> str:
    """Return the reason of a cancellation, or an empty text."""
    texts = models.Quote.objects.filter(account_id=account_id, pk=quote_id).values_list("reason__text", flat=True)
    return texts.first() or ""


def request(account_id: UUID, request_id: UUID) -> RequestRow:
    """Return a request of the account. Errors: NotFound."""
    row = select_one(f"{_REQUESTS_OF_ACCOUNT} AND r.id = %(request)s", account=account_id, request=request_id)
    if row is None:
        raise NotFound(what=phrase("request"))
    return RequestRow(*row)


def open_request(account_id: UUID) -> RequestRow | None:
    """Return the account's open request, if there is one; its time may be over."""
    return open_requests([account_id]).get(account_id)


def open_requests(account_ids: Collection[UUID]) -> dict[UUID, RequestRow]:
    """Return the open requests of accounts, by account; the time of a request may be over."""
    rows = select(f"{_REQUESTS} r.account_id = ANY(%(accounts)s) AND r.state = 'open'", accounts=list(account_ids))
    return {request.account_id: request for request in (RequestRow(*row) for row in rows)}


def requests(account_id: UUID, *, before: UUID | None, limit: int) -> list[RequestRow]:
    """Return requests of an account, the newest first, those before a given one."""
    page = "AND (%(before)s::uuid IS NULL OR r.id < %(before)s) ORDER BY r.id DESC LIMIT %(limit)s"
    rows = select(f"{_REQUESTS_OF_ACCOUNT} {page}", account=account_id, before=before, limit=limit)
    return [RequestRow(*row) for row in rows]


_COLUMNS: Final = (
    *("id", "position", "order_id", "edit", "capability", "effective_on", "terms", "credit", "cuts", "takes_back"),
    *("by_vendor", "ordered_on", "undoes_id"),
)
_TEXTS: Final[Mapping[int, Callable[[str], Any]]] = {
    **{_COLUMNS.index(name): UUID for name in ("id", "order_id", "undoes_id")},
    **{_COLUMNS.index(name): date.fromisoformat for name in ("effective_on", "ordered_on")},
}
_CHANGES: Final = f"""
    coalesce(json_agg(json_build_array({", ".join(f"c.{name}" for name in _COLUMNS)})
        ORDER BY c.position) FILTER (WHERE c.id IS NOT NULL), '[]')
"""
AGREEMENT: Final = f"""
SELECT point."on" AS since, point.state::json,
    coalesce(greatest(
        point.position, (SELECT max(position) FROM subscriptions_change c WHERE c.account_id = here.account_id)
    ), 0),
    (
        SELECT {_CHANGES} FROM subscriptions_change c WHERE c.account_id = here.account_id
            AND (point."on" IS NULL OR c.effective_on > point."on" OR c.position > point.position)
    )
FROM (VALUES (1)) AS always LEFT JOIN (
    SELECT p."on", p.position, p.state FROM subscriptions_checkpoint p
    WHERE p.account_id = here.account_id AND (%(before)s::date IS NULL OR p."on" < %(before)s)
    ORDER BY p."on" DESC LIMIT 1
) point ON true
"""
"""One row for the account `here`: its last checkpoint, the position of its last change, and the changes since."""
REQUEST_OPEN: Final = (
    "EXISTS (SELECT FROM subscriptions_request r WHERE r.account_id = here.account_id AND r.state = 'open')"
)
RELEASED: Final = """
SELECT member_id::uuid FROM subscriptions_change c
CROSS JOIN jsonb_array_elements_text(c.edit->'release') AS member_id
WHERE c.account_id = here.account_id AND ({since} IS NULL OR c.effective_on > {since})
UNION SELECT member_id::uuid FROM subscriptions_quote q
CROSS JOIN jsonb_array_elements(q.edits) AS edit CROSS JOIN jsonb_array_elements_text(edit->'release') AS member_id
WHERE q.account_id = here.account_id AND (q.id = %(quote)s::uuid OR q.id IN (
    SELECT r.quote_id FROM subscriptions_request r WHERE r.account_id = here.account_id AND r.state = 'open'
))
UNION SELECT unnest(%(released)s::uuid[])
"""
"""The members who give up a seat by changes after `since`, by the open request, by a quote, or by edits at hand."""
_ORDER: Final = f"""
SELECT o.id, o.quote_id, o."on", {_CHANGES}
FROM subscriptions_order o LEFT JOIN subscriptions_change c ON c.account_id = o.account_id AND c.order_id = o.id
WHERE o.account_id = %(account)s AND (o.id = %(order)s OR o.quote_id = %(quote)s)
GROUP BY o.id
"""
_QUOTE: Final = """
SELECT id, actor_kind, actor_id, edits::json, reason_id, content::json, digest, expires_at, request_id,
    EXISTS (SELECT FROM subscriptions_order o WHERE o.account_id = q.account_id AND o.quote_id = q.id)
FROM subscriptions_quote q WHERE account_id = %(account)s AND id = %(quote)s
"""


_REQUESTS: Final = f"""
SELECT r.account_id, r.id, r.quote_id, r.member_id, m.name, m.email, m.role, m.active,
    coalesce(reason.text, ''), r.needed_by, r.state,
    r.created_at, r.expires_at, r.closed_at, r.closed_by_kind, r.closed_by_id, coalesce(answer.text, ''),
    r.order_id, r.cause, q.content::json, q.catalog_version, q.policy_version, q.account_type,
    q.edits::json, coalesce(cancellation.text, '')
FROM subscriptions_request r
JOIN subscriptions_quote q ON q.account_id = r.account_id AND q.id = r.quote_id
JOIN {MEMBERS} m ON m.account_id = r.account_id AND m.id = r.member_id
LEFT JOIN {REMARKS} reason ON reason.account_id = r.account_id AND reason.id = r.reason_id
LEFT JOIN {REMARKS} answer ON answer.account_id = r.account_id AND answer.id = r.answer_id
LEFT JOIN {REMARKS} cancellation ON cancellation.account_id = q.account_id AND cancellation.id = q.reason_id
WHERE"""
_REQUESTS_OF_ACCOUNT: Final = f"{_REQUESTS} r.account_id = %(account)s"


def _written(row: Sequence[Any]) -> Change:
    """Read a change that the database wrote as JSON, where ids and days are texts."""
    row = list(row)
    for place, read in _TEXTS.items():
        row[place] = read(row[place]) if row[place] else None
    return _change(row)


def _change(row: Sequence[Any]) -> Change:
    """Read a change from its columns, in the order of `_COLUMNS`."""
    fields = dict(zip(_COLUMNS, row, strict=True))
    agreed_prices, cycle = read_terms(fields.pop("terms"))
    edit, order, undoes = read_edit(fields.pop("edit"), "edit"), fields.pop("order_id"), fields.pop("undoes_id")
    return Change(**fields, edit=edit, order=order, undoes=undoes, agreed_prices=agreed_prices, cycle=cycle)
