"""The application as Django knows it."""

from django.apps import AppConfig


class Seats(AppConfig):
    """How many seats each account has."""

    name = "bursar.seats"
