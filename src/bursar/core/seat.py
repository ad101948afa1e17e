"""Seats: how many are bought and used, and what must be said before fewer are bought than are in use."""

from dataclasses import dataclass

from bursar.core.edit import SetSeats
from bursar.core.problem import Invalid


class SeatsInUse(Invalid):
    """{used} people use {product}; to keep {seats} seats, name {more} more of them who give theirs up."""

    code = "seats_in_use"


@dataclass(frozen=True, slots=True)
class Use:
    """The seats of one product. More may be used than bought after a reduction: nobody is thrown out."""

    bought: int
    used: int

    @property
    def free(self) -> int:
        """How many more people can be given one."""
        return max(self.bought - self.used, 0)


def check_release(use: Use | None, edit: SetSeats) -> None:
    """Fewer seats than are used need the people to be named who lose theirs. Errors: SeatsInUse."""
    if use is None or edit.seats >= use.bought:
        return
    more = use.used - edit.seats - len(set(edit.release))
    if more > 0:
        raise SeatsInUse(used=use.used, product=edit.product, seats=edit.seats, more=more)
