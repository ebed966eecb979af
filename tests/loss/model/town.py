"""One town as a value: everything that its database holds about one case, and nothing else.

A transition of the model is one transaction of one town. So a crash needs no step of its own: what
is not in a `Town` was never committed, and what is not committed was never said.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from federation.custody import facts
from federation.custody.facts import Kind, Received, Sent, State

STANDS, UNCONFIRMED, ENDED, WITHDRAWN = "stands", "unconfirmed", "ended", "withdrawn"
ALONE = "statement alone"
OLD_KEY, NEW_KEY = "dossier for the old key", "dossier for the new key"


class Broken(Exception):
    """A promise of the protocol does not hold."""

    def __init__(self, promise: str, what: str) -> None:
        """Will tell which promise broke, and how."""
        super().__init__(f"{promise}: {what}")
        self.promise = promise
        self.what = what


@dataclass(frozen=True)
class Slot:
    """One referral that may happen in a world."""

    sender: int
    recipient: int
    kind: Kind = Kind.HANDOVER
    hands_back: int | None = None
    """The referral that this one hands back."""
    by_person: bool = False
    """A hand back that people may ask for; one that has to happen by itself is always possible."""
    after: int | None = None
    """A second question is put after the first: the two could change names, so one order is enough."""
    events: frozenset[str] = frozenset()


class SentSide(NamedTuple):
    """A referral in the database of its sender."""

    facts: Sent
    row: int = -1
    """The custody row that the offer named."""
    said: tuple[str, ...] = ()
    """Words with `seq`, in order; committed in the outbox, so sent for as long as it takes."""
    loose: frozenset[str] = frozenset()
    """Words without `seq`."""
    stored: int = 0
    applied: int = 0
    held: tuple[tuple[int, str], ...] = ()
    """Words that are stored and not applied yet."""
    offer_receipt: bool = False
    refused: bool = False
    copies: tuple[str, ...] = ()
    """Every sealing of the release that ever left; the last one is what the outbox can send."""
    release_receipt: bool = False
    key: int = 0
    consent: str = STANDS
    other_consent: bool = False
    """A newer consent for the same recipient: other blocks, another digest."""
    decided: bool = False


class ReceivedSide(NamedTuple):
    """A referral in the database of its recipient."""

    facts: Received
    said: tuple[str, ...] = ()
    heard: frozenset[str] = frozenset()
    """Words without `seq` that were applied."""
    stored: int = 0
    applied: int = 0
    held: tuple[tuple[int, str], ...] = ()
    receipts: frozenset[str] = frozenset()
    release: str = ""
    """The sealing of the release that was stored first."""
    refused: bool = False
    """MessageRefused was said for the offer: parked, people look."""
    key: int = 0
    kid_refused: bool = False
    copy: bool = False
    """Blocks of the dossier that people here can read."""


class Town(NamedTuple):
    """The database of one town."""

    me: int
    rows: int
    """Open custody rows: bit 0 is the intake, bit k+1 what referral k brought."""
    writes: bool
    """The file can be written."""
    sides: tuple[SentSide | ReceivedSide | None, ...]


class Message(NamedTuple):
    """What travels. `seq` is 0 for a word without one; `extra` tells the sealing, or what is receipted."""

    slot: int
    to: int
    seq: int
    word: str
    extra: str = ""


def begin(me: int, slots: tuple[Slot, ...]) -> Town:
    """Return the database of a town before anything happened; the first town has taken the case in."""
    sides: list[SentSide | ReceivedSide | None] = []
    for slot in slots:
        if slot.sender == me:
            sides.append(SentSide(Sent(slot.kind, hand_back=slot.hands_back is not None)))
        elif slot.recipient == me:
            sides.append(ReceivedSide(Received(slot.kind)))
        else:
            sides.append(None)
    return Town(me, int(me == 0), me == 0, tuple(sides))


def sent(town: Town, slot: int) -> SentSide:
    """Return the sender's side."""
    side = town.sides[slot]
    assert isinstance(side, SentSide)
    return side


def received(town: Town, slot: int) -> ReceivedSide:
    """Return the recipient's side."""
    side = town.sides[slot]
    assert isinstance(side, ReceivedSide)
    return side


def put(town: Town, slot: int, side: SentSide | ReceivedSide) -> Town:
    """Return the town with one side changed."""
    return town._replace(sides=(*town.sides[:slot], side, *town.sides[slot + 1 :]))


def all_sent(town: Town) -> list[tuple[int, SentSide]]:
    """Return what this town sent."""
    return [
        (k, side)
        for k, side in enumerate(town.sides)
        if isinstance(side, SentSide) and side.facts.state is not State.DRAFT
    ]


def all_received(town: Town) -> list[tuple[int, ReceivedSide]]:
    """Return what this town received, tombstones too."""
    return [(k, side) for k, side in enumerate(town.sides) if isinstance(side, ReceivedSide)]


def keeps_dossier(side: SentSide) -> bool:
    """Say whether the outbox holds the dossier of a release."""
    return bool(side.copies) and side.copies[-1] != ALONE


def turn(side: SentSide | ReceivedSide) -> int:
    """Return the `seq` that is to be applied next."""
    return (~side.applied & side.applied + 1).bit_length()


def word_of(say: facts.Say, side_facts: Any) -> str:
    """Return a message's type with the fields that the other side decides by."""
    fields = say.fields
    if say.type == "CustodyKept":
        return f"CustodyKept({fields['reason']})"
    if say.type == "WithdrawalApplied":
        return f"WithdrawalApplied(custodian: {'yes' if fields['custodian'] else 'no'})"
    if say.type == "ProgressReported":
        return f"ProgressReported({fields['progress']})"
    if say.type == "ReferralHandedBack" and side_facts.by_itself:
        return "ReferralHandedBack(by itself)"
    return say.type


def post(town: Town, slots: tuple[Slot, ...]) -> list[tuple[Message, bool]]:
    """Return everything that this town ever sent; True marks what it goes on sending until it is receipted."""
    out: list[tuple[Message, bool]] = []
    for k, s in all_sent(town):
        to = slots[k].recipient
        for seq, word in enumerate(s.said, 1):
            if word == "DossierReleased":
                out += [
                    (Message(k, to, seq, word, copy), copy == s.copies[-1] and not s.release_receipt)
                    for copy in s.copies
                ]
            else:
                out.append((Message(k, to, seq, word), seq > 1 or not (s.offer_receipt or s.refused)))
        out += [(Message(k, to, 0, word), True) for word in sorted(s.loose)]
    for k, r in all_received(town):
        to = slots[k].sender
        out += [(Message(k, to, seq, word), True) for seq, word in enumerate(r.said, 1)]
        out += [(Message(k, to, 0, "MessageReceived", what), True) for what in sorted(r.receipts)]
        if r.refused:
            out.append((Message(k, to, 0, "MessageRefused", "offer"), True))
        if r.kid_refused:
            out.append((Message(k, to, 0, "MessageRefused", "kid"), True))
        if r.key:
            out.append((Message(k, to, 0, "DirectoryRecord", "new key"), False))
    return out


def knowledge(town: Town) -> int:
    """Return how much a town has taken in: it never shrinks, so what towns do by themselves comes to an end."""
    total = 0
    for side in town.sides:
        if side is None:
            continue
        total += side.stored.bit_count() + side.applied.bit_count() + side.key
        if isinstance(side, SentSide):
            total += side.offer_receipt + side.refused + side.release_receipt
        else:
            total += len(side.heard) + len(side.receipts) + side.kid_refused
    return total
