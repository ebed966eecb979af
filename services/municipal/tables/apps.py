"""Declares this folder to Django."""

from django.apps import AppConfig


class TablesConfig(AppConfig):
    """Partner tables, their agendas, and what was agreed there."""

    name = "municipal.tables"
    label = "tables"
