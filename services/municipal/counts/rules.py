"""What is counted of a closed year, how it is protected, and who may freeze and release it. Plain Python."""

import datetime
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from federation import protection
from federation.contracts import digests, programmes, strict_json
from federation.errors import DomainError, Kind
from federation.identity.actor import Actor, Role
from municipal.people import rules as people

ADULT = 18

READERS = (Role.MANAGER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER)
FREEZERS = (Role.MANAGER,)
APPROVERS = (Role.MANAGER, Role.COORDINATOR)


class Indicator(enum.StrEnum):
    """What is counted (schemas/codes/indicator.yaml)."""

    NEW_SIGNALS = "newSignals"
    """First contact in the year: a case opened by intake, not one that came from another municipality."""
    OPENED = "opened"
    """Support that began here in the year: by intake, or because we accepted a case and it stayed."""
    OPEN_AT_YEAR_END = "openAtYearEnd"
    """Cases for which this town answered when 31 December ended."""


class AgeBand(enum.StrEnum):
    """Age on the day of the first contact (schemas/codes/counted-age-band.yaml)."""

    ALL = "all"
    UNDER_18 = "under18"
    FROM_18 = "from18"


class YearNotFound(DomainError):
    """There is no such closed year here."""

    kind = Kind.NOT_FOUND


class YearNotClosed(DomainError):
    """Only a year that is over can be frozen, and none from before the first case here."""

    kind = Kind.CONFLICT


class YearFrozen(DomainError):
    """This year is frozen already."""

    kind = Kind.CONFLICT


class YearNotFrozen(DomainError):
    """This year is not frozen yet."""

    kind = Kind.CONFLICT


class YearReleased(DomainError):
    """This year was released already; a figure leaves once."""

    kind = Kind.CONFLICT


class SamePerson(DomainError):
    """Somebody else approves than who froze the year."""

    kind = Kind.NOT_ALLOWED


class SnapshotChanged(DomainError):
    """The stored counts are not those that were frozen; nothing is released. Tell who runs this installation."""

    kind = Kind.CONFLICT


class NationUnknown(DomainError):
    """There is no national level that this town has confirmed."""

    kind = Kind.CONFLICT


@dataclass(frozen=True)
class Episode:
    """One acquisition of custody, as far as counting needs it. Days are Belgian."""

    id: str
    case: str
    by_intake: bool
    began_on: datetime.date
    ended_on: datetime.date | None
    undone: bool
    """Whether the acceptance that began it was answered by the sender keeping the case."""
    birth_on: datetime.date | None
    """Unknown where the person was erased or the file never came: counted in the total, in no band."""


@dataclass(frozen=True)
class Cell:
    """An exact count and the key of its people, which add up over cells and municipalities, and what may leave."""

    indicator: Indicator
    age_band: AgeBand
    count: int
    key: int
    shown: int | None
    """The figure that may leave; None is written `<10`. The same at every call: it is drawn from keys."""

    @property
    def written(self) -> str:
        """That figure as people read it."""
        return protection.written(self.shown)


def count_year(episodes: Iterable[Episode], *, year: int, statistics_key: bytes) -> tuple[Cell, ...]:
    """Return the cells of the first programme, in its order."""
    counted = list(episodes)
    return protected_cells(
        programmes.FIRST,
        [
            _counted(Indicator(indicator), AgeBand(band), counted, year, statistics_key)
            for indicator, band in programmes.CELLS[programmes.FIRST]
        ],
    )


def protected_cells(programme: int, counted: Sequence[tuple[int, int]]) -> tuple[Cell, ...]:
    """Return the cells of a programme from their counts and keys, in its order: here it is decided what may leave."""
    shown = programmes.together(programme, [protection.shown(count, key) for count, key in counted])
    return tuple(
        Cell(Indicator(indicator), AgeBand(band), count, key, figure)
        for (indicator, band), (count, key), figure in zip(programmes.CELLS[programme], counted, shown, strict=True)
    )


def _counted(
    indicator: Indicator, band: AgeBand, episodes: list[Episode], year: int, statistics_key: bytes
) -> tuple[int, int]:
    chosen = [one for one in _events(indicator, episodes, year) if band in {AgeBand.ALL, _band(one)}]
    # An event is the episode itself, whatever is counted of it: the same people under two names give one figure.
    keys = [protection.record_key(statistics_key, one.id) for one in chosen]
    return len(chosen), protection.cell_key(keys)


def _events(indicator: Indicator, episodes: list[Episode], year: int) -> list[Episode]:
    began = [one for one in episodes if one.began_on.year == year]
    match indicator:
        case Indicator.NEW_SIGNALS:
            return [one for one in began if one.by_intake]
        case Indicator.OPENED:
            return [one for one in began if not one.undone]
        case Indicator.OPEN_AT_YEAR_END:
            standing = sorted((one for one in episodes if _stands_after(one, year)), key=lambda one: one.began_on)
            # a case that was acquired twice is one case: its first acquisition stands for it
            return list({one.case: one for one in reversed(standing)}.values())


def _stands_after(episode: Episode, year: int) -> bool:
    return episode.began_on.year <= year and (episode.ended_on is None or episode.ended_on.year > year)


def _band(episode: Episode) -> AgeBand | None:
    if episode.birth_on is None:
        return None
    age = people.age(episode.birth_on, on=episode.began_on)
    return AgeBand.UNDER_18 if age < ADULT else AgeBand.FROM_18


def digest_of(cells: Iterable[Cell], *, participant: str, year: int, programme: int) -> str:
    """Return the digest of a snapshot. It stays here: a digest of small counts can be guessed back."""
    stated = [[str(cell.indicator), str(cell.age_band), cell.count, f"{cell.key:016x}"] for cell in cells]
    content = {"participant": participant, "year": year, "programme": programme, "cells": stated}
    return digests.digest(strict_json.dumps(content))


def check_freeze(*, year: int, closed: range, frozen: bool) -> None:
    """Raise YearFrozen or YearNotClosed; `closed` are the years that are over, since the first case here."""
    if frozen:
        raise YearFrozen
    if year not in closed:
        # a year from before the town used Zenne would read as reported, with nothing in it
        message = f"{year} cannot be frozen: it is not a year that is over since the first case here."
        raise YearNotClosed(message, field="year")


def check_approval(actor: Actor, *, frozen_by: str, released: bool) -> None:
    """Raise YearReleased or SamePerson: four eyes, and once."""
    if released:
        raise YearReleased
    if actor.subject == frozen_by:
        raise SamePerson
