"""How many seats are bought and used."""

from collections.abc import Mapping
from uuid import UUID

from bursar.core.seat import Use
from bursar.seats.models import Capacity


def uses(account_id: UUID) -> Mapping[str, Use]:
    """The seats of each product that an account has or had."""
    rows = Capacity.objects.filter(account_id=account_id).order_by("product")
    return {product: Use(bought, used) for product, bought, used in rows.values_list("product", "bought", "used")}
