"""Counters of a running Bursar, summed over all its processes if they share a folder.

`PROMETHEUS_MULTIPROC_DIR` names the folder; the library reads it when it is imported. Labels are codes, never anything
that somebody typed.
"""

from typing import Final

from prometheus_client import Counter, Histogram

requests: Final = Counter("bursar_requests", "Requests that were answered.", ("method", "route", "status"))
seconds: Final = Histogram("bursar_request_seconds", "How long it took to answer a request.")
decisions: Final = Counter(
    "bursar_decisions", "Actions of members and programs: allowed, by_request or refused.", ("outcome", "by")
)
failures: Final = Counter("bursar_failures", "Unexpected exceptions, by the part of Bursar they ended in.", ("part",))
emails: Final = Counter("bursar_emails", "Tries to send an email: sent, to be tried again, given up.", ("outcome",))
attempts: Final = Counter("bursar_payment_attempts", "Payment attempts that came to an end.", ("outcome",))
ALL: Final = (requests, seconds, decisions, failures, emails, attempts)
