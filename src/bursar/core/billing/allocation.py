"""Allocations: amounts of payments and credit notes that pay for invoices and refunds, and their reversal."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Allocation:
    """An amount of a source that pays for a target; a reversing row names the allocation in `reverses`, below zero.

    Unit: minor units.
    """

    id: UUID
    source: UUID
    target: UUID
    amount: int
    reverses: UUID | None = None


def in_force(allocations: Iterable[Allocation]) -> tuple[Allocation, ...]:
    """Return the allocations that no reversing row undoes."""
    allocations = tuple(allocations)
    # A row is never deleted or changed. It is undone by another row, so that both days stay in the books.
    undone = {allocation.reverses for allocation in allocations}
    return tuple(
        # Neither the undone row nor the one that undoes it pays for anything.
        allocation
        for allocation in allocations
        if allocation.reverses is None and allocation.id not in undone
    )


def reversal(allocation: Allocation, new_id: UUID) -> Allocation:
    """Return the row that undoes an allocation: the same, with its amount below zero."""
    return replace(allocation, id=new_id, amount=-allocation.amount, reverses=allocation.id)
