"""`manage.py print_record`: our signed directory record, for the federation to countersign."""

from django.core.management.base import BaseCommand

from federation import clock
from federation.bus import own_record


class Command(BaseCommand):
    """Will print the record of this participant, signed by it."""

    help = "Prints this participant's directory record, signed with its own key."

    def handle(self, **_options: object) -> None:
        """Write the record to standard output."""
        self.stdout.write(own_record.print_record(clock.now()))
