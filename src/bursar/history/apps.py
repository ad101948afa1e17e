"""The application as Django knows it."""

from django.apps import AppConfig


class History(AppConfig):
    """What happened, append-only."""

    name = "bursar.history"
