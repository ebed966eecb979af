"""What people may do: every act, in every state, of every kind; all else is refused and leaves no trace."""

import pytest
from tests.federation.custody.every import AT_RECIPIENT, AT_SENDER, RECEIVED, SENT, step_of

from federation.custody import facts, recipient, sender
from federation.custody.facts import Gate, Kind, State, Step
from federation.errors import DomainError

S = State
CONSENTED = (Kind.SHARE, Kind.HANDOVER)
UNANSWERED = {S.OFFERED, S.RECEIVED, S.OPENED, S.UNDELIVERABLE}
AFTER_THE_OFFER = set(S) - {S.DRAFT, S.HELD}

MAY_SEND = {
    "offer, stands": ({S.DRAFT}, set(Kind)),
    "offer, notNeeded": ({S.DRAFT}, {Kind.ADVICE}),
    "offer, consentWithdrawn": ({S.DRAFT}, {Kind.ADVICE}),
    "offer, consentEnded": ({S.DRAFT}, {Kind.ADVICE}),
    "offer, unconfirmed": ({S.DRAFT}, {Kind.ADVICE}),
    "offer, tooLarge": ({S.DRAFT}, {Kind.ADVICE}),
    "withdraw": (AFTER_THE_OFFER, set(CONSENTED)),
    **{f"confirm, {gate.value}": ({S.ACCEPTED}, set(CONSENTED)) for gate in Gate},
}

MAY_RECEIVE = {
    "open": ({S.RECEIVED}, set(Kind)),
    "accept": ({S.OPENED}, set(CONSENTED)),
    "decline": ({S.OPENED}, set(Kind)),
    "advise": ({S.OPENED}, {Kind.ADVICE}),
    "report first contact": ({S.HELD}, set(CONSENTED)),
    "report appointment": ({S.HELD, S.FIRST_CONTACT}, set(CONSENTED)),
    "report outcome": ({S.HELD, S.FIRST_CONTACT}, set(CONSENTED)),
}


@pytest.mark.parametrize("act", MAY_SEND)
def test_a_sender_may_do_this_and_nothing_else(act: str) -> None:
    states, kinds = MAY_SEND[act]

    for known in SENT:
        legal = known.state in states and known.kind in kinds
        if known.by_itself:
            legal = act.startswith("offer") and known.state is S.DRAFT
        if act == "withdraw":
            legal = legal and not known.consent_withdrawn
        assert isinstance(step_of(known, AT_SENDER[act]), Step) == legal, known


def test_a_sender_may_revoke_what_is_unanswered_and_a_share_until_it_is_closed() -> None:
    for known in SENT:
        legal = known.state in UNANSWERED or (known.kind is Kind.SHARE and known.state in {S.RELEASED, S.FIRST_CONTACT})
        legal = legal and not known.by_itself
        assert isinstance(step_of(known, sender.revoke), Step) == legal, known


@pytest.mark.parametrize("act", MAY_RECEIVE)
def test_a_recipient_may_do_this_and_nothing_else(act: str) -> None:
    states, kinds = MAY_RECEIVE[act]

    for known in RECEIVED:
        legal = known.state in states and known.kind in kinds
        assert isinstance(step_of(known, AT_RECIPIENT[act]), Step) == legal, known


def test_only_a_custodian_that_works_on_a_handover_hands_it_back() -> None:
    for known in RECEIVED:
        legal = known.kind is Kind.HANDOVER and known.state in {S.HELD, S.FIRST_CONTACT} and known.custody_open
        assert isinstance(step_of(known, AT_RECIPIENT["hand back"]), Step) == legal, known


def test_what_the_other_side_says_is_never_refused() -> None:
    """A word on the bus has an answer in every state: an alarm, if need be."""
    people = {*MAY_SEND, *MAY_RECEIVE, "revoke", "hand back"}

    for journeys, events in ((SENT, AT_SENDER), (RECEIVED, AT_RECIPIENT)):
        for known in journeys:
            for name, event in events.items():
                if name not in people:
                    assert isinstance(step_of(known, event), Step), (name, known)


@pytest.mark.parametrize(
    ("act", "kind", "state", "refusal", "detail"),
    [
        ("accept", Kind.ADVICE, S.OPENED, facts.WrongReferralKind, "never accepted"),
        ("accept", Kind.HANDOVER, S.DECLINED, facts.ReferralStateConflict, "declined cannot be accepted"),
        ("accept", Kind.HANDOVER, None, facts.ReferralStateConflict, "none cannot be accepted"),
        ("advise", Kind.SHARE, S.OPENED, facts.WrongReferralKind, "Only a request for advice"),
        ("advise", Kind.ADVICE, S.RECEIVED, facts.ReferralStateConflict, "received cannot be answered"),
        ("hand back", Kind.SHARE, S.HELD, facts.WrongReferralKind, "Only a handover"),
        ("hand back", Kind.HANDOVER, S.HELD, facts.ReferralStateConflict, "held cannot be handed back"),
    ],
)
def test_a_refusal_says_what_stands_in_the_way(act, kind, state, refusal, detail) -> None:
    with pytest.raises(refusal, match=detail):
        AT_RECIPIENT[act](facts.Received(kind, state=state))


@pytest.mark.parametrize("gate", [gate for gate in Gate if gate is not Gate.STANDS])
def test_nothing_is_offered_without_a_standing_consent(gate: Gate) -> None:
    with pytest.raises(facts.ConsentNotStanding) as refused:
        sender.offer(facts.Sent(Kind.HANDOVER), gate=gate)

    assert isinstance(refused.value, DomainError)
    assert refused.value.facts == {"gate": gate.value}


def test_reports_say_what_was_reported() -> None:
    held = facts.Received(Kind.HANDOVER, state=S.HELD, accepted=True, custody_open=True, released=True)

    appointment = recipient.report_progress(held, progress="appointment")
    contact = recipient.report_progress(held, progress="firstContact")
    outcome = recipient.report_outcome(contact.facts, outcome="goalsReached")

    assert appointment == Step(held, (facts.Say("ProgressReported", {"progress": "appointment"}),))
    assert contact.says == (facts.Say("ProgressReported", {"progress": "firstContact"}),)
    assert (contact.facts.state, outcome.facts.state) == (S.FIRST_CONTACT, S.CLOSED)
    assert outcome.says == (facts.Say("OutcomeReported", {"outcome": "goalsReached"}),)
