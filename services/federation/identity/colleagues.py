"""How colleagues are called: remembered at the login, asked for by pages, forgotten where nothing names the account.

A name stays within its participant: pages show it to colleagues, and no message, index or log line has it. API calls
tell no name: the realm puts names into ID tokens alone, and an access token that named somebody would be a statement a
call to write down what the login has said already.
"""

import datetime
from collections.abc import Callable, Collection, Mapping

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils.module_loading import import_string

from federation import clock
from federation.identity.models import Colleague
from federation.identity.person import Person

KEPT = datetime.timedelta(days=30)
"""How long after the last login a name stays that stands in no note and no log."""


def remember(person: Person, *, at: datetime.datetime) -> None:
    """Write down how somebody is called now, where pages of this level name colleagues; one statement."""
    if not settings.COLLEAGUES_STAND_IN or not person.name:
        return
    Colleague.objects.bulk_create(
        [Colleague(subject=person.actor.subject, name=person.name, seen_on=clock.today_in_brussels(at))],
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["name", "seen_on"],
    )


def names(subjects: Collection[str]) -> Mapping[str, str]:
    """Return the names of those accounts who have logged in here, by account; one statement, however many."""
    return dict(Colleague.objects.filter(pk__in=set(subjects)).values_list("pk", "name"))


def name_of(account: str) -> Subquery:
    """Return how a colleague is called as a column of a query, whose own column `account` holds who it is."""
    return Subquery(Colleague.objects.filter(pk=OuterRef(account)).order_by("pk").values("name")[:1])


def forget_before(at: datetime.datetime) -> int:
    """Delete the names that nothing needs: no login for 30 days, in no note and no log; return how many."""
    quiet = Colleague.objects.filter(seen_on__lt=clock.today_in_brussels(at - KEPT))
    unnamed = set(quiet.values_list("pk", flat=True))
    for place in settings.COLLEAGUES_STAND_IN:
        unnamed -= _among(place)(unnamed)
    gone, _ = quiet.filter(pk__in=unnamed).delete()
    return gone


def _among(place: str) -> Callable[[Collection[str]], set[str]]:
    found: Callable[[Collection[str]], set[str]] = import_string(place)
    return found
