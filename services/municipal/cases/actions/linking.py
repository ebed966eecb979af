"""Two cases of one family: linked, so that people meet once about both; nothing of one is copied into the other."""

import datetime
import uuid

from django.db import transaction

from federation.audit import actions as audit
from federation.identity.actor import Actor
from municipal.cases import queries, rules
from municipal.cases.models import CaseLink
from municipal.cases.rules import LinkKind


@transaction.atomic
def link_cases(
    *, case_id: uuid.UUID, other_id: uuid.UUID, kind: LinkKind, by: Actor, at: datetime.datetime
) -> uuid.UUID:
    """Say that two cases belong together, and return the link's id; both are in the work of `by`.

    Raises MissingPermission, CaseNotFound, CustodyElsewhere, LinkToItself or AlreadyLinked.
    """
    if case_id == other_id:
        raise rules.LinkToItself(field="reference")
    # always in the same order: two people who link crosswise do not wait for each other
    first, second = sorted((case_id, other_id), key=str)
    for one in (first, second):
        queries.locked_for_writing(one, by=by)
    link, made = CaseLink.objects.get_or_create(
        first_id=first, second_id=second, defaults={"kind": kind, "linked_at": at, "linked_by": by.subject}
    )
    if not made:
        raise rules.AlreadyLinked(field="reference")
    _record("casesLinked", link, by, at)
    return link.pk


@transaction.atomic
def unlink_cases(*, case_id: uuid.UUID, link_id: uuid.UUID, by: Actor, at: datetime.datetime) -> None:
    """Take a link of a case away, which was a mistake.

    Raises MissingPermission, CaseNotFound, CustodyElsewhere or LinkNotFound.
    """
    queries.locked_for_writing(case_id, by=by)
    link = queries.links_of(case_id).filter(pk=link_id).first()
    if link is None:
        raise rules.LinkNotFound
    _record("casesUnlinked", link, by, at)
    link.delete()


def _record(act: str, link: CaseLink, by: Actor, at: datetime.datetime) -> None:
    """Leave the act in the logs of both cases: each person may ask for his own."""
    for case_id in (link.first_id, link.second_id):
        audit.record(act=act, by=by, at=at, subject=f"link:{link.pk}", case_id=case_id, facts={"kind": str(link.kind)})
