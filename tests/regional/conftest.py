"""The suites of a region run in a process of that level: ZENNE_TEST_LEVEL=regional."""

import django

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

from index_on_paper import any_indices, paper_index  # noqa: E402
from real_index import real_index  # noqa: E402
from region_at_work import hear, offered, region  # noqa: E402
from two_towns import town_databases, town_factory  # noqa: E402

__all__ = ["any_indices", "hear", "offered", "paper_index", "real_index", "region", "town_databases", "town_factory"]
