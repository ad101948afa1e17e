"""The application as Django knows it."""

from django.apps import AppConfig


class Seats(AppConfig):
    """The app of seats and assignments."""

    name = "bursar.seats"
