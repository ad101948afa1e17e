"""The application as Django knows it."""

from django.apps import AppConfig


class Catalog(AppConfig):
    """The app of the catalog's versions."""

    name = "bursar.catalog"
