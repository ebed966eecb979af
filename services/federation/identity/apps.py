"""The Django app of people who are logged in with a browser."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers the table of sessions."""

    name = "federation.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"
