"""Writing down how many seats are bought."""

from collections.abc import Mapping
from uuid import UUID

from bursar.columns.ids import uuid7
from bursar.core.seat import Use
from bursar.seats.models import Capacity


def set_bought(account_id: UUID, before: Mapping[str, Use], bought: Mapping[str, int]) -> None:
    """The seats bought of each product, none of any product that is not named; inside a deed that read those before."""
    stood = {product: use.bought for product, use in before.items()}
    wanted = {**dict.fromkeys(stood, 0), **bought}
    Capacity.objects.bulk_create(
        [
            Capacity(id=uuid7(), account_id=account_id, product=product, bought=seats)
            for product, seats in wanted.items()
            if stood.get(product) != seats
        ],
        update_conflicts=True,
        unique_fields=["account", "product"],
        update_fields=["bought"],
    )
