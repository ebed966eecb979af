"""What can happen to a referral: acts of people and words of the other side, each with the protocol's own answer.

The protocol is `federation.custody`: pure functions that the model checker runs too. A move here pairs
the real call, on a real database, with that function, so that the matrix compares the two.
"""

import datetime
import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from federation.contracts import messages
from federation.contracts.messages import Message
from federation.custody import recipient, sender
from federation.custody.facts import Gate, Received, Sent, State, Step
from federation.identity import actor as actors
from federation.identity.actor import Actor
from municipal.cases import queries as cases
from municipal.referrals import actions, handlers, queries
from municipal.referrals.actions.carrying import carry_out
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import Referral
from people_at_work import BLOCKS, OTHER

SENT, RECEIVED = "sent", "received"


@dataclass(frozen=True)
class Situation:
    """Where a move is made."""

    town: str
    referral: Referral
    at: datetime.datetime
    dossier: str

    @property
    def id(self) -> uuid.UUID:
        """The referral's id."""
        return self.referral.pk


@dataclass(frozen=True)
class Act:
    """What a person may try, and on which side it makes sense."""

    name: str
    side: str
    call: Callable[[Situation, Actor], Any]
    answer: Callable[[Any], Step[Any] | None]


def _hand_back(facts: Received) -> None:
    recipient.check_hand_back(facts)


ACTS = (
    Act(
        "open",
        RECEIVED,
        lambda s, by: actions.open_referral(referral_id=s.id, by=by, at=s.at),
        recipient.open_offer,
    ),
    Act("accept", RECEIVED, lambda s, by: actions.accept_referral(referral_id=s.id, by=by, at=s.at), recipient.accept),
    Act(
        "decline",
        RECEIVED,
        lambda s, by: actions.decline_referral(referral_id=s.id, reason="noCapacity", by=by, at=s.at),
        lambda facts: recipient.decline(facts, reason="noCapacity"),
    ),
    Act(
        "advise",
        RECEIVED,
        lambda s, by: actions.give_advice(referral_id=s.id, text="Begin bij de school.", by=by, at=s.at),
        recipient.advise,
    ),
    Act(
        "report first contact",
        RECEIVED,
        lambda s, by: actions.report_progress(
            referral_id=s.id, progress="firstContact", on=s.at.date(), by=by, at=s.at
        ),
        lambda facts: recipient.report_progress(facts, progress="firstContact"),
    ),
    Act(
        "report no show",
        RECEIVED,
        lambda s, by: actions.report_progress(referral_id=s.id, progress="noShow", on=s.at.date(), by=by, at=s.at),
        lambda facts: recipient.report_progress(facts, progress="noShow"),
    ),
    Act(
        "report outcome",
        RECEIVED,
        lambda s, by: actions.report_outcome(referral_id=s.id, outcome="supportBegan", by=by, at=s.at),
        lambda facts: recipient.report_outcome(facts, outcome="supportBegan"),
    ),
    Act(
        "revoke",
        SENT,
        lambda s, by: actions.revoke_referral(referral_id=s.id, reason="noLongerNeeded", by=by, at=s.at),
        sender.revoke,
    ),
)
HAND_BACK = Act(
    "hand back",
    RECEIVED,
    lambda s, by: actions.hand_back(
        referral_id=s.id, reason="personWishes", blocks=BLOCKS, ground="caseConsultation", by=by, at=s.at
    ),
    _hand_back,
)
WITHDRAW = Act(
    "withdraw",
    SENT,
    lambda s, by: actions.withdraw_consent(consent_id=s.referral.consent_id or uuid.UUID(int=0), by=by, at=s.at),
    sender.withdraw,
)


@dataclass(frozen=True)
class Word:
    """What the other side may say at any moment, also against all rules."""

    name: str
    side: str
    hear: Callable[[Situation], None]
    answer: Callable[[Any], Step[Any]]


def message(s: Situation, body: messages.Body) -> Message:
    """Return what the other side says about the referral."""
    return Message(
        type=type(body).__name__,
        sender=OTHER[s.town],
        recipient=s.town,
        epoch=1,
        time=s.at,
        body=body,
        referral_id=s.id,
        seq=1 if type(body).__name__ in messages.SEQUENCED else None,
    )


def _own(s: Situation) -> Message:
    body = messages.ReferralOpened()
    said = message(s, body)
    return Message(
        type="ReferralOffered",
        sender=s.town,
        recipient=OTHER[s.town],
        epoch=1,
        time=s.at,
        referral_id=said.referral_id,
        body=_offer(),
    )


def _offer() -> messages.ReferralOffered:
    preview = messages.Preview(
        age_band="from18To25",
        contact_language="nl",
        interpreter_needed=False,
        needs=("school",),
        urgency="canWait",
        wished_help=(),
    )
    return messages.ReferralOffered(
        kind="share", team="prevention", preview=preview, blocks=(), answer_by=datetime.date(2026, 12, 1)
    )


def _heard(handler: Callable[..., None], body: messages.Body) -> Callable[[Situation], None]:
    return lambda s: handler(message(s, body), dossier=None, at=s.at)


def _released(s: Situation, dossier: str | None) -> None:
    stays = s.referral.kind != "handover"
    row = None if stays else s.referral.offered_custody_row
    body = messages.DossierReleased(custody="stays" if stays else "moves", ends_custody_row=row)
    handlers.on_dossier_released(message(s, body), dossier=dossier, at=s.at)


