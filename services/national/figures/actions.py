"""The one write to figures: taking a release in."""

import datetime

from django.db import transaction

from federation import clock
from federation.audit import actions as audit
from federation.bus import directory
from federation.contracts.messages import CountsReleased
from federation.identity.actor import Actor
from national.figures import queries, rules
from national.figures.models import Figure, Release


@transaction.atomic
def receive_release(
    *, participant: str, released: CountsReleased, said_at: datetime.datetime, by: Actor, at: datetime.datetime
) -> queries.ReleaseView:
    """Keep what a municipality released, once and for good.

    Raises NotAMunicipality, YearNotClosed, ProgrammeUnknown or YearReleased.
    """
    record = directory.record_of(participant)
    rules.check_release(
        released,
        level=record.level if record else "",
        today=clock.today_in_brussels(at),
        known=queries.known(participant, released.year, released.programme),
    )
    release = Release.objects.create(
        participant=participant,
        nis=(record.nis if record else None) or "",
        year=released.year,
        programme=released.programme,
        said_at=said_at,
        received_at=at,
    )
    Figure.objects.bulk_create(
        Figure(release=release, number=number, indicator=one.indicator, age_band=one.age_band, value=one.value)
        for number, one in enumerate(rules.figures_of(released), 1)
    )
    audit.record(
        act="releaseReceived",
        by=by,
        at=at,
        subject=f"release:{release.pk}",
        facts={"participant": participant, "year": released.year, "programme": released.programme},
    )
    return queries.view_of(release)
