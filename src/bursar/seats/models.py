"""The seats of each product, and the members who use them."""

from django.db import models
from django.db.models import F, Q

from bursar.columns.guard import frozen_but
from bursar.columns.reference import SameAccount
from bursar.columns.row import AccountRow


class Capacity(AccountRow):
    """The seats of a product. After a reduction `used` may exceed `bought`, because nobody loses a seat by itself.

    `light_agents` is the most members who may have the product without a seat; None is no limit. `counted` says that
    the vendor's own product gives its seats to people and reports how many are used.
    """

    product = models.TextField()
    bought = models.IntegerField(default=0)
    # Stored, and not counted from assignments each time, because the vendor may count in its own product.
    used = models.IntegerField(default=0)
    counted = models.BooleanField(default=False)
    light_agents = models.IntegerField(null=True)

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            models.UniqueConstraint(fields=("account", "product"), name="seats_capacity_product"),
            models.CheckConstraint(condition=Q(bought__gte=0), name="seats_capacity_bought"),
            models.CheckConstraint(condition=Q(used__gte=0), name="seats_capacity_used"),
            models.CheckConstraint(
                condition=Q(light_agents=None) | Q(light_agents__gte=0), name="seats_capacity_light_agents"
            ),
        )


class Seen(AccountRow):
    """The last day on which the vendor's product asked what a member may use."""

    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    on = models.DateField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("member"),
            models.UniqueConstraint(fields=("account", "member"), name="seats_seen_once"),
        )


class Assignment(AccountRow):
    """A product given to a member, from `since` until `ended_at`. Light agents have it without a seat."""

    product = models.TextField()
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("member"),
            models.UniqueConstraint(
                fields=("account", "product", "member"), condition=Q(ended_at=None), name="seats_assignment_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")), name="seats_assignment_ends_after"
            ),
        )
        triggers = frozen_but("ended_at")
