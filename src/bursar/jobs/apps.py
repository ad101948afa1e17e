"""The application as Django knows it."""

from django.apps import AppConfig


class Jobs(AppConfig):
    """The worker's tasks."""

    name = "bursar.jobs"
