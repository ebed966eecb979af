"""Drafts: what somebody was writing survives the end of his session, a closed lid and a dead battery.

A draft is kept for one person, one form and one thing (such as a case). It saves itself through htmx while somebody
writes, and by a button without; `Page.saved` takes it away, and so does who erases the thing.

What comes from a browser after its session has ended may be another's: it takes the place of nothing that the person
kept. Where there is a draft, it stands beside it and is offered after the login.
"""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict

from federation.portal.models import Draft

KEEP, DROP = "keep-draft", "drop-draft"
SWAP, DROP_BESIDE = "swap-drafts", "drop-draft-beside"
"""The names of the buttons."""
ONCE = "once"
"""The name of the hidden field with the key of a form; see `once`."""
KEPT = datetime.timedelta(days=30)
NEVER_KEPT = {KEEP, DROP, SWAP, DROP_BESIDE, ONCE, "csrfmiddlewaretoken"}
NO_KEY = "none"
LARGEST = 100_000
"""Characters of one draft: a long story, not an attack."""

Content = Mapping[str, list[str]]


@dataclass(frozen=True)
class Place:
    """Whose draft it is, of which form, about what; and whether it is the one beside it, which came late."""

    subject: str
    form: str
    object: str
    beside: bool = False


@dataclass(frozen=True)
class Kept:
    """A draft as it was kept."""

    content: Content
    at: datetime.datetime
    late: bool = False
    """Whether it came after the session had ended."""

    @property
    def words(self) -> str:
        """The longest text in it: by that one knows it again."""
        return max((one for values in self.content.values() for one in values), key=len, default="")

    @property
    def initial(self) -> dict[str, str | list[str]]:
        """What a form starts with: one value for most fields, several for those that had several."""
        return {name: values[0] if len(values) == 1 else values for name, values in self.content.items()}


def content_of(sent: QueryDict) -> Content:
    """Return what is kept of a form that was sent: its texts, without buttons and marks.

    NUL comes with what people paste out of other programs, and no table can hold it: it is left out.
    """
    kept = {name: [str(one) for one in values] for name, values in sent.lists() if name not in NEVER_KEPT}
    return {_without_nul(name): [_without_nul(one) for one in values] for name, values in kept.items()}


def keep(place: Place, content: Content, *, at: datetime.datetime) -> bool:
    """Keep a draft in the place of the one before; return whether there was something to keep."""
    if not _fits(content):
        return False
    Draft.objects.update_or_create(**vars(place), defaults={"content": content, "kept_at": at, "late_key": ""})
    return True


@transaction.atomic
def keep_late(place: Place, content: Content, *, key: str, at: datetime.datetime) -> bool:
    """Keep what came after the session had ended, where it takes the place of nothing; return whether it is kept.

    That is the draft's place where there is none, else the one beside it. Whoever writes on in the same form, which
    `key` names, writes on in the same place; another form finds it taken.
    """
    if not _fits(content):
        return False
    values = {"content": content, "kept_at": at, "late_key": key or NO_KEY}
    for one in (place, replace(place, beside=True)):
        row, new = Draft.objects.select_for_update().get_or_create(**vars(one), defaults=values)
        if new or row.content == content:
            return True
        if key and row.late_key == key:
            Draft.objects.filter(pk=row.pk).update(**values)
            return True
    return False


def find(place: Place) -> Kept | None:
    """Return the draft, None where there is none."""
    row = Draft.objects.filter(**vars(place)).first()
    return _kept(row) if row else None


def find_both(place: Place) -> tuple[Kept | None, Kept | None]:
    """Return the draft and what stands beside it; one statement."""
    rows = Draft.objects.filter(subject=place.subject, form=place.form, object=place.object)
    found = {row.beside: _kept(row) for row in rows}
    return found.get(False), found.get(True)


def of_form(form: str, *, subject: str) -> dict[str, datetime.datetime]:
    """Return about which things somebody has drafts of a form, and when each was kept; the latest first."""
    found: dict[str, datetime.datetime] = {}
    for about, kept_at in Draft.objects.filter(form=form, subject=subject).values_list("object", "kept_at"):
        found[about] = max(kept_at, found.get(about, kept_at))
    return dict(sorted(found.items(), key=lambda one: (-one[1].timestamp(), one[0])))


@transaction.atomic
def swap(place: Place) -> None:
    """Will make a draft of what stands beside it; the draft, if there is one, stands beside it then.

    Both are the person's own from now on: he has seen them.
    """
    rows = Draft.objects.select_for_update().filter(subject=place.subject, form=place.form, object=place.object)
    found = {row.beside: row for row in rows}
    if True not in found:
        return
    Draft.objects.filter(pk__in=[row.pk for row in found.values()]).delete()
    for row in found.values():
        row.pk, row.beside, row.late_key = None, not row.beside, ""
        row.save(force_insert=True)


def drop(place: Place) -> None:
    """Will take a draft away."""
    Draft.objects.filter(**vars(place)).delete()


def _fits(content: Content) -> bool:
    return 0 < sum(len(one) for values in content.values() for one in values) <= LARGEST


def _kept(row: Draft) -> Kept:
    return Kept(content=row.content, at=row.kept_at, late=bool(row.late_key))


def _without_nul(text: str) -> str:
    return text.replace("\x00", "")


def erase_about(thing: uuid.UUID) -> int:
    """Delete everybody's drafts about a thing that is erased, and about what hangs on it; return how many."""
    gone, _ = Draft.objects.filter(Q(object=str(thing)) | Q(object__startswith=f"{thing}/")).delete()
    return gone


def forget_before(at: datetime.datetime) -> int:
    """Delete the drafts that were kept longer than 30 days before `at`; return how many."""
    gone, _ = Draft.objects.filter(kept_at__lt=at - KEPT).delete()
    return gone
