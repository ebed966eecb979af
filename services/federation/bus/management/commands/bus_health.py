"""`manage.py bus_health`: ages and counts of the bus as one line of JSON."""

import dataclasses
import json

from django.core.management.base import BaseCommand

from federation import clock
from federation.bus import health


class Command(BaseCommand):
    """Will print how the bus of this participant is."""

    help = "Prints ages and counts of the bus as JSON."

    def handle(self, **_options: object) -> None:
        """Write one line to standard output."""
        self.stdout.write(json.dumps(dataclasses.asdict(health.health(clock.now()))))
