"""The worlds that are searched: one referral of each kind, and the chains that a case can go."""

from tests.loss.model.search import World
from tests.loss.model.town import Slot

from federation.custody.facts import Kind

S, R, T = 0, 1, 2
PEOPLE = frozenset({"revoke", "withdraw", "refuse", "decide", "report"})
KEYS = frozenset({"revoke", "withdraw", "end", "confirm", "rotate"})
BACK = frozenset({"refuse", "decide"})


def single(name: str, kind: Kind, events: frozenset[str]) -> World:
    """Return a world of one referral, with all that storing, receipts and gaps can do; a handover may come back."""
    slots: tuple[Slot, ...] = (Slot(S, R, kind, events=events),)
    if kind is Kind.HANDOVER:
        slots += (Slot(R, S, hands_back=0, events=BACK & events),)
    return World(name, ("S", "R"), slots)


def returning(name: str, first: set[str], back: set[str], again: set[str]) -> World:
    """Return S-R-S-R: handed over, handed back by a person or by itself, and handed over again."""
    slots = (
        Slot(S, R, events=frozenset(first)),
        Slot(R, S, hands_back=0, by_person=True, events=frozenset(back)),
        Slot(S, R, after=0, events=frozenset(again)),
        Slot(R, S, hands_back=2),
    )
    return World(name, ("S", "R"), slots, plain=True)


def onward(name: str, first: set[str], back: set[str], further: set[str]) -> World:
    """Return S-R-T: handed over, then back to S or onward to T."""
    slots = (
        Slot(S, R, events=frozenset(first)),
        Slot(R, S, hands_back=0, by_person=True, events=frozenset(back)),
        Slot(R, T, events=frozenset(further)),
        Slot(T, R, hands_back=2),
    )
    return World(name, ("S", "R", "T"), slots, plain=True)


def decided(name: str, second: int, first: set[str], again: set[str]) -> World:
    """Return two handovers by S: R was decided to be gone, the case is offered anew, and R comes back."""
    slots = (
        Slot(S, R, events=frozenset(first | {"decide"})),
        Slot(S, second, after=0, events=frozenset(again)),
        Slot(R, S, hands_back=0),
        Slot(second, S, hands_back=1),
    )
    return World(name, ("S", "R", "T")[: max(second, R) + 1], slots, plain=True)


ADVICE = single("advice", Kind.ADVICE, PEOPLE)
SHARE = single("share: people", Kind.SHARE, PEOPLE)
SHARE_KEYS = single("share: consent and keys", Kind.SHARE, KEYS)
HANDOVER = single("handover: people", Kind.HANDOVER, PEOPLE)
HANDOVER_KEYS = single("handover: consent and keys", Kind.HANDOVER, KEYS)
DECIDED = single("handover: decided while waiting", Kind.HANDOVER, frozenset({"decide", "confirm", "revoke", "end"}))
RETURNING = returning("S-R-S-R: first withdrawals", {"withdraw", "report"}, {"withdraw"}, set())
RETURNING_LATE = returning("S-R-S-R: late withdrawals", set(), {"withdraw"}, {"withdraw"})
RETURNING_REVOKED = returning("S-R-S-R: hand back revoked", {"report"}, {"revoke"}, {"withdraw"})
ONWARD = onward("R-T onward", {"withdraw", "report"}, set(), {"withdraw"})
ONWARD_BACK = onward("R-T onward or back", {"withdraw"}, {"withdraw"}, {"withdraw"})
TWICE = decided("S-R decided, S-R again", R, {"revoke", "withdraw"}, {"withdraw"})
ELSEWHERE = decided("S-R decided, S-T", T, {"revoke", "withdraw"}, set())
WORLDS = (
    ADVICE,
    SHARE,
    SHARE_KEYS,
    HANDOVER,
    HANDOVER_KEYS,
    DECIDED,
    RETURNING,
    RETURNING_LATE,
    RETURNING_REVOKED,
    ONWARD,
    ONWARD_BACK,
    TWICE,
    ELSEWHERE,
)

EVERYTHING = (
    single("share: all at once", Kind.SHARE, PEOPLE | KEYS),
    single("handover: all at once", Kind.HANDOVER, PEOPLE | KEYS),
)
"""The same with everything that may happen in one world: minutes instead of seconds."""
