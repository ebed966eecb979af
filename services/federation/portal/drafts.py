"""Drafts: what somebody was writing survives the end of his session, a closed lid and a dead battery.

A draft is kept for one person, one form and one thing (such as a case). It saves itself through htmx while somebody
writes, and by a button without; `Page.saved` takes it away.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from federation.portal.models import Draft

KEEP, DROP = "keep-draft", "drop-draft"
"""The names of the buttons."""
ONCE = "once"
"""The name of the hidden field with the key of a form; see `once`."""
KEPT = datetime.timedelta(days=30)
NEVER_KEPT = {KEEP, DROP, ONCE, "csrfmiddlewaretoken"}
LARGEST = 100_000
"""Characters of one draft: a long story, not an attack."""

Content = Mapping[str, list[str]]


@dataclass(frozen=True)
class Place:
    """Whose draft it is, of which form, about what."""

    subject: str
    form: str
    object: str


@dataclass(frozen=True)
class Kept:
    """A draft as it was kept."""

    content: Content
    at: datetime.datetime

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
    size = sum(len(one) for values in content.values() for one in values)
    if not size or size > LARGEST:
        return False
    Draft.objects.update_or_create(
        subject=place.subject,
        form=place.form,
        object=place.object,
        defaults={"content": content, "kept_at": at},
    )
    return True


def find(place: Place) -> Kept | None:
    """Return the draft, None where there is none."""
    row = Draft.objects.filter(subject=place.subject, form=place.form, object=place.object).first()
    return Kept(content=row.content, at=row.kept_at) if row else None


def of_form(form: str, *, subject: str) -> dict[str, datetime.datetime]:
    """Return about which things somebody has drafts of a form, and when each was kept; the latest first."""
    found = Draft.objects.filter(form=form, subject=subject).order_by("-kept_at", "object")
    return dict(found.values_list("object", "kept_at"))


def drop(place: Place) -> None:
    """Will take a draft away."""
    Draft.objects.filter(subject=place.subject, form=place.form, object=place.object).delete()


def forget_before(at: datetime.datetime) -> int:
    """Delete the drafts that were kept longer than 30 days before `at`; return how many."""
    gone, _ = Draft.objects.filter(kept_at__lt=at - KEPT).delete()
    return gone


def _without_nul(text: str) -> str:
    return text.replace("\x00", "")
