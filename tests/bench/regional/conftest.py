"""Measured in a process of the regional level, on the real OpenSearch: ZENNE_TEST_LEVEL=regional."""

import django

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

from region_at_work import region  # noqa: E402

__all__ = ["region"]
