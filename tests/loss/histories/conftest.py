"""Histories are played on two towns that really exchange, each with a database of its own."""

import django

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

from two_towns import town_databases, town_factory  # noqa: E402

__all__ = ["town_databases", "town_factory"]
