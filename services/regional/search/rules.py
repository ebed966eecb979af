"""What may be asked. Plain Python: no Django, no index."""

import base64
import binascii
import datetime
import re
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields

from federation import clock
from federation.contracts import codes
from federation.errors import DomainError, Kind as ErrorKind
from regional.progress.rules import Rank

LONGEST_PAGE = 50
LONGEST_SILENCE = 250
"""Working days: a year."""
EARLIEST = datetime.date(2020, 1, 1)
LONGEST_FACT = 120
"""Signs that the audit takes in one fact."""
ID = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
CURSOR = re.compile(f"([0-9]{{1,15}}):{ID}")
RANK = re.compile(f"([01]):(-?[0-9]{{1,16}}):{ID}")
START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


class QuestionInvalid(DomainError):
    """This cannot be asked so."""

    kind = ErrorKind.INVALID


class PurposeMissing(DomainError):
    """Say for which purpose you look: it stands in the log."""

    kind = ErrorKind.INVALID


class SearchUnavailable(DomainError):
    """The search does not answer now; the list of silence does."""

    kind = ErrorKind.UNAVAILABLE


class RebuildRunning(DomainError):
    """The index is being built anew already."""

    kind = ErrorKind.CONFLICT


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """What somebody looks for: within a field any of the values, between fields all of them."""

    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    """States of either side."""
    decline_reasons: tuple[str, ...] = ()
    silent_days: int | None = None
    """Open, and no sign for so many working days."""
    began_from: datetime.date | None = None
    began_until: datetime.date | None = None
    """The last day of the period."""
    disagreeing: bool = False

    def asked(self) -> dict[str, str | int | bool]:
        """Return all that was asked as facts for the audit: codes, ids of towns, days.

        What does not fit into one fact goes on in the next: `states`, `states_2`.
        """
        found: dict[str, str | int | bool] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                parts = enumerate(_joined(value), start=1)
                found |= {f"{field.name}_{number}" if number > 1 else field.name: part for number, part in parts}
            elif isinstance(value, datetime.date):
                found[field.name] = value.isoformat()
            elif value not in (None, False):
                found[field.name] = value
        return found


def _joined(values: Iterable[str]) -> list[str]:
    """Return the values, each once, in texts of which every one fits into a fact of the audit."""
    found: list[str] = []
    for value in dict.fromkeys(values):
        if found and len(found[-1]) + 1 + len(value) <= LONGEST_FACT:
            found[-1] += f"+{value}"
        else:
            found.append(value)
    return found


LISTS = {
    "kinds": "referral-kind",
    "phases": "referral-phase",
    "states": "referral-state",
    "decline_reasons": "decline-reason",
}


def check(criteria: Criteria, *, towns: Collection[str]) -> None:
    """Raise QuestionInvalid unless every value is one that a form offers: a text is never looked for."""
    for field, name in LISTS.items():
        if not set(getattr(criteria, field)) <= codes.codes(name):
            raise QuestionInvalid(f"A value is not on the list {name}.", field=field)
    for field in ("senders", "recipients"):
        if not set(getattr(criteria, field)) <= set(towns):
            raise QuestionInvalid("A municipality is not in the directory.", field=field)
    if criteria.silent_days is not None and not 0 <= criteria.silent_days <= LONGEST_SILENCE:
        raise QuestionInvalid(f"Silence is counted from 0 to {LONGEST_SILENCE} working days.", field="silent_days")
    days = [day for day in (criteria.began_from, criteria.began_until) if day is not None]
    if any(day < EARLIEST or not clock.within(day) for day in days) or days != sorted(days):
        raise QuestionInvalid("A period begins before it ends.", field="began_until")


def check_page(first: int) -> None:
    """Raise QuestionInvalid unless a page has 1 to 50 entries."""
    if not 1 <= first <= LONGEST_PAGE:
        raise QuestionInvalid(f"A page has 1 to {LONGEST_PAGE} entries.", field="first")


def check_purpose(purpose: str) -> None:
    """Raise PurposeMissing unless the purpose is on its list."""
    if purpose not in codes.codes("search-purpose"):
        raise PurposeMissing(field="purpose")


@dataclass(frozen=True)
class Place:
    """Where a page ended: the last sign of its last entry, in milliseconds, and that entry's id."""

    millis: int
    id: uuid.UUID

    def cursor(self) -> str:
        """Return the place as a caller keeps it."""
        return _packed(f"{self.millis}:{self.id}")


def place(cursor: str) -> Place:
    """Return the place that a cursor names; raise QuestionInvalid for anything else."""
    found = _unpacked(cursor, CURSOR)
    return Place(int(found[1]), uuid.UUID(found[2]))


def cursor_of(rank: Rank) -> str:
    """Return a place in the list of silence as a link keeps it."""
    return _packed(f"{rank.under_way:d}:{(rank.last_sign_at - START) // MICROSECOND}:{rank.id}")


def rank(cursor: str) -> Rank:
    """Return the place in the list of silence that a cursor names; raise QuestionInvalid for anything else."""
    found = _unpacked(cursor, RANK)
    return Rank(found[1] == "1", START + int(found[2]) * MICROSECOND, uuid.UUID(found[3]))


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(cursor: str, form: re.Pattern[str]) -> re.Match[str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    found = form.fullmatch(text)
    if found is None:
        raise QuestionInvalid("This place is not one of ours.", field="after")
    return found
