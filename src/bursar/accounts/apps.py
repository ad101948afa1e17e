"""The application as Django knows it."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """The app of people, accounts and members."""

    name = "bursar.accounts"
