"""What must hold in every state of all towns together, and at every quiet end."""

from typing import NamedTuple

from tests.loss.model import town as towns
from tests.loss.model.town import Broken, ReceivedSide, SentSide, Slot, Town

from federation.custody.facts import R_WORKING, Kind, State, is_ended, is_open

S, NOTHING = State, None

AGREE: dict[Kind, dict[State, set[State | None]]] = {
    Kind.HANDOVER: {
        S.OFFERED: {S.RECEIVED},  # in plain worlds only: there the receipt of an offer is not told apart
        S.RECEIVED: {S.RECEIVED},
        S.OPENED: {S.OPENED},
        S.UNDELIVERABLE: {NOTHING, S.RECEIVED},
        S.ACCEPTED: {S.ACCEPTED},
        S.RELEASED: {S.HELD, S.ACCEPTED},
        S.FIRST_CONTACT: {S.FIRST_CONTACT},
        S.CLOSED: {S.CLOSED},
        S.HANDED_BACK: {S.HANDED_BACK},
        S.DECLINED: {S.DECLINED},
        S.REVOKED: {NOTHING, S.REVOKED},
        S.WITHDRAWN: {NOTHING, S.WITHDRAWN, S.REVOKED, S.DECLINED},
        S.KEPT: {S.KEPT},
        S.REASSIGNED: {NOTHING, S.RECEIVED, S.OPENED, S.DECLINED, S.REVOKED, S.WITHDRAWN, S.KEPT},
    },
}
AGREE[Kind.SHARE] = {
    **AGREE[Kind.HANDOVER],
    S.RELEASED: {S.HELD, S.KEPT, S.WITHDRAWN},
    S.FIRST_CONTACT: {S.FIRST_CONTACT, S.WITHDRAWN},
    S.CLOSED: {S.CLOSED, S.WITHDRAWN},
    S.KEPT: {S.KEPT, S.REVOKED, S.WITHDRAWN},
}
AGREE[Kind.ADVICE] = {
    **AGREE[Kind.HANDOVER],
    S.REASSIGNED: {*AGREE[Kind.HANDOVER][S.REASSIGNED], S.CLOSED},
}
"""At a quiet end: what R may be when S is this. RELEASED beside ACCEPTED: R has no dossier and hands back."""


class Summary(NamedTuple):
    """What the promises need of one town, as bit masks over custody rows."""

    rows: int
    answered: int
    """Rows that S's release made the only one."""
    ghosts: int
    """Rows of a recipient that the federation has decided to be gone (F19)."""
    out: int
    """Rows that S believes closed, by R's signature."""
    binding: int
    """Open handovers."""
    writes: int


def summary(town: Town) -> Summary:
    """Return one town's part of the promises. Raises Broken for what one town breaks alone."""
    answered = ghosts = out = binding = 0
    for k, s in towns.all_sent(town):
        bit = 1 << k + 1
        if s.facts.kind is not Kind.HANDOVER:
            continue
        answered |= bit if s.facts.answer == "released" else 0
        ghosts |= bit if s.facts.state is State.REASSIGNED else 0
        out |= bit if s.facts.recipient_out else 0
        binding += is_open(s.facts)
    if town.writes and not town.rows:
        raise Broken("L7", "a town writes a file of which it is no custodian")
    return Summary(town.rows, answered, ghosts, out, binding, int(town.writes))


def check_always(parts: tuple[Summary, ...]) -> None:
    """Raise Broken when a promise does not hold between the towns at this instant."""
    rows = answered = ghosts = out = binding = writes = 0
    for part in parts:
        rows |= part.rows
        answered |= part.answered
        ghosts |= part.ghosts
        out |= part.out
        binding += part.binding
        writes += part.writes
    counted = rows & ~ghosts
    if not counted:
        raise Broken("I1", "no town answers for the case")
    settled = counted & (answered | 1)
    if settled & settled - 1:
        raise Broken("I2", "two towns answer for the case, and no acceptance waits for its answer")
    if not settled:
        raise Broken("I1", "the case hangs on an acceptance alone: who offered it gave it up without a release")
    waiting = counted & ~settled
    if waiting & waiting - 1:
        raise Broken("I2", "three towns answer for the case")
    if out & rows:
        raise Broken("I2", "R has signed that it does not answer for the case, and does")
    if binding > 1:
        raise Broken("L12", "two open handovers of one case")
    if writes > 1:
        raise Broken("L7", "two towns may write the file")


def check_quiet(slots: tuple[Slot, ...], parts: tuple[Town, ...], *, plain: bool = False) -> None:
    """Raise Broken when nothing is on its way and nothing will be, and yet something is stuck."""
    waiting = 0
    for k, slot in enumerate(slots):
        s, r = parts[slot.sender].sides[k], parts[slot.recipient].sides[k]
        assert isinstance(s, SentSide)
        assert isinstance(r, ReceivedSide)
        if s.facts.state is State.DRAFT:
            continue
        if not plain:
            _check_receipts(k, s)
        _check_finished(k, s, r)
        if r.facts.state not in AGREE[slot.kind].get(s.facts.state, set()):
            there = r.facts.state.value if r.facts.state else "nothing"
            both = f"{s.facts.state.value} at its sender and {there} at its recipient"
            raise Broken("I3", f"referral {k + 1} ends as {both}, and nobody is to act")
        if r.facts.state in (State.WITHDRAWN, State.KEPT, State.REVOKED, State.DECLINED) and not is_ended(s.facts):
            over = f"referral {k + 1} is {r.facts.state.value} at its recipient"
            raise Broken("I3", f"{over}, and its sender waits for ever")
        if r.facts.state in R_WORKING and s.facts.state is not State.HANDED_BACK and not s.facts.held:
            raise Broken("I3", f"the sender of referral {k + 1} does not know that the dossier is held")
        waiting += slot.kind is Kind.HANDOVER and s.facts.state is State.ACCEPTED
    _check_custody(slots, parts, waiting)


def _check_receipts(k: int, s: SentSide) -> None:
    if not (s.offer_receipt or s.refused):
        raise Broken("I3", f"the offer of referral {k + 1} is sent again for ever")
    if s.copies and not s.release_receipt:
        raise Broken("I3", f"the release of referral {k + 1} is sent again for ever")


def _check_finished(k: int, s: SentSide, r: ReceivedSide) -> None:
    parked = r.refused and not r.applied & 1
    if (s.loose - r.heard) or (r.applied.bit_count() < len(s.said) and not (parked and len(s.said) == 1)):
        raise Broken("I3", f"a word of the sender of referral {k + 1} is never applied")
    if s.applied.bit_count() < len(r.said):
        raise Broken("I3", f"a word of the recipient of referral {k + 1} is never applied")


def _check_custody(slots: tuple[Slot, ...], parts: tuple[Town, ...], waiting: int) -> None:
    custodians = [town for town in parts if town.rows]
    count = sum(town.rows.bit_count() for town in parts)
    if count != 1 + waiting:
        raise Broken("I2", f"{count} custody rows are open, and {waiting} acceptances wait for a person's confirmation")
    if waiting or custodians[0].writes:
        return
    backs = [s for k, s in towns.all_sent(custodians[0]) if slots[k].hands_back is not None and s.facts.by_itself]
    if not backs or backs[-1].facts.state not in (State.UNDELIVERABLE, State.REASSIGNED):
        raise Broken("I3", "a custodian has no dossier and does not hand the case back")
