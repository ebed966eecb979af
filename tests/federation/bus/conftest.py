"""The bus is tested with one real town and a peer that is played by hand."""

import django

# This file is read before pytest-django starts Django, and the fixtures need its tables.
django.setup()

from broker import broker  # noqa: E402
from bus_world import committed_world, world  # noqa: E402

__all__ = ["broker", "committed_world", "world"]
