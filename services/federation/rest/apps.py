"""Declares this folder to Django."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    """The Django app of the APIs' common parts; it has one table, of idempotency keys."""

    name = "federation.rest"
    label = "rest"
