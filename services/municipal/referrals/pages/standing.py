"""How a referral stands, in sentences: who is responsible, what follows, by itself or by whom."""

import datetime
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from federation.custody.facts import Kind, State
from federation.portal import dates
from municipal.referrals import queries
from municipal.referrals.pages.line import ALIVE
from municipal.referrals.pages.towns import Side, Towns
from municipal.referrals.rules import Direction


@dataclass(frozen=True)
class Words:
    """What is said of one situation. `sender` and `recipient` say what each side does now."""

    responsible: str | Promise
    follows: str | Promise
    sender: str | Promise
    recipient: str | Promise
    way_out: str | Promise = ""
    """What the sender's people can do now; the other side does not read it."""


WAITS, DONE = _("Waits for the answer"), _("Nothing to do")
ANSWERS, CONTACTS = _("Answers"), _("Makes the first contact")
SENDER = _("%(sender)s is responsible")
RECIPIENT = _("%(recipient)s is responsible")
BOTH = _("In hand-over: %(sender)s and %(recipient)s are responsible together")

SITUATIONS: dict[str, Words] = {
    "onItsWay": Words(
        SENDER,
        _("The question is on its way. Zenne sends it by itself until %(recipient)s confirms that it has arrived."),
        WAITS,
        _("Still has to receive and answer it"),
    ),
    "notRead": Words(
        SENDER,
        _("%(recipient)s has received the question, and has to read it and answer."),
        WAITS,
        _("Still has to read and answer it"),
    ),
    "considered": Words(
        SENDER,
        _("%(recipient)s has read the question and answers. Nothing changes before."),
        WAITS,
        ANSWERS,
    ),
    "undeliverable": Words(
        _("Not delivered: %(sender)s stays responsible"),
        _("%(recipient)s could not take the message, and the technicians know."),
        _("Calls, or takes the question back"),
        _("Could not take the message"),
        _("Call the team there. If it cannot wait, take the question back and ask again."),
    ),
    "inTransfer": Words(
        BOTH,
        _(
            "%(recipient)s has accepted. As soon as %(sender)s releases the file, the case goes over. That happens by"
            " itself."
        ),
        _("Releases the file"),
        _("Prepares the first contact"),
    ),
    "consentToConfirm": Words(
        BOTH,
        _("Somebody at %(sender)s has to confirm first that the consent stands; then the file goes by itself."),
        _("Confirms the consent"),
        _("Prepares the first contact"),
    ),
    "withdrawnInTransfer": Words(
        BOTH,
        _(
            "The person has withdrawn consent. Both stay responsible until %(sender)s says that it keeps the case. That"
            " happens by itself."
        ),
        _("Keeps the case"),
        _("Opens nothing of the file"),
    ),
    "goesBack": Words(
        RECIPIENT,
        _("No file came along, so the case goes back to %(sender)s by itself. Until then %(recipient)s answers."),
        _("Takes the case back"),
        _("Hands the case back"),
    ),
    "shareAccepted": Words(
        _("%(sender)s is responsible, and %(recipient)s helps"),
        _("%(recipient)s has agreed. The parts of the file that were consented go by themselves."),
        _("Releases the agreed parts"),
        _("Prepares the first contact"),
    ),
    "moved": Words(
        RECIPIENT,
        _("%(sender)s has released the file. What follows is the first contact, by %(recipient)s."),
        DONE,
        CONTACTS,
    ),
    "movedInContact": Words(
        RECIPIENT,
        _("The first contact has taken place. %(recipient)s closes this referral with an outcome."),
        DONE,
        _("Works with the person"),
    ),
    "shared": Words(
        _("%(sender)s is responsible, and %(recipient)s helps"),
        _("%(recipient)s reads the agreed parts. What follows is the first contact."),
        _("Stays responsible"),
        CONTACTS,
    ),
    "sharedInContact": Words(
        _("%(sender)s is responsible, and %(recipient)s helps"),
        _("The first contact has taken place. %(recipient)s closes this referral with an outcome."),
        _("Stays responsible"),
        _("Works with the person"),
    ),
    "withdrawnAfterwards": Words(
        RECIPIENT,
        _(
            "The person has withdrawn consent after the hand-over. %(recipient)s keeps what it had lawfully,"
            " restricted, and stays responsible."
        ),
        DONE,
        _("Restricts the file"),
    ),
    "adviceGiven": Words(
        _("Answered: %(sender)s is responsible"), _("The advice stands below. This question is closed."), DONE, DONE
    ),
    "closedThere": Words(
        _("Closed: %(recipient)s is responsible"),
        _("%(recipient)s has told the outcome. Nothing more follows here."),
        DONE,
        DONE,
    ),
    "closedHere": Words(
        _("Closed: %(sender)s is responsible"),
        _("%(recipient)s has told the outcome. Nothing more follows here."),
        DONE,
        DONE,
    ),
    "revoking": Words(
        _("Being taken back: %(sender)s is responsible"),
        _("%(recipient)s confirms by itself. If it accepted before this arrived, its acceptance counts."),
        _("Waits for the confirmation"),
        _("Confirms by itself"),
    ),
    "revoked": Words(
        _("Taken back: %(sender)s is responsible"),
        _("%(recipient)s has confirmed and keeps nothing of it."),
        DONE,
        DONE,
    ),
    "declined": Words(
        _("Declined: %(sender)s stays responsible"),
        _("The case has never left %(sender)s."),
        _("Looks for another way"),
        DONE,
        _("Call the other team, or ask another municipality."),
    ),
    "withdrawn": Words(
        _("Consent withdrawn: %(sender)s is responsible"),
        _("%(recipient)s has been told and keeps nothing."),
        DONE,
        DONE,
        _("A new consent needs a new referral."),
    ),
    "withdrawnUnconfirmed": Words(
        _("Consent withdrawn: %(sender)s is responsible"),
        _("%(recipient)s has been told. It confirms by itself that it keeps nothing; after 72 hours you are warned."),
        _("Waits for the confirmation"),
        _("Confirms by itself"),
    ),
    "kept": Words(
        _("The case stays: %(sender)s is responsible"),
        _("Nothing of the file has left %(sender)s."),
        DONE,
        DONE,
        _("A new question can be asked when the reason is gone."),
    ),
    "reassigned": Words(
        _("Decided by the federation: %(sender)s is responsible"),
        _("%(recipient)s does not answer any more."),
        _("Looks for another way"),
        DONE,
        _("Ask another municipality."),
    ),
    "handedBack": Words(
        _("Handed back: %(sender)s is responsible again"),
        _("The case is home. %(recipient)s answers for it no more."),
        _("Goes on with the person"),
        DONE,
    ),
}

