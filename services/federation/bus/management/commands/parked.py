"""`manage.py parked`: what waits for a person, and the ways out."""

import getpass

from django.core.management.base import BaseCommand, CommandError, CommandParser

from federation import clock
from federation.bus import parked
from federation.errors import DomainError


class Command(BaseCommand):
    """Will list, show, retry or answer messages that wait."""

    help = "Shows what waits in the inbox (list, show), tries it again (retry), or closes it (answer)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name what to do, and with which message."""
        parser.add_argument("act", choices=["list", "show", "retry", "answer"])
        parser.add_argument("message", nargs="?", type=int, help="number of the message, as `list` shows it")
        parser.add_argument("--reason", default="closedByPerson", help="code that the sender is told")
        parser.add_argument("--by", default=getpass.getuser(), help="who decides; stored with the attempt")

    def handle(self, **options: str) -> None:
        """Do it, or say why not."""
        number, at = options["message"], clock.now()
        if options["act"] == "list":
            self._list()
            return
        if number is None:
            raise CommandError("Say which message: its number stands first in `parked list`.")
        try:
            if options["act"] == "show":
                self._show(int(number))
            elif options["act"] == "retry":
                parked.retry(int(number), by=options["by"], at=at)
                self.stdout.write(f"{number}: will be tried again by the worker")
            else:
                told = parked.answer(int(number), reason=options["reason"], by=options["by"], at=at)
                self.stdout.write(f"{number}: closed; the sender is {'told' if told else 'not told'}")
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None

    def _list(self) -> None:
        for one in parked.waiting():
            self.stdout.write(_line(one))

    def _show(self, number: int) -> None:
        one, attempts = parked.look_at(number)
        self.stdout.write(_line(one))
        for attempt in attempts:
            self.stdout.write(
                f"  {attempt.at:%Y-%m-%d %H:%M:%S}Z {attempt.outcome} {attempt.reason} {attempt.place} by {attempt.by}"
            )


def _line(one: parked.Parked) -> str:
    what = f"{one.type or 'unread'} of {one.source or 'nobody'}"
    where = f" referral {one.referral_id} seq {one.seq}" if one.referral_id else ""
    return (
        f"{one.id} {one.state} {one.reason}: {what}{where}, since {one.since:%Y-%m-%d %H:%M}Z. Way out: {one.way_out}."
    )
