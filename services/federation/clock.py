"""The only place that asks the machine for the time. Actions take `at` from their caller."""

import bisect
import datetime
import functools
import zoneinfo
from collections.abc import Collection

import holidays

BRUSSELS = zoneinfo.ZoneInfo("Europe/Brussels")
SATURDAY = 5

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""The years in which every day and instant lies that somebody writes or another participant tells.

Birth dates begin with the first. Beyond the last, clocks of other zones run out of years, and "31/12/9999" means that
there is no end, not that it is that day. `schemas/messages/common.v1.json` says the same to every participant.
"""
DAYS = datetime.date(FIRST_YEAR, 1, 1), datetime.date(LAST_YEAR, 12, 31)
INSTANTS = (
    datetime.datetime.combine(DAYS[0], datetime.time.min, datetime.UTC),
    datetime.datetime.combine(DAYS[1], datetime.time.max, datetime.UTC),
)
"""The first and the last, as constraints of the database name them."""


def now() -> datetime.datetime:
    """Return the present instant in UTC, cut to microseconds as PostgreSQL stores it."""
    return datetime.datetime.now(datetime.UTC)  # noqa: TID251 -- the one allowed call


def today_in_brussels(at: datetime.datetime) -> datetime.date:
    """Return the Belgian calendar day of an instant."""
    return at.astimezone(BRUSSELS).date()


def within(value: datetime.date) -> bool:
    """Say whether a day, or an instant in UTC, lies in the years that are taken."""
    return FIRST_YEAR <= value.year <= LAST_YEAR


def working_days_after(start: datetime.date, end: datetime.date, *, closed: Collection[datetime.date]) -> int:
    """Return how many working days lie after `start`, up to and with `end`; weekends and `closed` do not count.

    It is counted, not walked: what somebody promises for a day far away costs a page no more than one for tomorrow.
    """
    if end <= start:
        return 0
    free = _on_weekdays(frozenset(closed))
    return _weekdays_until(end) - _weekdays_until(start) - (bisect.bisect(free, end) - bisect.bisect(free, start))


@functools.lru_cache(maxsize=64)
def closed_days(country: str, closures: tuple[datetime.date, ...], years: tuple[int, ...]) -> frozenset[datetime.date]:
    """Return the public holidays of `country` in `years`, and an office's own `closures`."""
    return frozenset(closures).union(*(_holidays(country, year) for year in years))


@functools.lru_cache(maxsize=1024)
def _holidays(country: str, year: int) -> frozenset[datetime.date]:
    return frozenset(holidays.country_holidays(country, years=year))


@functools.lru_cache(maxsize=64)
def _on_weekdays(days: frozenset[datetime.date]) -> list[datetime.date]:
    return sorted(day for day in days if day.weekday() < SATURDAY)


def _weekdays_until(day: datetime.date) -> int:
    """Return how many days from Monday to Friday there were up to and with `day`; day 1 of the calendar is a Monday."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * SATURDAY + min(rest, SATURDAY)
