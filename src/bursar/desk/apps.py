"""The application as Django knows it."""

from django.apps import AppConfig


class Desk(AppConfig):
    """The vendor's desk."""

    name = "bursar.desk"
