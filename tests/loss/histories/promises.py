"""What must hold after every step of a history, and at its quiet end. Read from outside, from what is committed."""

import json
import uuid
from collections.abc import Iterable, Iterator

from tests.loss.histories.observing import File, Side
from tests.loss.histories.world import TOWNS, Broken, World
from tests.loss.model.promises import AGREE

from federation import seals
from federation.audit import verify, witness
from federation.bus import local
from federation.custody import facts
from federation.custody.facts import R_WORKING, Kind, Received, Sent, State

Sides = dict[uuid.UUID, dict[str, Side]]


def check_always(world: World) -> None:
    """Raise Broken when a promise does not hold at this instant."""
    for town in TOWNS:
        found = world.observers[town].never()
        if found:
            raise Broken("; ".join(found))
    sides = world.sides()
    _check_files_left(world, sides)
    files = {town: world.observers[town].files() for town in TOWNS}
    for person in _persons(world, sides, files):
        _check_custody(world, sides, person)


def _check_custody(world: World, sides: Sides, person: list[File]) -> None:
    """One town at least answers for a person (I1), two only while an acceptance waits for its answer (I2)."""
    settled, waiting = [], []
    for file in person:
        for acquired in file.open_by:
            sent = None if acquired is None else _sent(sides[acquired])
            if acquired is not None and sent is None:
                raise Broken(f"I1: {file.town} answers by {world.name(acquired)}, which nobody sent")
            (settled if sent is None or sent.answer == "released" else waiting).append((file.town, acquired))
            if sent is not None and sent.recipient_out:
                raise Broken(f"I2: {file.town} has signed that it is out of {world.name(acquired or uuid.UUID(int=0))}")
    if not settled:
        raise Broken(f"I1: nobody answers for a person, but by acceptances without answer: {waiting}")
    if len(settled) > 1 or len(waiting) > 1:
        raise Broken(f"I2: too many answer for a person: {settled}, and waiting {waiting}")
    mine = {file.id for file in person}
    binding = [
        pk
        for pk, both in sides.items()
        for side in both.values()
        if isinstance(side.facts, Sent)
        and side.row["case_id"] in mine
        and side.facts.kind is Kind.HANDOVER
        and facts.is_open(side.facts)
    ]
    if len(binding) > 1:
        raise Broken(f"two open handovers of one person: {[world.name(pk) for pk in binding]}")
    writers = [file.town for file in person if file.writes]
    if len(writers) > 1:
        raise Broken("two towns may write the file of one person")


def _check_files_left(world: World, sides: Sides) -> None:
    """A file leaves only on a consent that stands at that commit (I5), and is unreadable once that is taken back."""
    for pk, both in sides.items():
        for town, side in both.items():
            if side.direction == "sent" and side.row["let_go"] and pk not in world.released:
                world.released.add(pk)
                _check_gate_two(world, side)
            if side.row["keeps"] and isinstance(side.facts, Sent) and _is_needless(side.facts):
                raise Broken(f"I5: {town} keeps the file of {world.name(pk)} for sending, and nobody is to get it")
            if side.direction == "received":
                _check_readable(world, town, side, _sent(both))


def _is_needless(known: Sent) -> bool:
    """Say whether a dossier is held by its recipient, or not for it any more."""
    over = known.state in (State.REVOKING, State.REVOKED, State.HANDED_BACK)
    return known.held or known.recipient_out or known.consent_withdrawn or over


def _check_gate_two(world: World, side: Side) -> None:
    if not isinstance(side.facts, Sent) or side.facts.by_itself:
        return
    consent = world.consents.get(side.row["consent_id"])
    name = world.name(side.id)
    if side.facts.kind is Kind.ADVICE or consent is None:
        raise Broken(f"I5: {name} was released without any consent")
    if consent.withdrawn or consent.until <= world.desk.today():
        raise Broken(f"I5: {name} was released after its consent had ended")
    if (consent.recipient, consent.kind, consent.case) != (side.row["peer"], side.kind, side.row["case_id"]):
        raise Broken(f"I5: {name} was released on a consent to something else")


def _check_readable(world: World, town: str, side: Side, sent: Sent | None) -> None:
    known, content, here = side.facts, side.row["dossier"], (town, side.id)
    if content is None:
        if isinstance(known, Received) and known.consent_withdrawn:
            world.unread_for_ever.add(here)
        if isinstance(known, Received) and known.has_dossier:
            raise Broken(f"{town} believes to hold the file of {world.name(side.id)}, and does not")
        return
    if here in world.unread_for_ever:
        raise Broken(f"I5: {town} can read {world.name(side.id)}, whose consent was withdrawn before")
    if sent is None or sent.answer != "released":
        raise Broken(f"I5: {town} can read {world.name(side.id)}, which nobody released")


def _persons(world: World, sides: Sides, files: dict[str, dict[uuid.UUID, File]]) -> Iterator[list[File]]:
    """Give the files of each person at all towns: a handover joins the sender's file with the recipient's."""
    group = {pk: pk for town in TOWNS for pk in files[town]}

    def root(pk: uuid.UUID) -> uuid.UUID:
        while group[pk] != pk:
            pk = group[pk]
        return pk

    for both in sides.values():
        cases = [side.row["case_id"] for side in both.values() if side.row["case_id"] is not None]
        for other in cases[1:]:
            group[root(other)] = root(cases[0])
    found: dict[uuid.UUID, list[File]] = {}
    for town in TOWNS:
        for pk, file in files[town].items():
            found.setdefault(root(pk), []).append(file)
    yield from found.values()


