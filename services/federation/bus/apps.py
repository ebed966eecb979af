"""The Django app of the bus."""

from django.apps import AppConfig


class BusConfig(AppConfig):
    """Registers the tables of outbox, inbox and directory."""

    name = "federation.bus"
    label = "bus"
    default_auto_field = "django.db.models.BigAutoField"
