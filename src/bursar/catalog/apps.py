"""The application as Django knows it."""

from django.apps import AppConfig


class Catalog(AppConfig):
    """Versions of what the vendor sells."""

    name = "bursar.catalog"
