"""Declares this folder to Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases, who answers for them, and what is written in them."""

    name = "municipal.cases"
    label = "cases"
