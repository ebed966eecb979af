"""The towns of a page as people name them."""

from django.utils.functional import cached_property

from federation.bus import directory
from federation.contracts.directory import Names
from federation.portal import town


class Towns:
    """Names of towns: one statement a page, and only where a name is asked for."""

    @cached_property
    def known(self) -> dict[str, Names]:
        """The names of every town that we believe."""
        return directory.names()

    def name(self, participant: str) -> str:
        """Return how people name a town in the reader's language; a town that nobody knows any more by its id."""
        if participant == town.own().id:
            return town.name()
        found = self.known.get(participant)
        return found.in_language(town.language()) if found else participant.title()
