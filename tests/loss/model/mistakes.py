"""Every mistake that would lose somebody, made on purpose: the model must show how.

Each row patches one rule; the search must then find a promise broken. A mistake that survives means
that the model does not look where it should.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.loss.model import town as towns, worlds
from tests.loss.model.acts import Act
from tests.loss.model.machine import Machine
from tests.loss.model.rules import Rules
from tests.loss.model.search import World
from tests.loss.model.town import Town

from federation.custody.facts import Effect, Gate, Kind, State, Step, old_handed_back

Patch = Callable[[Rules], None]


@dataclass(frozen=True)
class Mistake:
    """One mistake: what it is, which promises it may break, where it is looked for."""

    name: str
    changes: str
    breaks: frozenset[str]
    world: World
    patch: Patch


def _before(side: str, name: str, change: Callable[[Any], Any]) -> Patch:
    """Return a patch under which a function gets other facts than those that stand."""

    def patch(rules: Rules) -> None:
        functions = getattr(rules, side)
        real = getattr(functions, name)
        setattr(functions, name, lambda facts, **given: real(change(facts), **given))

    return patch


def _after(side: str, name: str, change: Callable[[Any, Step[Any]], Step[Any]]) -> Patch:
    """Return a patch under which a function's step is another; `change` sees the facts before it too."""

    def patch(rules: Rules) -> None:
        functions = getattr(rules, side)
        real = getattr(functions, name)
        setattr(functions, name, lambda facts, **given: change(facts, real(facts, **given)))

    return patch


def _given(side: str, name: str, **other: Any) -> Patch:
    """Return a patch under which a function is told something else."""

    def patch(rules: Rules) -> None:
        functions = getattr(rules, side)
        real = getattr(functions, name)
        setattr(functions, name, lambda facts, **given: real(facts, **{**given, **other}))

    return patch


def _rule(**values: Any) -> Patch:
    """Return a patch of a rule outside the functions."""

    def patch(rules: Rules) -> None:
        for name, value in values.items():
            setattr(rules, name, value)

    return patch


def _both(*patches: Patch) -> Patch:
    def patch(rules: Rules) -> None:
        for one in patches:
            one(rules)

    return patch


def _deaf(state: State) -> Patch:
    return _after("sender", "on_accepted", lambda facts, step: Step(facts) if facts.state is state else step)


def _without(effect: Effect) -> Callable[[Any, Step[Any]], Step[Any]]:
    return lambda _facts, step: replace(step, effects=tuple(e for e in step.effects if e is not effect))


def _drops_custody(facts: Any) -> Step[Any]:
    return Step(replace(facts, state=State.KEPT, custody_open=False), effects=(Effect.END_CUSTODY,))


def _act(machine: Machine, town: Town, k: int, told: str, step: Step[Any]) -> Act:
    return f"{told} referral {k + 1}", lambda: machine.commit(town, k, step), False


def _clock_at_recipient(machine: Machine, town: Town) -> list[Act]:
    return [
        _act(machine, town, k, "the clock ends the acceptance of", _drops_custody(r.facts))
        for k, r in towns.all_received(town)
        if r.facts.state is State.ACCEPTED and not r.facts.released and r.facts.custody_open
    ]


def _clock_at_sender(machine: Machine, town: Town) -> list[Act]:
    def ended(facts: Any) -> Step[Any]:
        return Step(replace(facts, state=State.WITHDRAWN, recipient_out=True))

    return [
        _act(machine, town, k, "the clock takes back", ended(s.facts))
        for k, s in towns.all_sent(town)
        if s.facts.state is State.OPENED
    ]


def _decision_at_recipient(machine: Machine, town: Town) -> list[Act]:
    return [
        _act(machine, town, k, "hears the federation's decision on", _drops_custody(r.facts))
        for k, r in towns.all_received(town)
        if r.facts.state is State.ACCEPTED and r.facts.custody_open
    ]


def _decided_late(facts: Any, step: Step[Any]) -> Step[Any]:
    late = facts.answer == "released" and facts.kind is Kind.HANDOVER
    return Step(replace(facts, state=State.REASSIGNED)) if late else step


def _forgets_tombstone(facts: Any, step: Step[Any]) -> Step[Any]:
    return replace(step, facts=replace(step.facts, revocation_asked=False)) if facts.state is None else step


def _confirms_at_the_offer_only(facts: Any, step: Step[Any]) -> Step[Any]:
    return replace(step, says=()) if facts.state is None else step


def _as_handover(facts: Any) -> Any:
    return replace(facts, kind=Kind.HANDOVER)


def _outcome_wins(facts: Any) -> Step[Any]:
    step: Step[Any] = old_handed_back(facts)
    return replace(step, facts=replace(step.facts, state=facts.state)) if facts.state is State.CLOSED else step


def _receipt_undoes_refusal(facts: Any, step: Step[Any]) -> Step[Any]:
    return Step(replace(facts, state=State.RECEIVED)) if facts.state is State.UNDELIVERABLE else step


