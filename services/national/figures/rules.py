"""Which releases are taken in, who may read them, and how statistical offices write them. Plain Python."""

import datetime
from dataclasses import dataclass

from federation import protection
from federation.contracts import programmes
from federation.contracts.messages import CountsReleased
from federation.errors import DomainError, Kind
from federation.identity.actor import Role

READERS = (Role.STATISTICS_USER,)

INDICATORS = {"newSignals": "NEW_SIGNALS", "opened": "OPENED", "openAtYearEnd": "OPEN_END"}
AGE_BANDS = {"all": "_T", "under18": "Y_LT18", "from18": "Y_GE18"}
"""Our codes as the SDMX code lists of the programme spell them."""
NORMAL, SUPPRESSED, NOT_COLLECTED = "A", "Q", "L"
"""OBS_STATUS, of the SDMX cross-domain list."""


class YearNotFound(DomainError):
    """There are no figures of such a year."""

    kind = Kind.NOT_FOUND


class ReleaseNotFound(DomainError):
    """There is no such release."""

    kind = Kind.NOT_FOUND


class YearReleased(DomainError):
    """This municipality has released this year before; the first release stands."""

    kind = Kind.CONFLICT


class YearNotClosed(DomainError):
    """Only a year that is over is taken in."""

    kind = Kind.INVALID


class ProgrammeUnknown(DomainError):
    """This version of the programme is not known here."""

    kind = Kind.INVALID


class NotAMunicipality(DomainError):
    """Only municipalities release figures."""

    kind = Kind.NOT_ALLOWED


@dataclass(frozen=True)
class Figure:
    """One protected figure; no value means withheld: under ten, a true zero included, or a band beside one."""

    indicator: str
    age_band: str
    value: int | None

    @property
    def status(self) -> str:
        """OBS_STATUS."""
        return SUPPRESSED if self.value is None else NORMAL

    @property
    def written(self) -> str:
        """The figure as people read it."""
        return protection.written(self.value)


def check_release(released: CountsReleased, *, level: str, today: datetime.date, known: bool) -> None:
    """Raise NotAMunicipality, YearNotClosed, ProgrammeUnknown or YearReleased."""
    if level != "municipal":
        raise NotAMunicipality
    if released.year >= today.year:
        raise YearNotClosed
    if released.programme not in programmes.CELLS:
        raise ProgrammeUnknown(programme=released.programme)
    if known:
        raise YearReleased(year=released.year, programme=released.programme)


def figures_of(released: CountsReleased) -> tuple[Figure, ...]:
    """Return the figures with their names, which the programme gives by their order."""
    cells = programmes.CELLS[released.programme]
    return tuple(
        Figure(indicator, band, protection.read(text))
        for (indicator, band), text in zip(cells, released.figures, strict=True)
    )
