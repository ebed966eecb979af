"""The code under proof, and the few rules that stand outside it, as one value that a mistake can change."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from federation.custody import facts, recipient, sender


def _functions(module: object) -> SimpleNamespace:
    return SimpleNamespace(**{name: value for name, value in vars(module).items() if callable(value)})


@dataclass
class Rules:
    """What every town does. The defaults are the real rules; `mistakes` patches one of them."""

    sender: SimpleNamespace = field(default_factory=lambda: _functions(sender))
    recipient: SimpleNamespace = field(default_factory=lambda: _functions(recipient))
    is_open: Callable[[facts.Sent], bool] = facts.is_open
    is_settled: Callable[[facts.Received], bool] = facts.is_settled
    old_handed_back: Callable[[Any], facts.Step[Any]] = facts.old_handed_back
    loose: frozenset[str] = frozenset({"RevocationAsked", "ConsentWithdrawn"})
    """Messages without `seq`: never held behind a gap."""
    holds_gaps: bool = True
    """What comes before its turn is stored and waits."""
    identity_is_the_jws: bool = True
    """A message sealed anew is the same message."""
    very_consent: bool = True
    """Gate 2 asks for the consent that the offer carries."""
    rows_by_referral: bool = True
    """Custody is a row per acquisition, no flag of the case."""
    matched_by_referral: bool = True
    """An acceptance answers the referral that it names."""
    receipt_with_store: bool = True
    """A receipt is made in the commit that stores the message."""
    receipts: frozenset[str] = frozenset({"offer", "release"})
    """What gets a receipt of its own in the model; for all others hearing and receipt are one step."""
    words_with_commit: bool = True
    """A message leaves only when the change that it tells of is committed."""
    extra_acts: Callable[[Any, Any], list[Any]] = lambda _machine, _town: []
    """Acts that a mistake adds: what a clock or a stranger's decision would do."""
