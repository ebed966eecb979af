"""The participant whose pages these are, as its own tenant file describes it."""

import datetime
import functools
import pathlib

from django.conf import settings
from django.utils import translation

from federation import clock
from federation.contracts import tenant_file


def own() -> tenant_file.TenantFile:
    """Return this participant's file, read once a process: one process may play several participants."""
    return _file(pathlib.Path(settings.TENANT_FILE))


@functools.lru_cache(maxsize=8)
def _file(path: pathlib.Path) -> tenant_file.TenantFile:
    return tenant_file.load(path)


def name() -> str:
    """Return this participant's name in the reader's language."""
    return own().names[language()]


def language() -> str:
    """Return the language that is spoken now."""
    return (translation.get_language() or "en").partition("-")[0]


def closed_days(*days: datetime.date) -> frozenset[datetime.date]:
    """Return the days in the years of `days` on which this participant does not work, weekends apart."""
    years = range(min(days).year, max(days).year + 1)
    return clock.closed_days(own().holidays, own().closures, tuple(years))
