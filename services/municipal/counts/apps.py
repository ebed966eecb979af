"""Declares this folder to Django."""

from django.apps import AppConfig


class CountsConfig(AppConfig):
    """The figures of closed years."""

    name = "municipal.counts"
    label = "counts"
