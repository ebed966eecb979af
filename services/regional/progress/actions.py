"""Every write: a statement is kept, the present picture drawn anew, and what is over forgotten."""

import datetime
import uuid
from collections.abc import Iterable, Mapping

from django.db import connection, transaction

from federation.audit import actions as audit
from federation.contracts import codec
from federation.contracts.messages import Message, ProgressStated
from federation.identity.actor import Actor
from regional.progress import queries, rules
from regional.progress.models import Forgotten, Progress, Statement
from regional.progress.rules import Phase, Side

CODES = ("decline_reason", "revocation_reason", "kept_reason", "hand_back_reason")


@transaction.atomic
def keep_statement(*, message: Message, by: Actor, at: datetime.datetime) -> Progress:
    """Keep what one side states, and draw the picture anew where it is that side's newest word.

    Raises NotInThisRegion, AnotherReferral for an id that is between others, VersionReused.
    """
    stated = message.body
    if not isinstance(stated, ProgressStated) or message.referral_id is None:
        raise TypeError(message.type)
    if not {stated.from_, stated.to} & queries.own_towns():
        raise rules.NotInThisRegion
    progress = queries.locked(message.referral_id)
    if progress is None:
        progress = Progress(pk=message.referral_id, sender=stated.from_, recipient=stated.to, kind=stated.kind)
    elif (progress.sender, progress.recipient, progress.kind) != (stated.from_, stated.to, stated.kind):
        raise rules.AnotherReferral
    progress.relates_to = progress.relates_to or message.relates_to
    statement, new = _keep(message, stated, at)
    if new and _is_newest(progress, statement):
        _draw(progress, statement, at)
        # the log outlives the referral by years: which one it was, and which side spoke, would tie its towns together
        audit.record(act="progressKept", by=by, at=at, subject="referrals")
    return progress


def _keep(message: Message, stated: ProgressStated, at: datetime.datetime) -> tuple[Statement, bool]:
    """Store a statement; a version that is here already must say the same."""
    side = Side.SENDER if message.sender == stated.from_ else Side.RECIPIENT
    content = {
        "state": stated.state,
        "clocks": codec.to_json(stated.clocks),
        **{name: getattr(stated, name) or "" for name in CODES},
    }
    known, new = Statement.objects.get_or_create(
        referral_id=message.referral_id,
        side=side.value,
        epoch=message.epoch,
        version=stated.version,
        defaults={**content, "said_at": message.time, "stored_at": at},
    )
    if any(getattr(known, name) != value for name, value in content.items()):
        raise rules.VersionReused
    return known, new


def _is_newest(progress: Progress, statement: Statement) -> bool:
    before = getattr(progress, f"{statement.side}_statement")
    return before is None or (before.epoch, before.version) < (statement.epoch, statement.version)


def _draw(progress: Progress, statement: Statement, at: datetime.datetime) -> None:
    """Put a side's newest word into the picture."""
    setattr(progress, f"{statement.side}_statement", statement)
    setattr(progress, f"{statement.side}_state", statement.state)
    said = [word for word in (progress.sender_statement, progress.recipient_statement) if word is not None]
    times = sorted(time for word in said for time in queries.heard(word).values())
    progress.began_at, progress.last_sign_at = times[0], times[-1]
    progress.decline_reason = next((word.decline_reason for word in said if word.decline_reason), "")
    if rules.agree(progress.sender_state, progress.recipient_state):
        progress.differs_since = None
    else:
        progress.differs_since = progress.differs_since or at
    phase = rules.phase(progress.sender_state, progress.recipient_state)
    progress.phase = phase.value
    progress.ended_at = _ended_at(said) if phase is Phase.ENDED else None
    progress.revision = _next_revision()
    progress.save()


def _ended_at(said: Iterable[Statement]) -> datetime.datetime:
    """Return when the last side that ended came to its end."""
    return max(queries.heard(word)[word.state] for word in said if word.state in rules.ENDED)


def _next_revision() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('progress_revision')")
        return int(cursor.fetchone()[0])


@transaction.atomic
def forget_ended(*, by: Actor, at: datetime.datetime, limit: int = 500) -> int:
    """Delete everything about referrals that ended more than 90 days ago, in the inbox too; return how many.

    Words that were refused so long ago lose the id of their referral as well.
    """
    gone = queries.over(at, limit=limit)
    with connection.cursor() as cursor:
        for referral_id in gone:
            cursor.execute("SELECT forget_progress(%s, %s)", [referral_id, at])
        cursor.execute("SELECT forget_unknown_referrals(%s)", [at])
    if gone:
        audit.record(act="progressForgotten", by=by, at=at, subject="referrals", facts={"count": len(gone)})
    return len(gone)


@transaction.atomic
def note_indexed(*, revisions: Mapping[uuid.UUID, int], gone: Iterable[uuid.UUID] = ()) -> None:
    """Note what the index holds now; a referral that changed meanwhile stays due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE progress SET indexed_revision = found.revision"
            " FROM unnest(%s::uuid[], %s::bigint[]) AS found (id, revision)"
            " WHERE progress.id = found.id AND progress.indexed_revision < found.revision",
            [list(revisions), list(revisions.values())],
        )
    Forgotten.objects.filter(pk__in=list(gone)).delete()


@transaction.atomic
def open_life_line(*, referral_id: uuid.UUID, purpose: str, by: Actor, at: datetime.datetime) -> queries.LifeLine:
    """Show one referral with both sides' clocks, and leave an entry in the audit. Raises as `queries.get`."""
    progress = queries.get(referral_id, by=by)
    audit.record(act="lifeLineOpened", by=by, at=at, subject=f"referral:{referral_id}", purpose=purpose)
    return queries.life_line(progress, at=at)
