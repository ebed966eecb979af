"""The tables of legal steps hold every change that the functions can make, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.federation.custody.every import AT_RECIPIENT, AT_SENDER, RECEIVED, SENT, step_of

from federation.custody import facts
from federation.custody.facts import Effect, Kind, State

CUSTODY_EFFECTS = {
    Effect.OPEN_CUSTODY,
    Effect.END_OFFERED_CUSTODY,
    Effect.END_CUSTODY,
    Effect.HAND_BACK_BY_ITSELF,
    Effect.MARK_OLD_HANDED_BACK,
    Effect.REOPEN_OWN_FILE,
}


def _changes(journeys):
    return {
        (known.state, step.facts.state)
        for known, steps in journeys.items()
        for _, step in steps
        if known.state is not step.facts.state
    }


def test_the_legal_steps_of_a_sender_are_exactly_those_that_can_happen() -> None:
    assert _changes(SENT) == facts.SENT_STEPS


def test_the_legal_steps_of_a_recipient_are_exactly_those_that_can_happen() -> None:
    assert _changes(RECEIVED) == facts.RECEIVED_STEPS


def test_every_set_of_facts_is_counted() -> None:
    assert (len(SENT), len(RECEIVED)) == (853, 274)


@pytest.mark.parametrize(
    ("journeys", "events"), [(SENT, AT_SENDER), (RECEIVED, AT_RECIPIENT)], ids=["sent", "received"]
)
def test_an_alarm_changes_nothing_and_says_nothing(journeys, events) -> None:
    alarms = 0
    for known in journeys:
        for name, event in events.items():
            step = step_of(known, event)
            if isinstance(step, facts.Step) and Effect.ALARM in step.effects:
                alarms += 1
                assert (step.facts, step.says) == (known, ()), name
                assert set(step.effects) <= {Effect.ALARM, Effect.ERASE_COPY}, name

    assert alarms > 0


@pytest.mark.parametrize("journeys", [SENT, RECEIVED], ids=["sent", "received"])
def test_share_and_advice_never_move_custody(journeys) -> None:
    asked = [known for known in journeys if known.kind is not Kind.HANDOVER]

    effects = {effect for known in asked for _, step in journeys[known] for effect in step.effects}

    assert effects.isdisjoint(CUSTODY_EFFECTS)
    assert not any(getattr(known, "custody_open", False) for known in asked)


def test_the_senders_team_is_told_of_every_end() -> None:
    """Loss L2. The end by a hand back is told by the step that releases the hand back."""
    untold = {
        (name, known.state, step.facts.state)
        for known, steps in SENT.items()
        for name, step in steps
        if facts.is_ended(step.facts) and known.state is not step.facts.state and Effect.TELL_TEAM not in step.effects
    }

    assert {name for name, _, _ in untold} == {"hand back released"}


def test_no_end_is_left_but_by_what_the_other_side_signed() -> None:
    left = {
        (name, known.state, step.facts.state)
        for known, steps in SENT.items()
        for name, step in steps
        if facts.is_ended(known) and known.state is not step.facts.state
    }

    assert {(old, new) for _, old, new in left} == {
        (State.WITHDRAWN, State.REASSIGNED),
        (State.KEPT, State.REASSIGNED),
        (State.CLOSED, State.HANDED_BACK),
        (State.CLOSED, State.REVOKED),
        (State.RELEASED, State.CLOSED),
        (State.RELEASED, State.FIRST_CONTACT),
        (State.RELEASED, State.REVOKING),
        (State.RELEASED, State.REVOKED),
        (State.FIRST_CONTACT, State.CLOSED),
        (State.FIRST_CONTACT, State.REVOKING),
        (State.FIRST_CONTACT, State.REVOKED),
    }


def test_an_open_row_is_opened_and_ended_by_the_effects_alone() -> None:
    for known, steps in RECEIVED.items():
        for name, step in steps:
            opened = Effect.OPEN_CUSTODY in step.effects
            ended = Effect.END_CUSTODY in step.effects or name in ("passed on", "hand back released")
            assert step.facts.custody_open == ((known.custody_open or opened) and not ended), (name, known)


def test_a_copy_is_there_exactly_from_applying_to_erasing() -> None:
    for known, steps in RECEIVED.items():
        for name, step in steps:
            applied, erased = (effect in step.effects for effect in (Effect.APPLY_DOSSIER, Effect.ERASE_COPY))
            assert step.facts.has_dossier == ((known.has_dossier or applied) and not erased), (name, known)


def test_no_dossier_is_readable_after_its_withdrawal_unless_the_case_is_held() -> None:
    """What was applied before stays, restricted, with a custodian only (GDPR art. 7(3))."""
    for known, steps in RECEIVED.items():
        for name, step in steps:
            assert not (known.consent_withdrawn and Effect.APPLY_DOSSIER in step.effects), name
            if step.facts.consent_withdrawn and step.facts.has_dossier and name == "ConsentWithdrawn":
                assert step.facts.custody_open


def test_a_dossier_leaves_the_outbox_with_the_word_after_which_nobody_needs_it() -> None:
    met = set()
    for known, steps in SENT.items():
        for name, step in steps:
            new, out = step.facts, Effect.TAKE_DOSSIER_OUT in step.effects
            learned = {fact for fact in ("held", "recipient_out", "consent_withdrawn") if getattr(new, fact)}
            needless = {fact for fact in learned if not getattr(known, fact)}
            needless |= {new.state} & {State.REVOKING, State.REVOKED, State.HANDED_BACK} - {known.state}
            if known.answer == "released" and not known.by_itself and needless:
                assert out, (name, known)
                met.add(name)
            assert not out or known.answer == "released" or name.startswith("seal again"), (name, known)

    assert met == {
        "revoke",
        "withdraw",
        "RevocationConfirmed",
        "WithdrawalApplied, custodian",
        "WithdrawalApplied, no custodian",
        "DossierHeld",
        "CustodyEnded",
        "hand back released",
    }


def test_the_kind_of_a_tombstone_does_not_matter() -> None:
    """A revocation or a withdrawal that comes before the offer does not say of which kind the offer will be."""
    for name, event in AT_RECIPIENT.items():
        if name in ("RevocationAsked", "ConsentWithdrawn"):
            steps = [step_of(known, event) for known in RECEIVED if known.state is None and not known.hand_back]

            assert len({(step.says[0].type, step.effects, step.facts.state) for step in steps}) == 1


def test_every_line_and_branch_of_custody_is_run(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    coverage = [sys.executable, "-m", "coverage"]
    data = f"--data-file={tmp_path / 'coverage'}"

    measured = ["run", data, "--branch", "--include=services/federation/custody/*"]
    ran = subprocess.run(
        [*coverage, *measured, "-m", "pytest", "-q", "-k", "not every_line", "tests/federation/custody"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    report = subprocess.run(
        [*coverage, "report", data, "--show-missing", "--fail-under=100"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    assert report.returncode == 0, report.stdout
