"""The doors of one municipality, each API under its name and major version (Belgif uri-format)."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
