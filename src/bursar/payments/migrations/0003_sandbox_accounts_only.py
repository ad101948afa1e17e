"""Live accounts that the sandbox gateway paid for: they pay on invoice terms, and what they had open there is given up.

What it paid for before is a fact and stays; `bursar doctor` lists it.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import OuterRef, Subquery

REASON = "sandbox_gateway"


def leave_the_sandbox(apps, schema_editor):
    account, method = apps.get_model("accounts", "Account"), apps.get_model("payments", "Method")
    attempt = apps.get_model("payments", "Attempt")
    now = datetime.now(UTC)
    for one in attempt.objects.filter(state="open", gateway="sandbox", account__sandbox=False):
        give_up(apps, str(one.id), now)
        attempt.objects.filter(pk=one.pk).update(state="cancelled", reason=REASON, finished_at=now)
        paying = {"invoice": str(one.invoice_id)} if one.invoice_id else {}
        data = {"attempt": str(one.id), "state": "cancelled", "reason": REASON, **paying}
        record(apps, one.account, "payment_failed", data, now)
    last = method.objects.filter(account=OuterRef("pk")).order_by("-id").values("kind")[:1]
    paying = account.objects.filter(sandbox=False).annotate(kind=Subquery(last)).filter(kind__in=("card", "debit"))
    for one in paying:
        method.objects.create(account=one, kind="invoice", recorded_at=now)
        record(apps, one, "method_set", {"before": one.kind, "after": "invoice", "reason": REASON}, now)


def give_up(apps, key, now):
    """Let the charge of an attempt never succeed; one that has, and that nobody booked, goes back."""
    charges = apps.get_model("gateways", "SandboxCharge").objects
    charges.get_or_create(key=key, defaults={"amount_minor": 1, "currency": "EUR", "token": "", "outcome": "cancelled"})
    charges.filter(key=key, outcome="pending").update(outcome="cancelled")
    charges.filter(key=key, outcome="succeeded").update(outcome="refunded", refunded_at=now)


def record(apps, account, kind, data, now):
    on = now.astimezone(ZoneInfo(account.time_zone)).date()
    entry = apps.get_model("history", "Entry")
    entry.objects.create(account_id=account.id, kind=kind, actor_kind="system", on=on, recorded_at=now, data=data)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_small_letters"),
        ("gateways", "0001_initial"),
        ("history", "0002_kind"),
        ("payments", "0002_gateway"),
    ]
    operations = [migrations.RunPython(leave_the_sandbox, migrations.RunPython.noop)]
