"""`manage.py rebuild_index`: the search index anew from PostgreSQL, while everything goes on."""

from django.core.management.base import BaseCommand, CommandError

from federation import clock
from federation.errors import DomainError
from regional.search import actions


class Command(BaseCommand):
    """Will build the index anew and let it answer when it is whole."""

    help = "Builds the search index anew from PostgreSQL while messages arrive; searches go on in the old one."

    def handle(self, **_: str) -> None:
        """Build, and say how many documents there are."""
        try:
            copied = actions.rebuild_index(at=clock.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None
        self.stdout.write(f"{copied} referrals are in the new index, which answers from now on.")
