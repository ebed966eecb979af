"""Days and times as people in Belgium write and say them."""

import datetime
import re

from django.utils.translation import gettext as _, ngettext

from federation import clock
from federation.portal import town

WEEKDAYS = {
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
    "fr": ("lu", "ma", "me", "je", "ve", "sa", "di"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
}
WRITTEN = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
SOON = 2
"""Working days: from here on a deadline is soon."""


def read(text: str) -> datetime.date:
    """Return the day that `text` says; raise ValueError."""
    found = WRITTEN.fullmatch(text)
    if found is None:
        return datetime.date.fromisoformat(text)
    day, month, year = (int(part) for part in found.groups())
    return datetime.date(year, month, day)


def day(value: datetime.date) -> str:
    """Return a day with its weekday: `ma 23/11/2026`."""
    return f"{WEEKDAYS[town.language()][value.weekday()]} {value:%d/%m/%Y}"


def moment(value: datetime.datetime) -> str:
    """Return an instant as the clocks here show it: `ma 23/11/2026 10:42`."""
    here = value.astimezone(clock.BRUSSELS)
    return f"{day(here.date())} {here:%H:%M}"


def brief(value: datetime.datetime | datetime.date) -> str:
    """Return a day without its year, and the time where there is one, for narrow places: `ma 23/11 10:42`."""
    here = value.astimezone(clock.BRUSSELS) if isinstance(value, datetime.datetime) else value
    told = f"{WEEKDAYS[town.language()][here.weekday()]} {here:%d/%m}"
    return f"{told} {here:%H:%M}" if isinstance(value, datetime.datetime) else told


def working_days(value: datetime.date, today: datetime.date) -> int:
    """Return how many working days are left until `value`; below zero where it has passed."""
    closed = town.closed_days(value, today)
    if value >= today:
        return clock.working_days_after(today, value, closed=closed)
    return -clock.working_days_after(value, today, closed=closed)


def left(value: datetime.date, today: datetime.date) -> str:
    """Return in words how far a deadline is away, in working days of this town."""
    return in_words(value, today, days=working_days(value, today))


def in_words(value: datetime.date, today: datetime.date, *, days: int) -> str:
    """Return in words how far a deadline is away: `days` working days, below zero where it has passed."""
    if value == today:
        return _("today")
    if not days:
        return _("no working day left") if value > today else _("just passed")
    if value > today:
        return ngettext("%(days)d working day left", "%(days)d working days left", days) % {"days": days}
    return ngettext("%(days)d working day late", "%(days)d working days late", -days) % {"days": -days}


def urgency(value: datetime.date, today: datetime.date) -> str:
    """Return `late`, `soon` or "": how a deadline is marked, always beside its words."""
    if value < today:
        return "late"
    return "soon" if working_days(value, today) <= SOON else ""
