"""`manage.py make_keys`: a participant makes its private keys itself."""

from django.core.management.base import BaseCommand

from federation import clock
from federation.bus import own_record


class Command(BaseCommand):
    """Will make the first keys; there already, it changes nothing."""

    help = "Makes this participant's signing, encryption and TLS keys, and the request for its certificate."

    def handle(self, **_options: object) -> None:
        """Make what is missing and say so."""
        made = own_record.make_keys(clock.now())
        self.stdout.write("keys made" if made else "keys are there")
