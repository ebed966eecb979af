"""`manage.py print_register`: the register of processing, as Markdown."""

from django.conf import settings
from django.core.management.base import BaseCommand

from federation.audit import register


class Command(BaseCommand):
    """Will print the register of processing from the tables' own words."""

    help = "Prints the register of processing (GDPR art. 30) from what each table says of itself."

    def handle(self, **_options: object) -> None:
        """Write the register to standard output."""
        level = settings.ROOT_URLCONF.split(".")[0]
        lines = [register.line_of(model) for model in register.tables(("federation", level))]
        self.stdout.write(register.printed(lines, title=f"Register of processing: {level}"), ending="")
