"""How many seats an account has and uses."""

from django.db import models
from django.db.models import Q

from bursar.columns.row import AccountRow


class Capacity(AccountRow):
    """The seats of one product. Used may exceed bought after a reduction: nobody is thrown out."""

    product = models.TextField()
    bought = models.IntegerField(default=0)
    used = models.IntegerField(default=0)

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            models.UniqueConstraint(fields=("account", "product"), name="seats_capacity_product"),
            models.CheckConstraint(condition=Q(bought__gte=0), name="seats_capacity_bought"),
            models.CheckConstraint(condition=Q(used__gte=0), name="seats_capacity_used"),
        )
