"""The Django app of the audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the tables of entries, seals and checkpoints."""

    name = "federation.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
