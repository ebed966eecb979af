"""The Django app of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Registers the templates and texts; there are no tables."""

    name = "municipal.desk"
    label = "desk"
