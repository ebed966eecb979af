"""What may happen at a town without a message: its people, its worker, the passing of time, the federation."""

from collections.abc import Callable
from typing import Any

from tests.loss.model import town as towns
from tests.loss.model.machine import Machine
from tests.loss.model.town import ReceivedSide, SentSide, Slot, Town

from federation.custody.facts import (
    S_BEFORE_RELEASE,
    ConsentNotStanding,
    Kind,
    ReferralStateConflict,
    State,
    Step,
    WrongReferralKind,
)

Act = tuple[str, Callable[[], Town], bool]
"""What is done, how it is committed, and whether the worker does it by itself."""


def acts(machine: Machine, town: Town) -> list[Act]:
    """Return everything that this town may do now."""
    found: list[Act] = []
    for k, side in enumerate(town.sides):
        if isinstance(side, SentSide):
            found += _acts_of_sender(machine, town, k, side)
        elif isinstance(side, ReceivedSide):
            found += _acts_of_recipient(machine, town, k, side)
    return found + machine.rules.extra_acts(machine, town)


def _try(machine: Machine, town: Town, k: int, told: str, act: Callable[[], Step[Any]]) -> list[Act]:
    """Return the act, or nothing where the protocol refuses it to a person."""
    try:
        step = act()
    except (ReferralStateConflict, WrongReferralKind, ConsentNotStanding):
        return []
    return [(f"{told} referral {k + 1}", lambda: machine.commit(town, k, step), False)]


def _plain(town: Town, k: int, told: str, side: SentSide | ReceivedSide) -> Act:
    """Return an act that the protocol does not know: it changes what the town holds, and says nothing."""
    return told, lambda: towns.put(town, k, side), False


# --- the sender -----------------------------------------------------------------------------------


def _acts_of_sender(machine: Machine, town: Town, k: int, side: SentSide) -> list[Act]:
    slot, rules = machine.slots[k], machine.rules.sender
    if side.facts.state is State.DRAFT:
        return _offer(machine, town, k, side)
    found = _consent(machine, town, k, side)
    if "revoke" in slot.events:
        found += _try(machine, town, k, "a person revokes", lambda: rules.revoke(side.facts))
    if "decide" in slot.events and not side.decided:
        changed = towns.put(town, k, side._replace(decided=True))
        step = rules.reassign(side.facts)
        told = f"hears the federation's decision on referral {k + 1}"
        found.append((told, lambda: machine.commit(changed, k, step), False))
    return found + _held_back(machine, town, k, side)


def _offer(machine: Machine, town: Town, k: int, side: SentSide) -> list[Act]:
    """Return the offer, where the case is this town's to offer: settled, and bound by no open handover."""
    slot = machine.slots[k]
    early = slot.after is not None and towns.sent(town, slot.after).facts.state is State.DRAFT
    if early or not town.rows or not _may_hand_back(machine, town, slot):
        return []
    settled = all(machine.rules.is_settled(r.facts) for _, r in towns.all_received(town))
    free = not any(machine.rules.is_open(s.facts) for _, s in towns.all_sent(town) if s.facts.kind is Kind.HANDOVER)
    if slot.kind is Kind.HANDOVER and not (settled and free):
        return []
    row = town.rows.bit_length() - 1
    word = "hands back with" if slot.hands_back is not None else f"offers a {slot.kind.value} as"
    offered = towns.put(town, k, side._replace(row=row))
    return _try(
        machine, offered, k, f"a person {word}", lambda: machine.rules.sender.offer(side.facts, gate=machine.gate(side))
    )


def _may_hand_back(machine: Machine, town: Town, slot: Slot) -> bool:
    """Say whether people may ask this: a hand back gives back the very row that the old referral brought."""
    if slot.hands_back is None:
        return True
    if not slot.by_person or not town.rows >> slot.hands_back + 1 & 1:
        return False
    try:
        machine.rules.recipient.check_hand_back(towns.received(town, slot.hands_back).facts)
    except (ReferralStateConflict, WrongReferralKind):
        return False
    return True


