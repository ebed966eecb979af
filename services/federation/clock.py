"""The only place that asks the machine for the time. Actions take `at` from their caller."""

import datetime
import zoneinfo

BRUSSELS = zoneinfo.ZoneInfo("Europe/Brussels")


def now() -> datetime.datetime:
    """Return the present instant in UTC, cut to microseconds as PostgreSQL stores it."""
    return datetime.datetime.now(datetime.UTC)  # noqa: TID251 -- the one allowed call


def today_in_brussels(at: datetime.datetime) -> datetime.date:
    """Return the Belgian calendar day of an instant."""
    return at.astimezone(BRUSSELS).date()