BY_STATE = {
    State.OFFERED: "onItsWay",
    State.RECEIVED: "notRead",
    State.OPENED: "considered",
    State.UNDELIVERABLE: "undeliverable",
    State.REVOKING: "revoking",
    State.REVOKED: "revoked",
    State.DECLINED: "declined",
    State.KEPT: "kept",
    State.REASSIGNED: "reassigned",
    State.HANDED_BACK: "handedBack",
}
WITH_US = {State.RELEASED: "", State.HELD: "", State.FIRST_CONTACT: "InContact"}


def situation(referral: queries.ReferralRow) -> str:
    """Return which of SITUATIONS a referral is in, as this side knows it."""
    state, handover = State(referral.state), referral.kind == Kind.HANDOVER
    if state in BY_STATE:
        return BY_STATE[state]
    if state is State.ACCEPTED:
        return _accepted(referral)
    if state is State.CLOSED:
        return "adviceGiven" if referral.kind == Kind.ADVICE else "closedThere" if handover else "closedHere"
    if state is State.WITHDRAWN:
        confirmed = referral.direction == Direction.RECEIVED or referral.recipient_out
        return "withdrawn" if confirmed else "withdrawnUnconfirmed"
    if handover and referral.consent_withdrawn:
        return "withdrawnAfterwards"
    return ("moved" if handover else "shared") + WITH_US[state]


def _accepted(referral: queries.ReferralRow) -> str:
    if referral.kind != Kind.HANDOVER:
        return "shareAccepted"
    if referral.direction == Direction.SENT:
        return "consentToConfirm"
    if referral.released:
        return "goesBack"
    return "withdrawnInTransfer" if referral.consent_withdrawn else "inTransfer"


@dataclass(frozen=True)
class Clock:
    """What one side does now, since when or until when in its own calendar, and whom to call there."""

    side: Side
    doing: str
    working_days: int
    """Working days of this side that its words count: those it has had, or has until `until`, or is late."""
    until: datetime.date | None = None
    left: str = ""
    """How far `until` is away, in words."""

    @property
    def idle(self) -> bool:
        """Whether this side has nothing to do, so that no clock runs for it."""
        return self.doing == str(DONE)


@dataclass(frozen=True)
class Standing:
    """A referral in sentences."""

    code: str
    alive: bool
    """Whether something is still expected."""
    responsible: str
    follows: str
    way_out: str
    sender: Clock
    recipient: Clock


def standing(
    referral: queries.ReferralRow, towns: Towns, *, since: datetime.datetime, at: datetime.datetime
) -> Standing:
    """Return how a referral stands; `since` is when it last changed."""
    code, names = situation(referral), towns.names(referral)
    words, (sender, recipient) = SITUATIONS[code], towns.sides(referral)
    start, today = queries.today(since), queries.today(at)
    until = referral.answer_by if code in ("onItsWay", "notRead", "considered") else None
    return Standing(
        code=code,
        alive=State(referral.state) in ALIVE,
        responsible=str(words.responsible) % names,
        follows=str(words.follows) % names,
        way_out=str(words.way_out) if referral.direction == Direction.SENT else "",
        sender=Clock(sender, str(words.sender), sender.working_days(start, today)),
        recipient=_until(recipient, str(words.recipient), until, today)
        if until
        else Clock(recipient, str(words.recipient), recipient.working_days(start, today)),
    )


def _until(side: Side, doing: str, until: datetime.date, today: datetime.date) -> Clock:
    days = side.working_days(today, until) if until >= today else -side.working_days(until, today)
    return Clock(side, doing, abs(days), until, dates.in_words(until, today, days=days))
