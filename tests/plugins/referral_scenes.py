"""Every state that a referral can be in, reached by real acts of two towns; the matrix is played on them.

A scene is a generator: at each `yield` the two towns exchange until nobody has anything to say; what
comes after `yield LAST` is done when all other scenes are settled, and stays undelivered.
"""

import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass

from django.db import transaction

from federation.custody import sender
from federation.custody.facts import Gate, Step
from federation.identity import actor as actors
from municipal.referrals import queries
from municipal.referrals.actions.carrying import carry_out
from municipal.referrals.actions.turn import Turn
from people_at_work import Desk, Offered

V, M = "vilvoorde", "molenbeek"
LAST, ENDED = "last", "ended"
Play = Generator[str | None, None, None]


@dataclass(frozen=True)
class Scene:
    """One referral on one side, in one state."""

    name: str
    kind: str
    town: str
    state: str
    referral: uuid.UUID
    case: uuid.UUID
    consent: uuid.UUID | None


class Stage:
    """Collects the scenes while they are played together."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.found: list[Scene] = []

    def keep(self, name: str, offered: Offered, kind: str, *towns: str) -> None:
        """Will keep the referral as it stands in `towns` (both when none is named)."""
        for town in towns or (V, M):
            state = self.desk.state(town, offered.referral)
            case, consent = offered.case, offered.consent
            self.found.append(Scene(f"{name} in {town}", kind, town, state, offered.referral, case, consent))


def play(desk: Desk) -> list[Scene]:
    """Will play all scenes and return them."""
    stage = Stage(desk)
    plays = [scene(stage, kind) for kind in ("handover", "share") for scene in WITH_CONSENT]
    plays += [scene(stage, "handover") for scene in HANDOVERS]
    plays += [scene(stage, "share") for scene in SHARES]
    plays += [scene(stage, "advice") for scene in ADVICE]
    waiting: list[Play] = []
    while plays:
        answers = [(one, next(one, ENDED)) for one in plays]
        waiting += [one for one, asked in answers if asked == LAST]
        plays = [one for one, asked in answers if asked not in {LAST, ENDED}]
        desk.towns.settle()
    for one in waiting:
        for _ in one:
            pass
    return stage.found


# --- scenes of share and handover -----------------------------------------------------------------


def offered(stage: Stage, kind: str) -> Play:
    yield LAST
    stage.keep("offered", stage.desk.offered(kind), kind, V)


def received(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.keep("received", o, kind)


def undeliverable(stage: Stage, kind: str) -> Play:
    yield LAST
    o = stage.desk.offered(kind)
    carry(stage.desk, o.referral, "offerUndeliverable", sender.on_refusal)
    stage.keep("undeliverable", o, kind, V)


def opened(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.desk.open(M, o.referral)
    yield None
    stage.keep("opened", o, kind)


def accepted(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.desk.open(M, o.referral)
    yield LAST
    stage.desk.accept(M, o.referral)
    stage.keep("accepted, not heard yet", o, kind, M)
    carry(stage.desk, o.referral, "accepted", lambda known: sender.on_accepted(known, gate=Gate.UNCONFIRMED))
    stage.keep("accepted, consent unconfirmed", o, kind, V)


def released(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield from _taken(stage, o)
    stage.keep("released", o, kind)


def first_contact(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield from _taken(stage, o)
    stage.desk.progress(M, o.referral)
    yield None
    stage.keep("first contact", o, kind)


def closed(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield from _taken(stage, o)
    stage.desk.outcome(M, o.referral)
    yield None
    stage.keep("closed", o, kind)


def declined(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.desk.open(M, o.referral)
    stage.desk.decline(M, o.referral)
    yield None
    stage.keep("declined", o, kind)


def revoking(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    yield LAST
    stage.desk.revoke(V, o.referral)
    stage.keep("revoking", o, kind)


def revoked(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.desk.revoke(V, o.referral)
    yield None
    stage.keep("revoked", o, kind)


def withdrawing(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    yield LAST
    stage.desk.withdraw(V, o.consent or uuid.UUID(int=0))
    stage.keep("withdrawn, not heard yet", o, kind)


def withdrawn(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.desk.withdraw(V, o.consent or uuid.UUID(int=0))
    yield None
    stage.keep("withdrawn", o, kind)


def withdrawn_after_release(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield from _taken(stage, o)
    stage.desk.withdraw(V, o.consent or uuid.UUID(int=0))
    yield None
    stage.keep("withdrawn after the release", o, kind)


def withdrawn_on_the_way(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.desk.open(M, o.referral)
    yield None
    stage.desk.accept(M, o.referral)
    stage.desk.withdraw(V, o.consent or uuid.UUID(int=0))
    yield None
    stage.keep("withdrawn while the acceptance was on its way", o, kind)


def kept(stage: Stage, kind: str) -> Play:
    case = stage.desk.case(V, "Kort")
    consent = stage.desk.consent(V, case, kind=kind, days=1)
    o = Offered(case, consent, stage.desk.offer(V, case, kind=kind))
    yield None
    stage.desk.open(M, o.referral)
    yield None
    stage.desk.towns.later(days=1)
    stage.desk.accept(M, o.referral)
    yield None
    stage.keep("kept", o, kind)


def reassigned(stage: Stage, kind: str) -> Play:
    yield LAST
    o = stage.desk.offered(kind)
    carry(stage.desk, o.referral, "reassigned", sender.reassign)
    stage.keep("reassigned", o, kind, V)


def overtaken_by_revocation(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    stage.desk.revoke(V, o.referral)  # goes first: it waits for no turn
    yield None
    stage.keep("overtaken by its revocation", o, kind)


def overtaken_by_withdrawal(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    stage.desk.withdraw(V, o.consent or uuid.UUID(int=0))
    yield None
    stage.keep("overtaken by its withdrawal", o, kind)


WITH_CONSENT: tuple[Callable[[Stage, str], Play], ...] = (
    offered,
    received,
    undeliverable,
    opened,
    accepted,
    released,
    first_contact,
    closed,
    declined,
    revoking,
    revoked,
    withdrawing,
    withdrawn,
    withdrawn_after_release,
    withdrawn_on_the_way,
    kept,
    reassigned,
    overtaken_by_revocation,
    overtaken_by_withdrawal,
)


# --- of one kind ------------------------------------------------------------------------------------


def hand_back_offered(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    back = yield from _back(stage, o)
    stage.keep("hand back received", back, kind)
    stage.keep("while a hand back is open", o, kind)


def handed_back(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    back = yield from _back(stage, o)
    yield from _home(stage, back)
    stage.keep("handed back", o, kind)
    stage.keep("hand back held", back, kind)


def handed_back_after_first_contact(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    back = yield from _back(stage, o)
    stage.desk.progress(M, o.referral)
    yield None
    yield from _home(stage, back)
    stage.keep("handed back after the first contact", o, kind)


def handed_back_after_its_outcome(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    back = yield from _back(stage, o)
    stage.desk.outcome(M, o.referral)
    yield None
    yield from _home(stage, back)
    stage.keep("handed back after its outcome", o, kind)


def handed_back_by_itself(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.desk.open(M, o.referral)
    yield None
    towns = stage.desk.towns
    stage.desk.accept(M, o.referral)
    towns.send(M)
    towns.take_in(V)
    assert stage.desk.state(V, o.referral) == "released"
    stage.desk.withdraw(V, o.consent or uuid.UUID(int=0))
    yield None
    stage.keep("handed back by itself", o, kind)
    (row,) = towns[V].query("SELECT id FROM referral WHERE relates_to = %s", o.referral)
    stage.keep("hand back by itself", Offered(o.case, o.consent, row[0]), kind)


HANDOVERS = (
    hand_back_offered,
    handed_back,
    handed_back_after_first_contact,
    handed_back_after_its_outcome,
    handed_back_by_itself,
)


def revoking_after_release(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield from _taken(stage, o)
    yield LAST
    stage.desk.revoke(V, o.referral)
    stage.keep("revoking after the release", o, kind)


def revoked_after_release(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield from _taken(stage, o)
    stage.desk.revoke(V, o.referral)
    yield None
    stage.keep("revoked after the release", o, kind)


SHARES = (revoking_after_release, revoked_after_release)


def advice_given(stage: Stage, kind: str) -> Play:
    o = stage.desk.offered(kind)
    yield None
    stage.desk.open(M, o.referral)
    stage.desk.advise(M, o.referral)
    yield None
    stage.keep("advice given", o, kind)


ADVICE = (offered, received, undeliverable, opened, declined, revoking, revoked, reassigned, advice_given)


# --- parts of scenes --------------------------------------------------------------------------------


def _taken(stage: Stage, o: Offered) -> Play:
    yield None
    stage.desk.open(M, o.referral)
    yield None
    stage.desk.accept(M, o.referral)
    yield None


def _home(stage: Stage, back: Offered) -> Play:
    stage.desk.open(V, back.referral)
    yield None
    stage.desk.accept(V, back.referral)
    yield None


def _back(stage: Stage, o: Offered) -> Generator[str | None, None, Offered]:
    yield from _taken(stage, o)
    there = stage.desk.referral(M, o.referral).case_id
    assert there is not None
    consent = stage.desk.consent(M, there)
    back = stage.desk.hand_back(M, o.referral)
    yield None
    return Offered(o.case, consent, back)


def carry(desk: Desk, referral: uuid.UUID, act: str, step: Callable[..., Step]) -> None:  # type: ignore[type-arg]
    """Will carry out a step that no person can ask for yet, at the sender."""
    with desk.towns.at(V), transaction.atomic():
        row = queries.locked(referral)
        turn = Turn(referral=row, step=step(queries.sent_facts(row)), act=act)
        carry_out(turn=turn, by=actors.system(V, "test"), at=desk.now)
