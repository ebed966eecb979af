"""Pages of the desk are also tested with two towns that really exchange."""

import django

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

from pages_of_towns import visit, words  # noqa: E402
from people_at_work import desk  # noqa: E402
from two_towns import town_databases, town_factory, towns  # noqa: E402

__all__ = ["desk", "town_databases", "town_factory", "towns", "visit", "words"]
