"""The Django app of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Registers the templates, the texts and the table of visits."""

    name = "municipal.desk"
    label = "desk"
