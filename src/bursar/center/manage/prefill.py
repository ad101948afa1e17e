"""Fill the form of Manage subscription in anew from the edits of a quote: the inverse of `edits.read`."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from bursar.center.manage.freed_seats import release_field
from bursar.core.money.money import rate_text
from bursar.core.subscription.edit import (
    AddProduct,
    AddTemporarySeats,
    ChangeCycle,
    ChangePlan,
    Edit,
    Keep,
    RemoveProduct,
    SetSeats,
    SetUnits,
    StartTrial,
    Undo,
)
from bursar.core.subscription.edit_rules import same_subject
from bursar.core.subscription.subscription import Change


def fields_of_edits(edits: Sequence[Edit], scheduled: Sequence[Change], currency: str) -> dict[str, str]:
    """Return the fields of the form that make these edits; edits without a control are left out.

    So is what the form showed before: it opens again, over the state in force now.
    """
    fields: dict[str, str] = {}
    change_by_id = {change.id: change for change in scheduled}
    for edit in edits:
        fields |= dict(_fields_of_edit(edit))
        if isinstance(edit, Undo) and (change := change_by_id.get(edit.change)) is not None:
            # A change in the way of another edit was asked about; any other was ticked in the list of changes.
            is_question = any(same_subject(change.edit, other) for other in edits)
            fields |= {f"about_{change.id}": "undo"} if is_question else {f"undo_{change.id}": "1"}
        if edit.price is not None and (product := getattr(edit, "product", "")):
            fields[f"price_{product}"] = rate_text(edit.price, currency)
        if edit.on is not None:
            fields |= {"on": "day", "day": edit.on.isoformat()} if isinstance(edit.on, date) else {"on": edit.on}
    return fields


def _fields_of_edit(edit: Edit) -> Iterator[tuple[str, str]]:
    match edit:
        case AddProduct() | StartTrial():
            yield f"add_{edit.product}", edit.plan
            if count := edit.seats or edit.units:
                yield f"quantity_{edit.product}", str(count)
            if isinstance(edit, StartTrial):
                yield from (("on", "trial"), ("day", edit.until.isoformat()))
        case SetSeats():
            yield f"quantity_{edit.product}", str(edit.seats)
        case SetUnits():
            yield f"quantity_{edit.product}", str(edit.units)
        case AddTemporarySeats():
            yield f"temporary_{edit.product}", str(edit.seats)
            yield f"first_{edit.product}", edit.span.start.isoformat()
            yield f"last_{edit.product}", (edit.span.end - timedelta(days=1)).isoformat()
        case ChangePlan():
            yield f"plan_{edit.product}", edit.plan
            for measure, count in (("seats", edit.seats), ("units", edit.units)):
                if count:
                    yield f"{measure}_{edit.product}", str(count)
        case RemoveProduct():
            yield f"remove_{edit.product}", "1"
        case ChangeCycle():
            yield "cycle", edit.cycle
        case Keep():
            yield f"about_{edit.change}", "keep"
    if isinstance(edit, SetSeats | ChangePlan):
        for member in edit.release:
            yield release_field(edit.product, str(member)), "1"
