"""The Django app of the common look."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the table of drafts, the templates and the static files."""

    name = "federation.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"
