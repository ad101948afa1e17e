"""The application as Django knows it."""

from django.apps import AppConfig


class Invoices(AppConfig):
    """The app of invoices, their lines and their coverage."""

    name = "bursar.invoices"
