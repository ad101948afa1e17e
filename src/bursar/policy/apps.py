"""The application as Django knows it."""

from django.apps import AppConfig


class Policy(AppConfig):
    """Versions of what the vendor decided."""

    name = "bursar.policy"
