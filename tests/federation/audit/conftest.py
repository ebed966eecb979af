"""The audit is tested beside the bus of one town, which carries its checkpoints."""

import django

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

from bus_world import committed_world, world  # noqa: E402

__all__ = ["committed_world", "world"]
