"""When a change takes effect, as the vendor decided."""

from dataclasses import dataclass
from typing import Literal

Effect = Literal["now", "end_of_period", "end_of_term"]


@dataclass(frozen=True, slots=True)
class Timing:
    """When a change takes effect, and whether days already billed at the old terms are then credited."""

    effect: Effect
    credit: bool
