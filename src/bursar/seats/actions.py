"""Writing down how many seats are bought."""

from collections.abc import Mapping
from uuid import UUID

from bursar.columns.ids import uuid7
from bursar.seats.models import Capacity


def set_bought(account_id: UUID, bought: Mapping[str, int]) -> None:
    """The seats bought of each product, none of any product that is not named; inside a deed."""
    Capacity.objects.filter(account_id=account_id).exclude(product__in=bought).exclude(bought=0).update(bought=0)
    Capacity.objects.bulk_create(
        [
            Capacity(id=uuid7(), account_id=account_id, product=product, bought=seats)
            for product, seats in bought.items()
        ],
        update_conflicts=True,
        unique_fields=["account", "product"],
        update_fields=["bought"],
    )
