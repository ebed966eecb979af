"""`manage.py verify_audit`: is the audit whole?"""

import json
import pathlib
import sys

from django.core.management.base import BaseCommand, CommandParser

from federation import clock
from federation.audit import verify
from federation.contracts.messages import CheckpointSigned


class Command(BaseCommand):
    """Will check every entry, link and checkpoint, and end with 1 when something is wrong."""

    help = "Checks the audit: nothing edited, deleted, put in another order or cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what a peer holds of us."""
        parser.add_argument(
            "--witness", help="file that a peer made with `print_witness`: checkpoints out of our reach"
        )

    def handle(self, **options: str) -> None:
        """Print a line for each finding, or that there is none."""
        witnessed = []
        if options["witness"]:
            lines = json.loads(pathlib.Path(options["witness"]).read_text(encoding="utf-8"))
            witnessed = [CheckpointSigned(one["number"], one["entries"], one["digest"]) for one in lines]
        found = verify.findings(clock.now(), witnessed)
        for finding in found:
            self.stdout.write(finding)
        if found:
            sys.exit(1)
        self.stdout.write("the audit is whole")
