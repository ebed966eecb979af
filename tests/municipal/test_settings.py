"""The settings are safe as they come."""

from django.conf import settings


def test_nothing_is_open_by_default() -> None:
    assert settings.DEBUG is False
    assert settings.APPEND_SLASH is False
    assert "django.contrib.auth" not in settings.INSTALLED_APPS
    assert "django.contrib.sessions" not in settings.INSTALLED_APPS
    assert settings.SECURE_CONTENT_TYPE_NOSNIFF is True