def _refusal_undoes_opening(facts: Any, step: Step[Any]) -> Step[Any]:
    return Step(replace(facts, state=State.UNDELIVERABLE)) if facts.state is State.OPENED else step


def _decision_leaves_acceptance(facts: Any, step: Step[Any]) -> Step[Any]:
    return Step(replace(facts, state=State.REASSIGNED)) if facts.state is State.ACCEPTED else step


def _keeps_believing(facts: Any, step: Step[Any]) -> Step[Any]:
    return replace(step, facts=replace(step.facts, has_dossier=facts.has_dossier))


def _deaf_when_withdrawn(facts: Any, step: Step[Any]) -> Step[Any]:
    return replace(step, says=()) if facts.state is State.WITHDRAWN else step


def _silent(facts: Any, step: Step[Any]) -> Step[Any]:
    return replace(step, says=()) if step.facts.state is State.KEPT else step


_ANOTHER = worlds.single("handover: another consent", Kind.HANDOVER, frozenset({"end", "other"}))
_KEYS, _PEOPLE, _SHARE = worlds.HANDOVER_KEYS, worlds.HANDOVER, worlds.SHARE
_I1, _I2, _I3, _I4, _I5, _I7 = (frozenset({name}) for name in ("I1", "I2", "I3", "I4", "I5", "I7"))

MISTAKES = (
    Mistake(
        "release on send",
        "custody goes with the offer (loss L3)",
        _I1,
        _PEOPLE,
        _after("sender", "offer", lambda _, step: replace(step, effects=(Effect.END_OFFERED_CUSTODY,))),
    ),
    Mistake("time-out at R", "an acceptance expires", _I1, _KEYS, _rule(extra_acts=_clock_at_recipient)),
    Mistake("time-out at S", "an offer expires (loss L15)", _I2, _PEOPLE, _rule(extra_acts=_clock_at_sender)),
    Mistake(
        "no tombstone",
        "a revocation before the offer is confirmed and forgotten",
        _I2 | _I3,
        _PEOPLE,
        _after("recipient", "on_revocation_asked", _forgets_tombstone),
    ),
    Mistake("send before commit", "a word leaves before its change", _I1, _PEOPLE, _rule(words_with_commit=False)),
    Mistake(
        "no second consent check",
        "gate 2 always stands",
        _I5,
        _KEYS,
        _given("sender", "on_accepted", gate=Gate.STANDS),
    ),
    Mistake("gate 2 = any valid consent", "not the very one of the offer", _I5, _ANOTHER, _rule(very_consent=False)),
    Mistake(
        "forgotten withdrawal",
        "R does not remember ConsentWithdrawn",
        _I3 | _I5,
        _KEYS,
        _after(
            "recipient",
            "on_consent_withdrawn",
            lambda facts, step: replace(step, facts=replace(facts, consent_withdrawn=False)),
        ),
    ),
    Mistake(
        "R drops custody on ConsentWithdrawn",
        "though a release may be on its way",
        _I1,
        _KEYS,
        _after(
            "recipient",
            "on_consent_withdrawn",
            lambda facts, step: _drops_custody(step.facts) if facts.custody_open else step,
        ),
    ),
    Mistake(
        "late dossier opened",
        "a release after ConsentWithdrawn is read",
        _I5,
        _KEYS,
        _before("recipient", "on_released", lambda facts: replace(facts, consent_withdrawn=False)),
    ),
    Mistake(
        "custody as a flag", "one flag a case, no row a referral", _I1, worlds.TWICE, _rule(rows_by_referral=False)
    ),
    Mistake(
        "acceptance matched by case",
        "not by the referral that it names",
        _I1 | _I2 | _I3,
        worlds.TWICE,
        _rule(matched_by_referral=False),
    ),
    Mistake(
        "handing on before settled",
        "R offers what it has not been given",
        _I2 | {"L12"},
        worlds.ONWARD,
        _rule(is_settled=lambda _facts: True),
    ),
    Mistake(
        "Kept not acknowledged",
        "no CustodyEnded",
        _I3,
        _KEYS,
        _after("recipient", "on_custody_kept", lambda _, step: replace(step, says=())),
    ),
    Mistake(
        "two open handovers",
        "an offer does not bind the case (loss L12)",
        frozenset({"L12"}),
        worlds.ELSEWHERE,
        _rule(is_open=lambda _facts: False),
    ),
    Mistake(
        "dedupe by message id",
        "a message sealed anew counts as new",
        _I4,
        _KEYS,
        _rule(identity_is_the_jws=False),
    ),
    Mistake("undeliverable is deaf", "an acceptance is not answered", _I3, _PEOPLE, _deaf(State.UNDELIVERABLE)),
    Mistake("withdrawn is deaf", "an acceptance is not answered", _I3, _KEYS, _deaf(State.WITHDRAWN)),
    Mistake(
        "revocation held behind a gap",
        "RevocationAsked takes a seq",
        _I3,
        _PEOPLE,
        _rule(loose=frozenset({"ConsentWithdrawn"})),
    ),
    Mistake(
        "kind ignored",
        "a share is treated as a handover",
        _I7,
        _SHARE,
        _both(_before("recipient", "accept", _as_handover), _before("sender", "on_accepted", _as_handover)),
    ),
    Mistake(
        "re-sealing without the gate",
        "a changed key sends the dossier again",
        _I5,
        _KEYS,
        _after("sender", "seal_again", lambda facts, _step: Step(facts)),
    ),
    Mistake(
        "no dossier, no hand back",
        "a custodian without dossier keeps the case",
        _I3,
        _KEYS,
        _after("recipient", "on_released", _without(Effect.HAND_BACK_BY_ITSELF)),
    ),
    Mistake(
        "decision applied after release",
        "S takes back what it gave",
        _I1 | _I2,
        _PEOPLE,
        _after("sender", "reassign", _decided_late),
    ),
    Mistake(
        "decision ends R's custody",
        "R drops on the decision itself",
        _I1,
        _PEOPLE,
        _rule(extra_acts=_decision_at_recipient),
    ),
    Mistake("no receipt for the release", "S sends for ever", _I3, _PEOPLE, _rule(receipts=frozenset({"offer"}))),
    Mistake("receipt before store", "R dies in between", _I3, _PEOPLE, _rule(receipt_with_store=False)),
)
"""Those that the protocol is there to prevent; restores come with their own."""

