"""Every write to referrals, split by verb; this page names them all, so that callers say `actions.offer_referral`."""

from municipal.referrals.actions.answering import (
    FirstContact,
    accept_referral,
    decline_referral,
    give_advice,
    open_referral,
    report_outcome,
    report_progress,
)
from municipal.referrals.actions.drafting import forget_draft, forget_old_drafts, keep_draft
from municipal.referrals.actions.hearing import (
    hear_advice,
    hear_custody_ended,
    hear_declined,
    hear_held,
    hear_opened,
    hear_outcome,
    hear_progress,
    hear_revocation_confirmed,
    hear_withdrawal_applied,
    mark_received,
    mark_undeliverable,
    note_refused_word,
)
from municipal.referrals.actions.offering import Meeting, hand_back, offer_referral
from municipal.referrals.actions.receiving import (
    hear_custody_kept,
    hear_revocation,
    hear_withdrawal,
    receive_referral,
    take_dossier,
)
from municipal.referrals.actions.releasing import dossier_may_go_again, release_custody
from municipal.referrals.actions.reminding import read_dossier, read_items, remind
from municipal.referrals.actions.stating import state_to_newcomer
from municipal.referrals.actions.withdrawing import Withdrawn, revoke_referral, withdraw_consent

__all__ = [
    "FirstContact",
    "Meeting",
    "Withdrawn",
    "accept_referral",
    "decline_referral",
    "dossier_may_go_again",
    "forget_draft",
    "forget_old_drafts",
    "give_advice",
    "hand_back",
    "hear_advice",
    "hear_custody_ended",
    "hear_custody_kept",
    "hear_declined",
    "hear_held",
    "hear_opened",
    "hear_outcome",
    "hear_progress",
    "hear_revocation",
    "hear_revocation_confirmed",
    "hear_withdrawal",
    "hear_withdrawal_applied",
    "keep_draft",
    "mark_received",
    "mark_undeliverable",
    "note_refused_word",
    "offer_referral",
    "open_referral",
    "read_dossier",
    "read_items",
    "receive_referral",
    "release_custody",
    "remind",
    "report_outcome",
    "report_progress",
    "revoke_referral",
    "state_to_newcomer",
    "take_dossier",
    "withdraw_consent",
]
