"""The national level is tested in a process of its own, with municipalities that are played by hand."""

import django

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

from national_world import api, world  # noqa: E402

__all__ = ["api", "world"]
