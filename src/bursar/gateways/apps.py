"""The application as Django knows it."""

from django.apps import AppConfig


class Gateways(AppConfig):
    """How money moves."""

    name = "bursar.gateways"
