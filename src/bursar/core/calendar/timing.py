"""Timing: the vendor's rule for when a kind of change takes effect, and whether billed days are then credited."""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from bursar.core.messages.entry import Flag, OneOf, Table

Effect = Literal["now", "end_of_period", "end_of_term"]


@dataclass(frozen=True, slots=True)
class Timing(Table):
    """The day on which a change takes effect, and whether days already billed at the old terms are credited."""

    effect: Annotated[Effect, OneOf(get_args(Effect))]
    credit: Flag
