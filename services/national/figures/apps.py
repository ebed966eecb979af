"""Declares this folder to Django."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """The figures that municipalities released."""

    name = "national.figures"
    label = "figures"
