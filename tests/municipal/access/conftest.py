"""A town with everything in it, for the one table of who may see and do what."""

import django

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

from people_at_work import desk  # noqa: E402
from two_towns import town_databases, town_factory, towns  # noqa: E402

__all__ = ["desk", "town_databases", "town_factory", "towns"]
