"""What is known of closed years: who reported, and what."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Min, QuerySet

from federation import clock
from federation.bus import directory
from federation.identity.actor import Actor
from national.figures import rules
from national.figures.models import Release


@dataclass(frozen=True)
class ReleaseView:
    """What one municipality released of one year."""

    id: uuid.UUID
    participant: str
    nis: str
    year: int
    programme: int
    received_at: datetime.datetime
    figures: tuple[rules.Figure, ...]

    def figure(self, indicator: str, age_band: str = "all") -> rules.Figure | None:
        """Return one figure, None where its programme has none such."""
        found = (one for one in self.figures if (one.indicator, one.age_band) == (indicator, age_band))
        return next(found, None)


@dataclass(frozen=True)
class Municipality:
    """One municipality that is expected to report; no release means that it did not."""

    participant: str
    nis: str
    names: Mapping[str, str]
    release: ReleaseView | None

    @property
    def state(self) -> str:
        """Whether it reported, as a code (schemas/codes/reporting-state.yaml)."""
        return "reported" if self.release else "notReported"


@dataclass(frozen=True)
class YearView:
    """One closed year: every expected municipality, by name code, with its release or without."""

    year: int
    municipalities: tuple[Municipality, ...]

    @property
    def expected(self) -> int:
        """How many municipalities there are."""
        return len(self.municipalities)

    @property
    def reported(self) -> int:
        """How many of them reported, nil returns included: those cannot be told apart."""
        return sum(one.release is not None for one in self.municipalities)


def years(*, by: Actor, at: datetime.datetime) -> list[int]:
    """Return the closed years since the first release, the newest first; raise MissingPermission."""
    by.check_role(*rules.READERS)
    last = clock.today_in_brussels(at).year - 1
    first = Release.objects.aggregate(first=Min("year"))["first"] or last
    return list(range(last, first - 1, -1))


def year(number: int, *, by: Actor, at: datetime.datetime) -> YearView:
    """Return one closed year; raise MissingPermission or YearNotFound."""
    if number not in years(by=by, at=at):
        raise rules.YearNotFound
    reported = {one.participant: one for one in map(view_of, _releases().filter(year=number))}
    expected = {
        record.participant: Municipality(
            record.participant,
            record.nis or "",
            {"nl": record.names.nl, "fr": record.names.fr, "de": record.names.de, "en": record.names.en},
            reported.get(record.participant),
        )
        for record in directory.of_level("municipal", believed=False)
    }
    gone = {
        name: Municipality(name, one.nis, dict.fromkeys(("nl", "fr", "de", "en"), name), one)
        for name, one in reported.items()
        if name not in expected
    }
    return YearView(number, tuple(sorted({**expected, **gone}.values(), key=lambda one: one.nis)))


def releases(*, by: Actor) -> QuerySet[Release]:
    """Return all releases, the newest year first; raise MissingPermission."""
    by.check_role(*rules.READERS)
    return _releases()


def release(release_id: uuid.UUID, *, by: Actor) -> ReleaseView:
    """Return one release; raise MissingPermission or ReleaseNotFound."""
    found = releases(by=by).filter(pk=release_id).first()
    if found is None:
        raise rules.ReleaseNotFound
    return view_of(found)


def known(participant: str, year_: int, programme: int) -> bool:
    """Say whether a municipality has released a year under a programme."""
    return Release.objects.filter(participant=participant, year=year_, programme=programme).exists()


def view_of(row: Release) -> ReleaseView:
    """Return a release as a frozen value."""
    figures = sorted(row.figures.all(), key=lambda one: one.number)
    return ReleaseView(
        id=row.pk,
        participant=row.participant,
        nis=row.nis,
        year=row.year,
        programme=row.programme,
        received_at=row.received_at,
        figures=tuple(rules.Figure(one.indicator, one.age_band, one.value) for one in figures),
    )


def _releases() -> QuerySet[Release]:
    return Release.objects.order_by("-year", "nis", "programme").prefetch_related("figures")
