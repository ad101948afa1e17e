"""Allocations: so much of a payment or credit note pays for an invoice or a refund, until a reversing row undoes it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of a source that pays for a target; one that `reverses` another has its amount below zero.

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
    undone = {allocation.reverses for allocation in allocations}
    return tuple(
        allocation for allocation in allocations if allocation.reverses is None and allocation.id not in undone
    )


def reversal(allocation: Allocation, new_id: UUID) -> Allocation:
    """Return the row that undoes an allocation: the same, with its amount below zero."""
    return replace(allocation, id=new_id, amount=-allocation.amount, reverses=allocation.id)
