"""The application of Django."""

from django.apps import AppConfig


class Notices(AppConfig):
    """Emails to people."""

    name = "bursar.notices"
