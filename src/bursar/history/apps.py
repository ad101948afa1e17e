"""The application as Django knows it."""

from django.apps import AppConfig


class History(AppConfig):
    """The app of histories and stored responses."""

    name = "bursar.history"
