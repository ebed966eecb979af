"""Every event that can meet either side, with every value that the protocol decides by."""

from collections.abc import Callable, Iterable
from typing import Any

from federation.custody import facts, recipient, sender
from federation.custody.facts import Effect, Gate, Kind, Received, Sent, State, Step
from federation.errors import DomainError

Event = Callable[[Any], Step[Any]]


def _hand_back(known: Received) -> Step[Received]:
    recipient.check_hand_back(known)
    return Step(known)


def _draft(known: Sent) -> Step[Sent]:
    return Step(known)


AT_SENDER: dict[str, Event] = {
    **{f"offer, {gate.value}": lambda f, gate=gate: sender.offer(f, gate=gate) for gate in Gate},
    "revoke": sender.revoke,
    "withdraw": sender.withdraw,
    "reassign": sender.reassign,
    **{f"confirm, {gate.value}": lambda f, gate=gate: sender.confirm(f, gate=gate) for gate in Gate},
    **{f"seal again, {gate.value}": lambda f, gate=gate: sender.seal_again(f, gate=gate) for gate in Gate},
    "receipt": sender.on_receipt,
    "refusal": sender.on_refusal,
    "ReferralOpened": sender.on_opened,
    **{f"ReferralAccepted, {gate.value}": lambda f, gate=gate: sender.on_accepted(f, gate=gate) for gate in Gate},
    "ReferralDeclined": sender.on_declined,
    "AdviceGiven": sender.on_advice,
    "RevocationConfirmed": sender.on_revocation_confirmed,
    "WithdrawalApplied, custodian": lambda f: sender.on_withdrawal_applied(f, custodian=True),
    "WithdrawalApplied, no custodian": lambda f: sender.on_withdrawal_applied(f, custodian=False),
    "DossierHeld": sender.on_held,
    "CustodyEnded": sender.on_custody_ended,
    "ProgressReported, first contact": lambda f: sender.on_progress(f, first_contact=True),
    "ProgressReported, appointment": lambda f: sender.on_progress(f, first_contact=False),
    "OutcomeReported": sender.on_outcome,
    "hand back released": facts.old_handed_back,
}

AT_RECIPIENT: dict[str, Event] = {
    "offer": recipient.on_offered,
    "RevocationAsked": recipient.on_revocation_asked,
    "ConsentWithdrawn": recipient.on_consent_withdrawn,
    "DossierReleased": lambda f: recipient.on_released(f, dossier=True),
    "DossierReleased, alone": lambda f: recipient.on_released(f, dossier=False),
    "CustodyKept, consentWithdrawn": lambda f: recipient.on_custody_kept(f, reason="consentWithdrawn"),
    "CustodyKept, reassigned": lambda f: recipient.on_custody_kept(f, reason="reassigned"),
    "passed on": recipient.passed_on,
    "open": recipient.open_offer,
    "accept": recipient.accept,
    "decline": lambda f: recipient.decline(f, reason="noCapacity"),
    "advise": recipient.advise,
    "report first contact": lambda f: recipient.report_progress(f, progress="firstContact"),
    "report appointment": lambda f: recipient.report_progress(f, progress="appointment"),
    "report outcome": lambda f: recipient.report_outcome(f, outcome="goalsReached"),
    "hand back": _hand_back,
    "hand back released": facts.old_handed_back,
}

QUESTIONS: tuple[tuple[Kind, bool, bool], ...] = (
    (Kind.ADVICE, False, False),
    (Kind.SHARE, False, False),
    (Kind.HANDOVER, False, False),
    (Kind.HANDOVER, True, False),
    (Kind.HANDOVER, True, True),
)
"""Kind, hand back, by itself."""

SENT_BEGINNINGS = [Sent(kind, hand_back=back, by_itself=alone) for kind, back, alone in QUESTIONS]
RECEIVED_BEGINNINGS = [Received(kind, hand_back=back, by_itself=alone) for kind, back, alone in QUESTIONS]


def step_of(known: Any, event: Event) -> Step[Any] | DomainError:
    """Return the step, or the refusal."""
    try:
        return event(known)
    except DomainError as refusal:
        return refusal


def possible(known: Any, name: str, step: Step[Any]) -> bool:
    """Say whether the caller would do this: alarms change nothing, and what was never offered hears nothing.

    A hand back is released only by a town that has the row of the old referral: a handover that was accepted.
    """
    if Effect.ALARM in step.effects:
        return False
    if isinstance(known, Received):
        if name in ("passed on", "hand back released"):
            return known.custody_open and known.released
        return True
    if name == "hand back released":
        return known.kind is Kind.HANDOVER and known.answer == "released"
    return known.state is not State.DRAFT or name.startswith("offer")


def journeys(beginnings: Iterable[Any], events: dict[str, Event]) -> dict[Any, list[tuple[str, Step[Any]]]]:
    """Return all facts that one side can come to, whatever the other side says, with their steps."""
    found: dict[Any, list[tuple[str, Step[Any]]]] = {}
    waiting = list(beginnings)
    while waiting:
        known = waiting.pop()
        if known in found:
            continue
        found[known] = []
        for name, event in events.items():
            step = step_of(known, event)
            if isinstance(step, Step) and possible(known, name, step):
                found[known].append((name, step))
                waiting.append(step.facts)
    return found


SENT = journeys(SENT_BEGINNINGS, AT_SENDER)
RECEIVED = journeys(RECEIVED_BEGINNINGS, AT_RECIPIENT)
