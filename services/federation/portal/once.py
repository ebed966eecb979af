"""A form that is sent twice is done once: a double click, a reload, the browser's "back".

Each acting form bears a key of its own, made when the page was made: `{% once %}` beside `{% csrf_token %}`, with the
name of the form where it has fields: `{% once form %}`. The form that was refused, and no other on its page, keeps its
key. Who opens the page again gets a new key, and can say the same once more on purpose. `Page` takes the key in the
transaction of the act, so that the second of two forms that come at the same moment waits for the first, and leads to
where that one led.
"""

import datetime
import json
import re
import secrets
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.contracts import digests
from federation.errors import DomainError, Kind
from federation.portal import drafts
from federation.portal.models import SentForm

FIELD = drafts.ONCE
"""The name of the hidden field."""
KEY = re.compile(r"[0-9a-f]{32}")
KEPT = datetime.timedelta(days=1)

DONE_BEFORE = _("You sent this form twice. It was done once.")
CHANGED_SINCE = _(
    "This form was sent before, and what you changed in it since then is not saved. Look at what is saved; to write"
    " more, open the page again."
)


class FormKeyMalformed(DomainError):
    """This form does not come from a page of Zenne."""

    kind = Kind.INVALID


@dataclass(frozen=True)
class Sending:
    """A form as it came: from whom, to which address, under which key, with what in it."""

    subject: str
    address: str
    key: str
    digest: str

    def said(self, before: SentForm) -> str | Promise:
        """Return what is said to who sent the form again."""
        return DONE_BEFORE if before.digest == self.digest else CHANGED_SINCE


def key(request: HttpRequest, form: BaseForm | None) -> str:
    """Return the key of a form on the page that answers `request`: the one that was sent and refused keeps its own.

    That is the one with data in it. Two forms under one key, to one address, would take each other's place.
    """
    sent = sent_key(request) if form is not None and form.is_bound else ""
    return sent or secrets.token_hex(16)


def sent_key(request: HttpRequest) -> str:
    """Return the key of the form that was sent, "" where it bears none of ours."""
    sent = request.POST.get(FIELD, "")
    return sent if KEY.fullmatch(sent) else ""


def sending(request: HttpRequest, *, subject: str) -> Sending | None:
    """Return the form that was sent, None where it bears no key; raise FormKeyMalformed."""
    sent = request.POST.get(FIELD)
    if request.method != "POST" or sent is None:
        return None
    if not KEY.fullmatch(sent):
        raise FormKeyMalformed
    content = json.dumps(drafts.content_of(request.POST), sort_keys=True)
    return Sending(subject, request.path, sent, digests.digest(content))


CLAIM = """
INSERT INTO portal_sent_form (subject, address, key, digest, led_to, sent_at)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (subject, address, key) DO NOTHING
RETURNING id
"""


def claim(sent: Sending, *, at: datetime.datetime) -> SentForm | None:
    """Take the key inside the caller's transaction; return None for the first form, the row of the one before else.

    Waits for a form under the same key that is under way.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [sent.subject, sent.address, sent.key, sent.digest, sent.address, at])
        claimed = cursor.fetchone()
    return None if claimed else _rows(sent).get()


def keep(sent: Sending, *, led_to: str) -> None:
    """Remember where the form led, for whoever sends it again."""
    _rows(sent).update(led_to=led_to)


def give_back(sent: Sending) -> None:
    """Will let the key be used again: nothing was done with the form."""
    _rows(sent).delete()


def forget_before(at: datetime.datetime) -> int:
    """Delete what was sent longer than a day before `at`; return how many."""
    gone, _deleted = SentForm.objects.filter(sent_at__lt=at - KEPT).delete()
    return gone


def _rows(sent: Sending) -> QuerySet[SentForm]:
    return SentForm.objects.filter(subject=sent.subject, address=sent.address, key=sent.key)
