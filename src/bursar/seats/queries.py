"""How many seats are bought and used."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from bursar.columns.statement import select
from bursar.core.seat import Use


def uses(account_id: UUID) -> Mapping[str, Use]:
    """The seats of each product that an account has or had."""
    rows = select(_USES, account=account_id)
    return {product: Use(bought, used) for product, bought, used in rows}


_USES: Final = "SELECT product, bought, used FROM seats_capacity WHERE account_id = %(account)s ORDER BY product"
