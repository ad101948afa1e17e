"""The application as Django knows it."""

from django.apps import AppConfig


class Subscriptions(AppConfig):
    """Quotes and changes."""

    name = "bursar.subscriptions"
