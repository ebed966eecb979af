"""What a whole run of histories has met: a fault that never hit anything has proved nothing."""

import collections
from dataclasses import dataclass, field

MUST_HAPPEN = (
    "died before a statement",
    "died before a commit",
    "died after a commit",
    "died around a publication",
    "records lost",
    "records doubled",
    "records held back and put in another order",
    "records wiped out in flight",
    "acts done",
    "acts refused",
    "dossiers that left",
    "dossiers taken out or left behind after a withdrawal",
    "refusals for a destroyed key",
    "statements sealed anew",
    "words that waited for a signing key",
    "hand backs by a person",
    "hand backs by itself",
    "acceptances answered CustodyKept",
    "second offers refused",
)
"""Each of these is above 0 in a run that counts."""

FINAL_STATES = {
    "handover": ("declined", "revoked", "withdrawn", "released", "firstContact", "closed", "handedBack", "kept"),
    "share": ("declined", "revoked", "withdrawn", "released", "firstContact", "closed"),
    "advice": ("closed", "declined", "revoked"),
}
"""The sender's states in which some referral of each kind must have ended."""


@dataclass
class Tally:
    """Counts over all histories of a run."""

    histories: int = 0
    met: collections.Counter[str] = field(default_factory=collections.Counter)
    ended: collections.Counter[tuple[str, str, str]] = field(default_factory=collections.Counter)
    """Referrals by kind, state at the sender and state at the recipient, when all had come to rest."""

    def count(self, what: str, times: int = 1) -> None:
        """Will count one thing that happened."""
        self.met[what] += times

    def never(self) -> list[str]:
        """Return what should have happened and did not."""
        reached = {(kind, state) for kind, state, _ in self.ended}
        states = [
            f"{kind} {state}" for kind, found in FINAL_STATES.items() for state in found if (kind, state) not in reached
        ]
        return [what for what in MUST_HAPPEN if not self.met[what]] + states

    def lines(self) -> list[str]:
        """Return the counts as people read them."""
        found = [f"{self.histories} histories"]
        found += [f"  {times:6d}  {what}" for what, times in sorted(self.met.items())]
        found.append("referrals at rest (kind: sender / recipient)")
        found += [f"  {n:6d}  {kind}: {s} / {r}" for (kind, s, r), n in sorted(self.ended.items())]
        return found
