"""The application as Django knows it."""

from django.apps import AppConfig


class Invoices(AppConfig):
    """Invoices, their lines and what those cover."""

    name = "bursar.invoices"
