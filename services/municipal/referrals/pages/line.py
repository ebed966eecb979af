"""The large custody line: one mark for each event, and the reach of river after it. Templates need no geometry."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.contracts import codes
from federation.custody.facts import Kind, State
from federation.portal import town
from municipal.referrals import queries
from municipal.referrals.rules import Direction

TITLES: dict[State, str | Promise] = {
    State.OFFERED: _("Offered"),
    State.RECEIVED: _("Received"),
    State.OPENED: _("Opened"),
    State.UNDELIVERABLE: _("Not delivered"),
    State.ACCEPTED: _("Accepted"),
    State.RELEASED: _("Released"),
    State.FIRST_CONTACT: _("First contact"),
    State.CLOSED: _("Closed"),
    State.REVOKING: _("Being taken back"),
    State.REVOKED: _("Taken back"),
    State.DECLINED: _("Declined"),
    State.WITHDRAWN: _("Consent withdrawn"),
    State.KEPT: _("Stays with the sender"),
    State.REASSIGNED: _("Decided by the federation"),
    State.HANDED_BACK: _("Handed back"),
}
SENDERS = frozenset(
    {State.OFFERED, State.RELEASED, State.REVOKING, State.WITHDRAWN, State.KEPT, State.REASSIGNED, State.HANDED_BACK}
)
"""What the sender's side does; every other mark is on the recipient's bank."""

LONG_WAY = (
    State.OFFERED,
    State.RECEIVED,
    State.OPENED,
    State.ACCEPTED,
    State.RELEASED,
    State.FIRST_CONTACT,
    State.CLOSED,
)
WAYS = {Kind.ADVICE: (State.OFFERED, State.RECEIVED, State.OPENED, State.CLOSED)}
"""What is expected of a question, in order; the long way where nothing else stands here."""

STAYS, TOGETHER, JOINS, MOVED, ENDS = "s", "b", "j", "r", "e"
REACHES = {State.ACCEPTED: TOGETHER, State.RELEASED: JOINS, State.FIRST_CONTACT: MOVED, State.CLOSED: ENDS}
"""The reach after a mark of a handover; everything else lies at the sender's bank."""

REASONS = {
    State.DECLINED: "decline-reason",
    State.REVOKING: "revocation-reason",
    State.REVOKED: "revocation-reason",
    State.WITHDRAWN: "kept-reason",
    State.KEPT: "kept-reason",
    State.UNDELIVERABLE: "refusal-reason",
    State.CLOSED: "outcome",
    State.HANDED_BACK: "hand-back-reason",
}
ALIVE = frozenset({*LONG_WAY, State.HELD, State.UNDELIVERABLE, State.REVOKING}) - {State.CLOSED}


@dataclass(frozen=True)
class Mark:
    """One event of a referral, or one that is expected, and the reach of the line after it."""

    title: str | Promise
    side: str
    """`by-s` or `by-r`: on whose bank the dot lies."""
    town: str
    progress: str
    """`done`, `now` or `todo-step`."""
    reach: str
    note: str | Promise = ""
    at: datetime.datetime | None = None
    by: datetime.date | None = None
    """The day for which it is hoped."""
    now: str | Promise = ""


@dataclass(frozen=True)
class Happened:
    """One state that a side reached, when, and why as a code."""

    state: State
    at: datetime.datetime
    code: str = ""


def marks(referral: queries.ReferralRow, events: Sequence[queries.Event], *, sender: str, recipient: str) -> list[Mark]:
    """Return the marks of a referral: what happened, oldest first, and then what is expected."""
    happened = history(referral, events)
    alive = State(referral.state) in ALIVE
    found = []
    for number, one in enumerate(happened, 1):
        last = alive and number == len(happened)
        reach = _reach(referral.kind, one.state)
        found.append(
            Mark(
                title=TITLES[one.state],
                side=_side(one.state),
                town=_town(one.state, sender, recipient),
                progress="now" if last else "done",
                reach=reach,
                note=_note(one),
                at=one.at,
                now=_now(reach, sender, recipient) if last else "",
            )
        )
    return found + [_expected(referral, state, sender, recipient) for state in _ahead(referral, happened)]


def history(referral: queries.ReferralRow, events: Sequence[queries.Event]) -> list[Happened]:
    """Return what happened, on both sides alike.

    The sender hears the acceptance and releases in one commit, the recipient hears the offer and the release with
    what they brought: each side says when the other signed, so both tell the same story.
    """
    found: list[Happened] = []
    for event in (event for event in events if event.state):
        state, signed = State(event.state), event.said_at or event.at
        if not found and referral.direction == Direction.RECEIVED:
            found.append(Happened(State.OFFERED, signed))
            signed = event.at
        if state is State.RELEASED and found[-1].state is not State.ACCEPTED:
            found.append(Happened(State.ACCEPTED, signed))
            signed = event.at
        found.append(Happened(State.RELEASED if state is State.HELD else state, signed, event.code))
    return found


def _ahead(referral: queries.ReferralRow, happened: Sequence[Happened]) -> Sequence[State]:
    if State(referral.state) is State.REVOKING:
        return (State.REVOKED,)
    way = WAYS.get(Kind(referral.kind), LONG_WAY)
    reached = happened[-1].state if happened else State.OFFERED
    return way[way.index(reached) + 1 :] if reached in way else ()


def _expected(referral: queries.ReferralRow, state: State, sender: str, recipient: str) -> Mark:
    answers = state in (State.ACCEPTED, State.OPENED) or (state is State.CLOSED and referral.kind == Kind.ADVICE)
    return Mark(
        title=TITLES[state],
        side=_side(state),
        town=_town(state, sender, recipient),
        progress="todo-step",
        reach=_reach(referral.kind, state),
        note=BY_ITSELF if state in (State.RECEIVED, State.RELEASED, State.REVOKED) else _("expected"),
        by=referral.answer_by if answers else None,
    )


BY_ITSELF = _("by itself")


def _reach(kind: str, state: State) -> str:
    return REACHES.get(state, STAYS) if kind == Kind.HANDOVER else STAYS


def _side(state: State) -> str:
    return "by-s" if state in SENDERS else "by-r"


def _town(state: State, sender: str, recipient: str) -> str:
    return sender if state in SENDERS else recipient


def _now(reach: str, sender: str, recipient: str) -> str:
    if reach == TOGETHER:
        return str(_("now: together"))
    return _("now: %(town)s") % {"town": sender if reach == STAYS else recipient}


def _note(one: Happened) -> str | Promise:
    if one.state is State.RECEIVED:
        return _("confirmed by itself")
    if one.state is State.CLOSED and one.code == "advice":
        return _("with advice")
    listed = REASONS.get(one.state)
    return codes.label(listed, one.code, town.language()) if listed and one.code else ""
