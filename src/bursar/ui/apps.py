"""The application as Django knows it."""

from django.apps import AppConfig


class Look(AppConfig):
    """Frame and style."""

    name = "bursar.ui"
