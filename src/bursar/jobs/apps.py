"""The application as Django knows it."""

from django.apps import AppConfig


class Jobs(AppConfig):
    """What runs by itself."""

    name = "bursar.jobs"
