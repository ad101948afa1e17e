"""The application as Django knows it."""

from django.apps import AppConfig


class Center(AppConfig):
    """The Admin Center."""

    name = "bursar.center"
