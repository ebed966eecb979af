"""The app as Django knows it."""

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    """Registers the tables."""

    name = "regional.progress"
    label = "progress"
