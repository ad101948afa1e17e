"""The application as Django knows it."""

from django.apps import AppConfig


class Notices(AppConfig):
    """Emails to people."""

    name = "bursar.notices"
