"""What a town knows of a referral decides what it answers, what it may offer, and what is overdue."""

from dataclasses import replace

import pytest
from tests.federation.custody.every import RECEIVED, SENT

from federation.custody import facts, recipient, sender
from federation.custody.facts import Effect, Gate, Kind, Received, Sent, State

S = State


def _known(state: State, answer: str = "") -> Sent:
    return Sent(Kind.HANDOVER, state=state, answer=answer)


ANSWERS = [
    *[(_known(state), "DossierReleased") for state in (S.OFFERED, S.RECEIVED, S.OPENED, S.UNDELIVERABLE, S.REVOKING)],
    (replace(_known(S.REVOKING), kind=Kind.SHARE), "CustodyKept"),
    (_known(S.ACCEPTED), None),
    *[
        (_known(state, "released"), Effect.SEND_ANSWER_AGAIN)
        for state in (S.RELEASED, S.FIRST_CONTACT, S.CLOSED, S.HANDED_BACK)
    ],
    *[(_known(state), "CustodyKept") for state in (S.WITHDRAWN, S.REASSIGNED)],
    (_known(S.KEPT, "consentEnded"), Effect.SEND_ANSWER_AGAIN),
    *[(_known(state), Effect.ALARM) for state in (S.DECLINED, S.REVOKED)],
    (Sent(Kind.ADVICE, state=S.OPENED), Effect.ALARM),
]


@pytest.mark.parametrize(("known", "answer"), ANSWERS, ids=lambda value: getattr(value, "state", value))
def test_an_acceptance_is_answered_in_every_state(known: Sent, answer: object) -> None:
    step = sender.on_accepted(known, gate=Gate.STANDS)

    answers = [say.type for say in step.says] + [effect for effect in step.effects if effect is not Effect.TELL_TEAM]
    assert answers[:1] == ([answer] if answer else [])


@pytest.mark.parametrize("gate", [Gate.WITHDRAWN, Gate.ENDED, Gate.TOO_LARGE])
def test_gate_2_keeps_the_case_and_says_why(gate: Gate) -> None:
    step = sender.on_accepted(_known(S.OPENED), gate=gate)

    assert [(say.type, say.fields) for say in step.says] == [("CustodyKept", {"reason": gate.value})]
    assert step.facts.state is (S.WITHDRAWN if gate is Gate.WITHDRAWN else S.KEPT)
    assert Effect.END_OFFERED_CUSTODY not in step.effects


def test_custody_ends_at_the_sender_with_its_release_and_with_nothing_else() -> None:
    ends = {
        (name, step.facts.answer, tuple(say.type for say in step.says))
        for steps in SENT.values()
        for name, step in steps
        if Effect.END_OFFERED_CUSTODY in step.effects
    }

    assert {(answer, says) for _, answer, says in ends} == {("released", ("DossierReleased",))}
    assert {name.partition(",")[0] for name, _, _ in ends} == {"ReferralAccepted", "confirm"}


def test_custody_ends_at_the_recipient_with_custody_kept_or_its_own_release() -> None:
    ends = {
        name.partition(",")[0]
        for known, steps in RECEIVED.items()
        for name, step in steps
        if known.custody_open and not step.facts.custody_open
    }

    assert ends == {"CustodyKept", "passed on", "hand back released"}


OPEN = {S.OFFERED, S.RECEIVED, S.OPENED, S.UNDELIVERABLE, S.ACCEPTED, S.REVOKING}


@pytest.mark.parametrize("state", State)
def test_a_handover_binds_its_case_until_the_other_side_has_signed(state: State) -> None:
    waiting, out = _known(state), replace(_known(state), recipient_out=True)

    assert facts.is_open(waiting) == (state in OPEN | {S.WITHDRAWN, S.KEPT})
    assert facts.is_open(out) == (state in OPEN)


ENDED = {S.DECLINED, S.REVOKED, S.CLOSED, S.REASSIGNED, S.HANDED_BACK}


@pytest.mark.parametrize("state", State)
def test_only_a_signature_ends_a_referral(state: State) -> None:
    waiting, out = _known(state), replace(_known(state), recipient_out=True)
    share = replace(out, kind=Kind.SHARE)

    assert facts.is_ended(waiting) == (state in ENDED)
    assert facts.is_ended(out) == (state in ENDED | {S.WITHDRAWN, S.KEPT})
    assert facts.is_ended(share) == (state in ENDED | {S.WITHDRAWN, S.KEPT, S.RELEASED, S.FIRST_CONTACT})


def test_a_case_is_handed_on_only_when_its_acceptance_was_released() -> None:
    accepted = Received(Kind.HANDOVER, state=S.ACCEPTED, accepted=True, custody_open=True)

    assert not facts.is_settled(accepted)
    assert facts.is_settled(replace(accepted, released=True))
    assert facts.is_settled(recipient.on_custody_kept(accepted, reason="consentEnded").facts)


def test_a_withdrawal_takes_the_dossier_out_of_a_release() -> None:
    step = sender.withdraw(_known(S.RELEASED, "released"))

    assert [say.type for say in step.says] == ["ConsentWithdrawn"]
    assert Effect.TAKE_DOSSIER_OUT in step.effects
    assert (step.facts.state, step.facts.consent_withdrawn) == (S.RELEASED, True)


@pytest.mark.parametrize(
    ("known", "gate", "alone"),
    [
        (_known(S.RELEASED, "released"), Gate.STANDS, False),
        (_known(S.RELEASED, "released"), Gate.ENDED, True),
        (_known(S.RELEASED, "released"), Gate.WITHDRAWN, True),
        (replace(_known(S.RELEASED, "released"), consent_withdrawn=True), Gate.STANDS, True),
        (replace(_known(S.RELEASED, "released"), hand_back=True, by_itself=True), Gate.NOT_NEEDED, False),
    ],
)
def test_a_release_is_sealed_again_with_its_dossier_only_while_the_consent_stands(known, gate, alone) -> None:
    step = sender.seal_again(known, gate=gate)

    assert step.facts == known
    assert step.effects == ((Effect.TAKE_DOSSIER_OUT,) if alone else ())
