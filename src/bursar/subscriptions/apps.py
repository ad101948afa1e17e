"""The application as Django knows it."""

from django.apps import AppConfig


class Subscriptions(AppConfig):
    """The app of quotes, requests, orders and changes."""

    name = "bursar.subscriptions"
