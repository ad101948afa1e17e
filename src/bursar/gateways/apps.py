"""The application as Django knows it."""

from django.apps import AppConfig


class Gateways(AppConfig):
    """The app of the sandbox gateway's tables."""

    name = "bursar.gateways"