def _consent(machine: Machine, town: Town, k: int, side: SentSide) -> list[Act]:
    """Return what may become of the consent, once the question is put."""
    events, consent = machine.slots[k].events, side.consent
    if side.facts.by_itself:
        return []
    found = _confirmation(machine, town, k, side)
    if "withdraw" in events and consent != towns.WITHDRAWN:
        after = towns.put(town, k, side._replace(consent=towns.WITHDRAWN))
        told = "consent is withdrawn:"
        found += _try(machine, after, k, told, lambda: machine.rules.sender.withdraw(side.facts))
    # A consent that ends, or waits, when nobody will ask for it any more changes nothing: those orders are left out.
    asked = side.facts.state in S_BEFORE_RELEASE
    resealed = bool(side.copies) and side.copies[-1] == towns.OLD_KEY and not side.release_receipt
    if "end" in events and consent in (towns.STANDS, towns.UNCONFIRMED) and (asked or resealed):
        found.append(_plain(town, k, f"the consent of referral {k + 1} ends", side._replace(consent=towns.ENDED)))
    if "other" in events and consent in (towns.ENDED, towns.WITHDRAWN) and not side.other_consent and asked:
        other = side._replace(other_consent=True)
        found.append(_plain(town, k, "another consent is recorded, for other blocks", other))
    return found


def _confirmation(machine: Machine, town: Town, k: int, side: SentSide) -> list[Act]:
    """Return what people do about a consent that was given before a restore."""
    consent, found = side.consent, []
    if "confirm" in machine.slots[k].events and consent == towns.STANDS and side.facts.state in S_BEFORE_RELEASE:
        waits = side._replace(consent=towns.UNCONFIRMED)
        found.append(_plain(town, k, f"the consent of referral {k + 1} needs a person's confirmation", waits))
    confirmed = side._replace(consent=towns.STANDS if consent == towns.UNCONFIRMED else consent)
    if consent == towns.UNCONFIRMED and side.facts.state is not State.ACCEPTED:
        found.append(_plain(town, k, f"a person confirms the consent of referral {k + 1}", confirmed))
    if side.facts.state is State.ACCEPTED:
        after, told = towns.put(town, k, confirmed), "a person looks at the consent and so answers"
        gate = machine.gate(confirmed)
        found += _try(machine, after, k, told, lambda: machine.rules.sender.confirm(side.facts, gate=gate))
    return found


def _held_back(machine: Machine, town: Town, k: int, side: SentSide) -> list[Act]:
    """Return the word that waited behind a gap, when its turn has come."""
    seq = towns.turn(side)
    word = dict(side.held).get(seq)
    if word is None:
        return []
    told = f"applies {word} of referral {k + 1}, held back till now"
    return [(told, lambda: machine.apply(town, k, seq, word), True)]


# --- the recipient --------------------------------------------------------------------------------


def _acts_of_recipient(machine: Machine, town: Town, k: int, side: ReceivedSide) -> list[Act]:
    slot, rules, known = machine.slots[k], machine.rules.recipient, side.facts
    found = _worker(machine, town, k, side)
    if "refuse" in slot.events and not side.refused and not side.applied & 1:
        told = f"cannot read the offer of referral {k + 1}: MessageRefused, parked"
        found.append(_plain(town, k, told, side._replace(refused=True)))
    if "rotate" in slot.events and not side.key and known.accepted and not side.release:
        told = "rotates its encryption key and destroys the old one"
        found.append(_plain(town, k, told, side._replace(key=1)))
    if known.state is None:
        return found
    people: list[tuple[str, Callable[[], Step[Any]]]] = [
        ("a person opens", lambda: rules.open_offer(known)),
        ("a person accepts", lambda: rules.accept(known)),
        ("a person declines", lambda: rules.decline(known, reason="noCapacity")),
        ("a person gives advice on", lambda: rules.advise(known)),
    ]
    if "report" in slot.events:
        people.append(
            ("a person reports first contact of", lambda: rules.report_progress(known, progress="firstContact"))
        )
    people.append(("a person reports the outcome of", lambda: rules.report_outcome(known, outcome="goalsReached")))
    for told, act in people:
        found += _try(machine, town, k, told, act)
    if not machine.rules.words_with_commit and known.state is State.OPENED and slot.kind is not Kind.ADVICE:
        said = side._replace(said=(*side.said, "ReferralAccepted"))
        found.append(_plain(town, k, f"sends the acceptance of referral {k + 1} and dies before its commit", said))
    return found


def _worker(machine: Machine, town: Town, k: int, side: ReceivedSide) -> list[Act]:
    """Return the applying of what is stored: another transaction than storing. A refused offer waits for people."""
    seq = towns.turn(side)
    word = dict(side.held).get(seq)
    if word is None:
        return []
    parked = seq == 1 and side.refused
    by = "the operator retries" if parked else "the worker applies"
    return [(f"{by} {word} of referral {k + 1}", lambda: machine.apply(town, k, seq, word), not parked)]
