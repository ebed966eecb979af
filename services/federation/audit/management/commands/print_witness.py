"""`manage.py print_witness`: what we hold of a peer's audit, for that peer's verifier."""

import dataclasses
import json

from django.core.management.base import BaseCommand, CommandParser

from federation.audit import witness


class Command(BaseCommand):
    """Will print the checkpoints that a peer sent us."""

    help = "Prints the audit checkpoints that we keep for a peer, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the peer."""
        parser.add_argument("participant")

    def handle(self, **options: str) -> None:
        """Write JSON to standard output."""
        self.stdout.write(json.dumps([dataclasses.asdict(one) for one in witness.kept(options["participant"])]))
