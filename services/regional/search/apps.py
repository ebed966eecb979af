"""The app as Django knows it."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Registers the table."""

    name = "regional.search"
    label = "search"
