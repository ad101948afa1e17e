"""The application as Django knows it."""

from django.apps import AppConfig


class UserInterface(AppConfig):
    """The frame, the components and the style sheet of all pages."""

    name = "bursar.ui"
