"""The application as Django knows it."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """People, accounts and members."""

    name = "bursar.accounts"