def _sent(both: dict[str, Side]) -> Sent | None:
    return next((side.facts for side in both.values() if isinstance(side.facts, Sent)), None)


def _received(both: dict[str, Side]) -> Received | None:
    return next((side.facts for side in both.values() if isinstance(side.facts, Received)), None)


# --- at rest ------------------------------------------------------------------------------------------


def check_at_rest(world: World) -> None:
    """Raise Broken when everything was delivered, and yet something is stuck, open or kept."""
    check_always(world)
    sides = world.sides()
    for pk, both in sides.items():
        _check_ending(world, pk, both)
    files = {town: world.observers[town].files() for town in TOWNS}
    for person in _persons(world, sides, files):
        rows = [(file.town, acquired) for file in person for acquired in file.open_by]
        if len(rows) != 1:
            raise Broken(f"I2: at rest {len(rows)} towns answer for one person: {rows}")
        if not any(file.writes for file in person):
            raise Broken(f"at rest nobody may write the file of a person for whom {rows[0][0]} answers")
    for town in TOWNS:
        _check_town_at_rest(world, town, sides)


def _check_ending(world: World, pk: uuid.UUID, both: dict[str, Side]) -> None:
    """Both sides agree, and nobody waits for a word that the other will never say (I3)."""
    s, r = _sent(both), _received(both)
    name = world.name(pk)
    if s is None:
        raise Broken(f"{name}: nobody has sent it")
    if any(side.row["keeps"] for side in both.values()):
        raise Broken(f"I5: at rest the file of {name} still lies in its sender's outbox")
    there = r.state if r else None
    if s.state is State.OFFERED or there not in AGREE[s.kind].get(s.state, set()):
        raise Broken(f"I3: {name} ends {s.state} at the sender and {there} at the recipient")
    if there in (State.WITHDRAWN, State.KEPT, State.REVOKED, State.DECLINED) and not facts.is_ended(s):
        raise Broken(f"I3: {name} is over at the recipient ({there}), and the sender waits for ever ({s.state})")
    if there in R_WORKING and s.state is not State.HANDED_BACK and not s.held:
        raise Broken(f"I3: the sender does not know that the recipient holds the file of {name}")
    if s.kind is not Kind.HANDOVER and any(side.row["accepted_custody_row"] for side in both.values()):
        raise Broken(f"I7: {name} is a {s.kind} and moved custody")
    world.tally.ended[s.kind.value, s.state.value, there.value if there else "-"] += 1
    world.tally.count("acceptances answered CustodyKept", int(s.answer not in ("", "released")))
    world.tally.count("hand backs by itself", int(s.by_itself))
    world.tally.count("hand backs by a person", int(s.hand_back and not s.by_itself))


def _check_town_at_rest(world: World, town: str, sides: Sides) -> None:
    left = world.observers[town].rows("SELECT state, reason, type FROM inbox_work")
    if left:
        raise Broken(f"{town}: at rest there is still something to do: {left}")
    _check_erased(world, town, sides)
    other = next(name for name in TOWNS if name != town)
    with world.towns.at(other):
        witnessed = witness.kept(town)
    with world.towns.at(town):
        found = verify.findings(world.towns.now, witnessed)
    if found:
        raise Broken(f"{town}: the audit is not whole: {'; '.join(found)}")


def _check_erased(world: World, town: str, sides: Sides) -> None:
    """What the recipient erased, or was never allowed to read, does not lie about sealed either (loss L9)."""
    gone = {pk for pk, both in sides.items() if town in both and _is_gone(world, town, both[town])}
    with world.towns.at(town):
        ring = local.keyring()
    for raw in _raw(world, town, gone):
        try:
            opened = seals.open_seal(raw, ring)
        except (seals.EncryptionKeyUnknown, seals.SealInvalid):
            continue
        if opened.dossier is not None:
            blocks = sorted(json.loads(opened.dossier)["blocks"])
            raise Broken(f"I5: {town} still keeps a sealed file that it had to erase, with {blocks}")


def _is_gone(world: World, town: str, side: Side) -> bool:
    return side.direction == "received" and (side.row["erased"] or (town, side.id) in world.unread_for_ever)


def _raw(world: World, town: str, referrals: Iterable[uuid.UUID]) -> Iterator[bytes]:
    rows = world.observers[town].rows(
        "SELECT raw FROM inbox_payload WHERE message_id IN (SELECT message_id FROM inbox_attempt"
        " WHERE referral_id = ANY(%s) AND type = 'DossierReleased'"
        " UNION SELECT copy.message_id FROM inbox_attempt AS copy"
        " JOIN inbox_attempt AS first ON first.message_id = copy.copy_of_id"
        " WHERE first.referral_id = ANY(%s) AND first.type = 'DossierReleased')",
        list(referrals),
        list(referrals),
    )
    return (bytes(row["raw"]) for row in rows if row["raw"])
