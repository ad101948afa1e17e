"""A process killed anywhere on the way to a payment: what runs by itself finishes it, and nothing is charged twice."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from api_client import TEAM_10, ApiClient
from bursar.checkout import follow_up
from bursar.gateways.models import SandboxCharge
from bursar.gateways.sandbox import Sandbox
from bursar.invoices.models import Invoice
from bursar.jobs.steps import run_once
from bursar.payments.models import Attempt, Payment, Refund
from bursar.payments.queries import attempt
from bursar.subscriptions.models import Order

pytestmark = pytest.mark.django_db(transaction=True)

# The process takes a purchase that is paid by card, and kills itself at the moment named.
PROGRAM = """
import os, signal, sys
from datetime import UTC, datetime
from uuid import UUID
import django
django.setup()
from django.conf import settings
from django.db import connection
from bursar import checkout
from bursar.core.subscription.edit import read_edits
from bursar.core.policy.policy import VENDOR
from bursar.gateways.sandbox import Sandbox

def die():
    os.kill(os.getpid(), signal.SIGKILL)

moment, account = sys.argv[1], UUID(sys.argv[2])

class Gateway(Sandbox):
    def charge(self, *arguments):
        if moment == "before the gateway is asked":
            die()
        answer = super().charge(*arguments)
        if moment == "before its answer arrives":
            die()
        return answer

def watch(execute, sql, params, many, context):
    if moment == "while it is booked" and "payments_payment" in sql and sql.startswith("INSERT"):
        die()
    return execute(sql, params, many, context)

settings.GATEWAYS = {"sandbox": "__main__.Gateway"}
edit = {"edit": "add_product", "product": "support", "plan": "team", "seats": 10}
with connection.execute_wrapper(watch):
    checkout.accept(account, edits=read_edits([edit]), actor=VENDOR, now=datetime.now(UTC))
if moment == "after everything":
    die()
"""


@pytest.fixture
def path(vendor: None) -> str:
    api = ApiClient()
    opened = {
        "name": "Acme",
        "sandbox": True,
        "account_type": "self_service",
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "owner": {"name": "Owner", "email": "owner@acme.example"},
    }
    found = f"/accounts/{api.ok('POST', '/accounts', opened)['id']}"
    api.ok("PUT", f"{found}/payment_method", {"type": "card", "token": "ok"})
    return found


def killed(moment: str, path: str) -> None:
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bursar.site.settings"}
    command = [sys.executable, "-c", PROGRAM, moment, path.rpartition("/")[2]]
    ended = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        ("before the gateway is asked", 0),
        ("before its answer arrives", 1),
        ("while it is booked", 1),
        ("after everything", 1),
    ],
)
def test_whatever_was_killed_is_finished_and_charged_at_most_once(path: str, moment: str, taken: int) -> None:
    killed(moment, path)
    for _ in range(2):
        run_once(datetime.now(UTC) + timedelta(minutes=2))
    succeeded = SandboxCharge.objects.filter(outcome="succeeded").count()
    counts = (Order.objects.count(), Invoice.objects.count(), Payment.objects.count(), succeeded)
    assert counts == (taken,) * 4
    assert Attempt.objects.get().state == ("succeeded" if taken else "cancelled")
    assert ApiClient().ok("POST", f"{path}/changes", {"edits": [TEAM_10]})["invoice"] if not taken else True


def test_what_was_killed_just_now_is_left_alone_for_a_moment(path: str) -> None:
    killed("before the gateway is asked", path)
    run_once(datetime.now(UTC))
    assert Attempt.objects.get().state == "open"


def test_a_charge_that_arrives_after_it_was_given_up_does_not_succeed(path: str) -> None:
    killed("before the gateway is asked", path)
    run_once(datetime.now(UTC) + timedelta(minutes=2))
    given_up = Attempt.objects.get()
    late = Sandbox().find(str(given_up.id))
    assert late.answer == "cancelled"


def test_money_that_comes_too_late_goes_back_once(path: str) -> None:
    killed("before its answer arrives", path)
    waiting = Attempt.objects.get()
    Attempt.objects.filter(pk=waiting.pk).update(state="cancelled", finished_at=datetime.now(UTC))
    for _ in range(2):
        follow_up(attempt(UUID(path.rpartition("/")[2]), waiting.id), now=datetime.now(UTC))
    assert SandboxCharge.objects.get().outcome == "refunded"
    assert (Refund.objects.get().state, Payment.objects.count(), Order.objects.count()) == ("succeeded", 1, 0)
    assert Attempt.objects.get().state == "refunded"
