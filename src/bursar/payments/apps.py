"""The application as Django knows it."""

from django.apps import AppConfig


class Payments(AppConfig):
    """Methods, attempts, payments and allocations."""

    name = "bursar.payments"
