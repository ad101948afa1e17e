"""The application as Django knows it."""

from django.apps import AppConfig


class Payments(AppConfig):
    """The app of payment methods, attempts, payments, refunds and allocations."""

    name = "bursar.payments"
