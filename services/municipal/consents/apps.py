"""Declares this folder to Django."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """What people agreed to, and took back."""

    name = "municipal.consents"
    label = "consents"
