"""Decide about an account and do what was decided: quote, accept, request, renew, collect.

This is all that the rest of Bursar sees of it; import-linter lets nobody import the modules below from outside.
"""

from bursar.checkout.actions import Result, Stale, accept, approve, quote, undo
from bursar.checkout.announcements import announce, announce_each
from bursar.checkout.booking import record_payment, undo_payment
from bursar.checkout.checks import AlreadyTaken, QuoteExpired
from bursar.checkout.collection import collect, collect_all, pay, set_method
from bursar.checkout.consequences import coming_shortfalls, followed, look_at_request
from bursar.checkout.gather import context, edits_of, preview
from bursar.checkout.journal import journal_of_account, journal_of_invoice
from bursar.checkout.payment import Declined, confirm, follow_up, give_up, hear
from bursar.checkout.refunds import finish_refund, refund
from bursar.checkout.renewal import Renewed, preview_renewals, renew, renew_each
from bursar.checkout.requests import (
    MOST_TEXT,
    NeededTooEarly,
    ReasonNeeded,
    basis,
    expire,
    preview_request,
    reject,
    remind,
    submit,
    withdraw,
)

__all__ = [
    "MOST_TEXT",
    "AlreadyTaken",
    "Declined",
    "NeededTooEarly",
    "QuoteExpired",
    "ReasonNeeded",
    "Renewed",
    "Result",
    "Stale",
    "accept",
    "announce",
    "announce_each",
    "approve",
    "basis",
    "collect",
    "collect_all",
    "coming_shortfalls",
    "confirm",
    "context",
    "edits_of",
    "expire",
    "finish_refund",
    "follow_up",
    "followed",
    "give_up",
    "hear",
    "journal_of_account",
    "journal_of_invoice",
    "look_at_request",
    "pay",
    "preview",
    "preview_renewals",
    "preview_request",
    "quote",
    "record_payment",
    "refund",
    "reject",
    "remind",
    "renew",
    "renew_each",
    "set_method",
    "submit",
    "undo",
    "undo_payment",
    "withdraw",
]