MENDED = (
    Mistake(
        "gaps are not held back",
        "words are applied as they come",
        frozenset({"honesty"}),
        _SHARE,
        _rule(holds_gaps=False),
    ),
    Mistake(
        "withdrawal leaves the dossier",
        "a release without receipt keeps its blocks",
        _I5,
        _KEYS,
        _after("sender", "withdraw", _without(Effect.TAKE_DOSSIER_OUT)),
    ),
    Mistake(
        "the outbox keeps what is held",
        "a release keeps its blocks after DossierHeld",
        _I5,
        _KEYS,
        _after("sender", "on_held", _without(Effect.TAKE_DOSSIER_OUT)),
    ),
    Mistake(
        "the outbox keeps what is taken back",
        "a released share keeps its blocks after its revocation",
        _I5,
        _SHARE,
        _after("sender", "revoke", _without(Effect.TAKE_DOSSIER_OUT)),
    ),
    Mistake(
        "hand back waits for a person",
        "what R gives back by itself can be declined",
        _I3 | {"honesty"},
        _KEYS,
        _before("recipient", "on_offered", lambda facts: replace(facts, by_itself=False)),
    ),
    Mistake(
        "hand back handed back",
        "by itself, and so for ever",
        _I3,
        _KEYS,
        _before("recipient", "on_released", lambda facts: replace(facts, hand_back=False)),
    ),
    Mistake(
        "tombstone confirmed with the offer only",
        "an offer that was refused never comes",
        _I3,
        _PEOPLE,
        _after("recipient", "on_revocation_asked", _confirms_at_the_offer_only),
    ),
    Mistake(
        "a receipt undoes a refusal",
        "S shows received, R has parked it (loss L11)",
        _I3,
        _PEOPLE,
        _after("sender", "on_receipt", _receipt_undoes_refusal),
    ),
    Mistake(
        "a late refusal undoes an opening",
        "S shows undeliverable, R works on it",
        _I3,
        _PEOPLE,
        _after("sender", "on_refusal", _refusal_undoes_opening),
    ),
    Mistake(
        "decision leaves an acceptance unanswered",
        "R's row stays for ever",
        _I3,
        worlds.DECIDED,
        _after("sender", "reassign", _decision_leaves_acceptance),
    ),
    Mistake(
        "a row moved on stays in the facts",
        "R says that it answers for what it gave to T",
        frozenset({"facts"}),
        worlds.ONWARD,
        _after("recipient", "passed_on", lambda facts, _step: Step(facts)),
    ),
    Mistake(
        "an outcome hides a hand back",
        "the two sides end apart",
        _I3 | {"facts"},
        worlds.RETURNING,
        _rule(old_handed_back=_outcome_wins),
    ),
    Mistake(
        "a share without blocks says nothing",
        "S waits for an outcome for ever",
        _I3,
        worlds.SHARE_KEYS,
        _after("recipient", "on_released", _silent),
    ),
    Mistake(
        "a share withdrawn is deaf to a revocation",
        "S is revoking for ever",
        _I3,
        _SHARE,
        _after("recipient", "on_revocation_asked", _deaf_when_withdrawn),
    ),
    Mistake(
        "an erased copy stays in the facts",
        "R believes to hold what it erased",
        frozenset({"facts"}),
        worlds.RETURNING,
        _after("recipient", "on_consent_withdrawn", _keeps_believing),
    ),
)
"""Those that the model found in the first writing of `federation.custody`, and others that it must see."""

ALL_MISTAKES = MISTAKES + MENDED
