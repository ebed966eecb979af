"""The effects of a step beside facts and words: custody rows, files, copies, lists of teams."""

import uuid
from collections.abc import Callable
from types import MappingProxyType

import structlog

from federation.bus import inbox, outbox
from federation.contracts import digests
from federation.custody.facts import Effect, Kind
from federation.portal import drafts
from municipal.cases import actions as cases, queries as case_queries
from municipal.referrals.actions.turn import Turn
from municipal.referrals.models import ReceivedDossier, Referral, ReferralDraft, TeamItem
from municipal.referrals.rules import Direction
from municipal.tables import actions as tables

log = structlog.get_logger(__name__)


def _open_custody(turn: Turn) -> None:
    """Open a row for this acceptance, and a shell where this town has no file of the person yet."""
    referral = turn.referral
    if referral.case_id is not None:
        row = cases.start_custody(case_id=referral.case_id, referral_id=referral.pk, by=turn.by, at=turn.at)
        referral.accepted_custody_row = row
        return
    acquired = cases.open_shell(referral_id=referral.pk, team=referral.team, by=turn.by, at=turn.at)
    referral.case_id, referral.accepted_custody_row = acquired.case_id, acquired.custody_row_id


def _erase_copy(turn: Turn) -> None:
    """Erase preview and dossier; what the other side signed stays as a digest, what we signed as it is (loss L9)."""
    referral = turn.referral
    referral.preview, referral.urgency, referral.has_dossier = None, "", False
    ReceivedDossier.objects.filter(referral_id=referral.pk).delete()
    drafts.erase_about(referral.pk)
    if _is_a_copy(referral) and referral.case_id is not None:
        _erase_file(turn, referral.case_id)
    inbox.erase_payloads(referral_id=referral.pk, at=turn.at)
    if referral.copy_erased_at is None:
        referral.copy_erased_at, referral.copy_erased_by = turn.at, turn.by.subject


def _erase_file(turn: Turn, case_id: uuid.UUID) -> None:
    """Erase a file that came by a referral, and what of it lies beside: as it went on, and as it came back from there.

    Questions about it that nobody has asked go too.
    A dossier that the next town has accepted and not stored yet still goes to it: that town answers for the person,
    on a consent of its own, and without a file it would give the case back to nobody who has one.
    """
    tables.erase_agreements(case_id=case_id, by=turn.by, at=turn.at)
    cases.erase_content(case_id=case_id, by=turn.by, at=turn.at)
    ReferralDraft.objects.filter(case_id=case_id).delete()
    of_case = Referral.objects.filter(case_id=case_id).exclude(pk=turn.referral.pk).order_by("pk")
    outbox.erase_stored_dossiers(of_case.filter(direction=Direction.SENT).values_list("pk", flat=True))
    for other in of_case.filter(has_dossier=True).select_for_update(of=("self",)):
        ReceivedDossier.objects.filter(referral=other).delete()
        inbox.erase_payloads(referral_id=other.pk, at=turn.at)
        other.preview, other.urgency, other.has_dossier = None, "", False
        other.copy_erased_at, other.copy_erased_by = turn.at, turn.by.subject
        other.save(update_fields=["preview", "urgency", "has_dossier", "copy_erased_at", "copy_erased_by"])


def _is_a_copy(referral: Referral) -> bool:
    """Say whether the case came by this referral and is answered for elsewhere now; one's own file is never a copy."""
    came = referral.kind == Kind.HANDOVER and not referral.hand_back and referral.released
    return came and referral.case_id is not None and not case_queries.open_custody(referral.case_id)


def _end_offered_custody(turn: Turn) -> None:
    referral = turn.referral
    if referral.offered_custody_row is None or referral.case_id is None:
        raise CustodyRowMissing
    cases.end_custody(row_id=referral.offered_custody_row, by_referral=referral.pk, by=turn.by, at=turn.at)


def _end_custody(turn: Turn) -> None:
    row = turn.referral.accepted_custody_row
    if row is None:
        raise CustodyRowMissing
    cases.end_custody(row_id=row, by_referral=turn.referral.pk, by=turn.by, at=turn.at)


def _apply_dossier(turn: Turn) -> None:
    """Keep the blocks as they were signed, and join those of a handover into the own file."""
    referral = turn.referral
    if turn.dossier is None:
        raise DossierMissing
    ReceivedDossier.objects.create(
        referral=referral, content=turn.dossier, digest=digests.digest(turn.dossier), received_at=turn.at
    )
    if referral.kind == Kind.HANDOVER and referral.case_id is not None:
        cases.receive_dossier(
            case_id=referral.case_id, text=turn.dossier, referral_id=referral.pk, by=turn.by, at=turn.at
        )


def _reopen_own_file(turn: Turn) -> None:
    if turn.referral.case_id is not None:
        cases.reopen_for_writing(case_id=turn.referral.case_id, by=turn.by, at=turn.at)


def _take_dossier_out(turn: Turn) -> None:
    outbox.take_dossier_out(turn.referral.pk)


def _send_answer_again(turn: Turn) -> None:
    _again(turn, "DossierReleased" if turn.referral.answer == "released" else "CustodyKept")


def _send_acceptance_again(turn: Turn) -> None:
    _again(turn, "ReferralAccepted")


def _again(turn: Turn, kind: str) -> None:
    stored = outbox.sent(turn.referral.pk, kind)
    if stored is None:
        raise WordMissing(kind)
    outbox.send_again(stored, turn.at)


def _tell_team(turn: Turn) -> None:
    """Put the event on the list of the team that answers here (loss L2: nobody was told)."""
    TeamItem.objects.create(referral=turn.referral, team=turn.referral.team, code=turn.act, role="team", at=turn.at)


def _alarm(turn: Turn) -> None:
    """Tell the coordinators that the other side signed words that exclude each other."""
    TeamItem.objects.create(
        referral=turn.referral, team=turn.referral.team, code="contradiction", role="coordinator", at=turn.at
    )
    log.warning(
        "the other side contradicts itself",
        referral=str(turn.referral.pk),
        peer=turn.referral.peer,
        state=turn.referral.state,
        act=turn.act,
    )


class CustodyRowMissing(RuntimeError):
    """A handover without the custody row it is about: a constraint should have refused it."""


class DossierMissing(RuntimeError):
    """The protocol asked to apply a dossier that the caller did not bring: a mistake in our own code."""


class WordMissing(RuntimeError):
    """A word that this side has said is not in its outbox."""


BEFORE_STORING: MappingProxyType[Effect, Callable[[Turn], None]] = MappingProxyType(
    {Effect.OPEN_CUSTODY: _open_custody, Effect.ERASE_COPY: _erase_copy}
)
"""Effects that fill or empty columns of the referral itself."""

AFTER_STORING: MappingProxyType[Effect, Callable[[Turn], None]] = MappingProxyType(
    {
        Effect.END_OFFERED_CUSTODY: _end_offered_custody,
        Effect.END_CUSTODY: _end_custody,
        Effect.REOPEN_OWN_FILE: _reopen_own_file,
        Effect.APPLY_DOSSIER: _apply_dossier,
        Effect.TAKE_DOSSIER_OUT: _take_dossier_out,
        Effect.SEND_ANSWER_AGAIN: _send_answer_again,
        Effect.SEND_ACCEPTANCE_AGAIN: _send_acceptance_again,
        Effect.TELL_TEAM: _tell_team,
        Effect.ALARM: _alarm,
    }
)
