"""The application as Django knows it."""

from django.apps import AppConfig


class Policy(AppConfig):
    """The app of the policy's versions."""

    name = "bursar.policy"