def _accepted(s: Situation) -> None:
    row = uuid.uuid4() if s.referral.kind == "handover" else None
    handlers.on_referral_accepted(
        message(s, messages.ReferralAccepted(custody_row=row, team="prevention")), dossier=None, at=s.at
    )


def _carried(act: str, step: Callable[[Sent], Step[Sent]]) -> Callable[[Situation], None]:
    """Return a step that no message and no person brings yet, carried out as it will be."""

    def hear(s: Situation) -> None:
        with transaction.atomic():
            row = queries.locked(s.id)
            turn = Turn(referral=row, step=step(queries.sent_facts(row)), act=act)
            carry_out(turn=turn, by=actors.system(s.town, "test"), at=s.at)

    return hear


def _unconfirmed(facts: Sent) -> Step[Sent]:
    return sender.on_accepted(facts, gate=Gate.UNCONFIRMED)


def words_after_a_restore(facts: Sent) -> tuple[Word, ...]:
    """Return what comes of a decision of the federation (F19), and of a consent that a restore left unconfirmed."""
    found = [Word("the federation's decision", SENT, _carried("reassigned", sender.reassign), sender.reassign)]
    if facts.answer == "":
        found.append(Word("accepted, consent unconfirmed", SENT, _carried("accepted", _unconfirmed), _unconfirmed))
    if facts.state is State.ACCEPTED:
        for gate in (Gate.STANDS, Gate.ENDED, Gate.WITHDRAWN):
            step = functools.partial(sender.confirm, gate=gate)
            found.append(Word(f"confirmed, {gate}", SENT, _carried("confirmed", step), step))
    return tuple(found)


def words_to_sender(gate: Gate) -> tuple[Word, ...]:
    """Return what the recipient may say; `gate` is what the consent check will find."""
    return (
        Word("receipt", SENT, lambda s: handlers.on_message_received(_own(s), s.at), sender.on_receipt),
        Word("refusal", SENT, lambda s: handlers.on_message_refused(_own(s), "notAllowed", s.at), sender.on_refusal),
        Word("opened", SENT, _heard(handlers.on_referral_opened, messages.ReferralOpened()), sender.on_opened),
        Word("accepted", SENT, _accepted, lambda facts: sender.on_accepted(facts, gate=gate)),
        Word(
            "declined",
            SENT,
            _heard(handlers.on_referral_declined, messages.ReferralDeclined("noCapacity")),
            sender.on_declined,
        ),
        Word(
            "advice",
            SENT,
            _heard(handlers.on_advice_given, messages.AdviceGiven("Begin bij de school.")),
            sender.on_advice,
        ),
        Word(
            "revocation confirmed",
            SENT,
            _heard(handlers.on_revocation_confirmed, messages.RevocationConfirmed()),
            sender.on_revocation_confirmed,
        ),
        *(
            Word(
                f"withdrawal applied, custodian {custodian}",
                SENT,
                _heard(handlers.on_withdrawal_applied, messages.WithdrawalApplied("erased", custodian=custodian)),
                functools.partial(sender.on_withdrawal_applied, custodian=custodian),
            )
            for custodian in (True, False)
        ),
        Word("held", SENT, _heard(handlers.on_dossier_held, messages.DossierHeld()), sender.on_held),
        Word(
            "custody ended", SENT, _heard(handlers.on_custody_ended, messages.CustodyEnded()), sender.on_custody_ended
        ),
        *(
            Word(
                f"progress {code}",
                SENT,
                _heard(handlers.on_progress_reported, messages.ProgressReported(code, datetime.date(2026, 11, 23))),
                functools.partial(sender.on_progress, first_contact=code == "firstContact"),
            )
            for code in ("firstContact", "noShow")
        ),
        Word(
            "outcome",
            SENT,
            _heard(handlers.on_outcome_reported, messages.OutcomeReported("goalsReached")),
            sender.on_outcome,
        ),
    )


def words_to_recipient() -> tuple[Word, ...]:
    """Return what the sender may say after its offer."""
    return (
        Word(
            "revocation asked",
            RECEIVED,
            _heard(handlers.on_revocation_asked, messages.RevocationAsked("personStays")),
            recipient.on_revocation_asked,
        ),
        Word(
            "consent withdrawn",
            RECEIVED,
            _heard(
                handlers.on_consent_withdrawn,
                messages.ConsentWithdrawn(datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)),
            ),
            recipient.on_consent_withdrawn,
        ),
        Word(
            "release",
            RECEIVED,
            lambda s: _released(s, s.dossier),
            lambda facts: recipient.on_released(facts, dossier=True),
        ),
        Word(
            "release, statement alone",
            RECEIVED,
            lambda s: _released(s, None),
            lambda facts: recipient.on_released(facts, dossier=False),
        ),
        Word(
            "release, unreadable",
            RECEIVED,
            lambda s: _released(s, "{}"),
            lambda facts: recipient.on_released(facts, dossier=False),
        ),
        *(
            Word(
                f"custody kept, {reason}",
                RECEIVED,
                _heard(handlers.on_custody_kept, messages.CustodyKept(reason)),
                functools.partial(recipient.on_custody_kept, reason=reason),
            )
            for reason in ("consentWithdrawn", "consentEnded")
        ),
    )


def dossier_of(case_id: uuid.UUID) -> str:
    """Return a dossier as the sender would release it now."""
    return cases.dossier(case_id, blocks=BLOCKS).text


__all__ = [
    "ACTS",
    "HAND_BACK",
    "WITHDRAW",
    "Act",
    "Sent",
    "Situation",
    "Word",
    "dossier_of",
    "words_after_a_restore",
    "words_to_recipient",
    "words_to_sender",
]
