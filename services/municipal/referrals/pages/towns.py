"""The two towns of a referral as people name them, with their telephones and calendars."""

import datetime
from dataclasses import dataclass

from federation import clock
from federation.bus import directory, local
from federation.contracts.directory import DirectoryRecord
from federation.portal import town
from municipal.referrals import queries
from municipal.referrals.rules import Direction


@dataclass(frozen=True)
class Side:
    """One side of a referral, as both sides see it."""

    name: str
    team: str
    phone: str
    holidays: str
    closures: tuple[datetime.date, ...]

    def working_days(self, since: datetime.date, until: datetime.date) -> int:
        """Return how many working days of this side lie after `since`, up to and with `until`."""
        years = tuple(range(since.year, max(since, until).year + 1))
        return clock.working_days_after(since, until, closed=clock.closed_days(self.holidays, self.closures, years))


class Towns:
    """The towns of a page: one statement, however many referrals stand on it."""

    def __init__(self) -> None:
        """Will know every town whose record we believe."""
        self.records = directory.believed()

    def name(self, participant: str) -> str:
        """Return how people name a town in the reader's language; a town that nobody knows any more by its id."""
        if participant == local.participant():
            return town.name()
        record = self.records.get(participant)
        return record.names.in_language(town.language()) if record else participant.title()

    def sender(self, referral: queries.ReferralRow) -> str:
        """Return the name of the town that asks."""
        return town.name() if referral.direction == Direction.SENT else self.name(referral.peer)

    def recipient(self, referral: queries.ReferralRow) -> str:
        """Return the name of the town that is asked."""
        return self.name(referral.peer) if referral.direction == Direction.SENT else town.name()

    def names(self, referral: queries.ReferralRow) -> dict[str, str]:
        """Return both names, for the sentences about a referral."""
        return {"sender": self.sender(referral), "recipient": self.recipient(referral)}

    def sides(self, referral: queries.ReferralRow) -> tuple[Side, Side]:
        """Return the sender's side and the recipient's."""
        ours, theirs = self._ours(referral), self._theirs(referral)
        return (ours, theirs) if referral.direction == Direction.SENT else (theirs, ours)

    def _ours(self, referral: queries.ReferralRow) -> Side:
        own = queries.tenant()
        team = own.team(referral.team)
        name, phone = (team.names[town.language()], team.phone) if team else ("", "")
        return Side(town.name(), name, phone, own.holidays, own.closures)

    def _theirs(self, referral: queries.ReferralRow) -> Side:
        record: DirectoryRecord | None = self.records.get(referral.peer)
        team = queries.peer_team_of(referral, record)
        return Side(
            self.name(referral.peer),
            team.names.in_language(town.language()) if team else "",
            (team.phone or "") if team else "",
            record.holidays if record else queries.tenant().holidays,
            record.closures if record else (),
        )
