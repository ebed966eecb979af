"""The only place that asks the machine for the time. Actions take `at` from their caller."""

import datetime
import functools
import zoneinfo
from collections.abc import Container

import holidays

BRUSSELS = zoneinfo.ZoneInfo("Europe/Brussels")


def now() -> datetime.datetime:
    """Return the present instant in UTC, cut to microseconds as PostgreSQL stores it."""
    return datetime.datetime.now(datetime.UTC)  # noqa: TID251 -- the one allowed call


def today_in_brussels(at: datetime.datetime) -> datetime.date:
    """Return the Belgian calendar day of an instant."""
    return at.astimezone(BRUSSELS).date()


def working_days_after(start: datetime.date, end: datetime.date, *, closed: Container[datetime.date]) -> int:
    """Return how many working days lie after `start`, up to and with `end`; weekends and `closed` do not count."""
    days = (start + datetime.timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(1 for day in days if day.weekday() < 5 and day not in closed)  # noqa: PLR2004 -- Saturday is 5


@functools.lru_cache(maxsize=64)
def closed_days(country: str, closures: tuple[datetime.date, ...], years: tuple[int, ...]) -> frozenset[datetime.date]:
    """Return the public holidays of `country` in `years`, and an office's own `closures`."""
    return frozenset(holidays.country_holidays(country, years=years)) | frozenset(closures)
