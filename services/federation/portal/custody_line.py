"""Where a case lies, in a small drawing and always in words: the line lies at the bank of who is responsible."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.custody.facts import Kind, State

Drawn = tuple[str, str | Promise]

STAYED: Drawn = ("declined", _("Stayed with %(sender)s"))
UNREAD: Drawn = ("offered", _("%(sender)s, not read yet"))
MOVED: Drawn = ("moved", "%(recipient)s")
SHARED: Drawn = ("share", _("%(sender)s, with %(recipient)s"))

BY_STATE: dict[str, Drawn] = {
    State.OFFERED: UNREAD,
    State.RECEIVED: UNREAD,
    State.OPENED: ("opened", _("%(sender)s, read by %(recipient)s")),
    State.REVOKING: ("opened", _("%(sender)s, being taken back")),
    State.UNDELIVERABLE: ("stuck", _("Not delivered, %(sender)s is responsible")),
    State.REVOKED: STAYED,
    State.DECLINED: STAYED,
    State.WITHDRAWN: STAYED,
    State.KEPT: STAYED,
    State.REASSIGNED: STAYED,
    State.HANDED_BACK: ("back", _("Back with %(sender)s")),
    State.CLOSED: ("closed", _("Closed")),
}
AFTER_ACCEPTANCE: dict[tuple[str, str], Drawn] = {
    (Kind.HANDOVER, State.ACCEPTED): ("both", _("In hand-over: %(sender)s and %(recipient)s")),
    (Kind.HANDOVER, State.RELEASED): MOVED,
    (Kind.HANDOVER, State.HELD): MOVED,
    (Kind.HANDOVER, State.FIRST_CONTACT): MOVED,
    (Kind.SHARE, State.ACCEPTED): SHARED,
    (Kind.SHARE, State.RELEASED): SHARED,
    (Kind.SHARE, State.HELD): SHARED,
    (Kind.SHARE, State.FIRST_CONTACT): SHARED,
}
AT_HOME: Drawn = ("stay", "%(sender)s")


@dataclass(frozen=True)
class Line:
    """A drawing's name and the words beside it."""

    drawing: str
    words: str


def line(*, state: str, sender: str, recipient: str, kind: str) -> Line:
    """Return the line of a referral in `state`; the towns are named as people name them."""
    drawing, words = BY_STATE.get(state) or AFTER_ACCEPTANCE.get((kind, state)) or AT_HOME
    return Line(drawing, str(words) % {"sender": sender, "recipient": recipient})
