"""`manage.py trust_peer`: a person confirms that a key is the other town's."""

import getpass
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from federation import clock
from federation.bus import directory
from federation.errors import DomainError


class Command(BaseCommand):
    """Will show the fingerprint of participants' keys, and believe one when a person confirms it."""

    help = "Shows the fingerprint of a participant's signing key; with --fingerprint, believes the key from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the participants, and how they are confirmed."""
        parser.add_argument("participants", nargs="+", metavar="participant")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--fingerprint", help="as the other town's manager read it out on the telephone")
        how.add_argument("--as-shown", action="store_true", help="believe what the directory says: demonstrations only")
        parser.add_argument("--wait", type=int, default=0, help="seconds to wait for the record to arrive")
        parser.add_argument("--by", default=getpass.getuser(), help="who confirms")

    def handle(self, **options: Any) -> None:
        """Show, or believe."""
        if options["fingerprint"] and len(options["participants"]) > 1:
            raise CommandError("A fingerprint is one participant's.")
        for name in options["participants"]:
            self._one(name, options)

    def _one(self, name: str, options: dict[str, Any]) -> None:
        self._wait(name, options["wait"])
        shown = directory.fingerprint_of(name)
        if shown is None:
            raise CommandError(
                f"The directory has no record of {name}. Its worker publishes none, or ours has not read it."
            )
        given = shown if options["as_shown"] else options["fingerprint"]
        if not given:
            self.stdout.write(f"{name}: {shown}")
            self.stdout.write("Compare it on the telephone, then run this again with --fingerprint.")
            return
        try:
            directory.trust(name, given, by=options["by"], at=clock.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None
        self.stdout.write(f"{name}: believed from now on ({shown})")

    def _wait(self, name: str, seconds: int) -> None:
        pause = threading.Event()
        for _ in range(seconds * 5):
            if directory.newest_of(name) is not None:
                return
            pause.wait(0.2)
