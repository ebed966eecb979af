"""Writing entries: in the transaction of the act, or not at all."""

import datetime
import re
import secrets
import uuid
from collections.abc import Iterable, Mapping

from django.db import connection

from federation.audit import chain
from federation.audit.models import AuditEntry, AuditSalt
from federation.identity.actor import Actor

Fact = str | int | bool
CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,120}")
"""Ids, codes, digests, days: no space, so no sentence and hardly a name."""


class OutsideTransaction(RuntimeError):
    """An entry was written outside a transaction: a crash could keep it without its act, or the act without it."""


class FactNotACode(ValueError):
    """A fact is no id and no code: a text about a person must not reach the audit."""


def record(
    *,
    act: str,
    by: Actor,
    at: datetime.datetime,
    subject: str,
    case_id: uuid.UUID | None = None,
    purpose: str = "",
    facts: Mapping[str, Fact] | None = None,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Write that `by` did `act` to `subject`, as part of the running transaction.

    `facts` are ids and codes; of each value in `personal` only a digest under the case's salt is kept.
    Raises OutsideTransaction and FactNotACode: mistakes in our own code.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction
    for name, value in (facts or {}).items():
        if isinstance(value, str) and not CODE.fullmatch(value):
            raise FactNotACode(name)
    AuditEntry.objects.create(
        at=at,
        act=act,
        by_subject=by.subject,
        by_team=by.team,
        by_roles=sorted(by.roles),
        subject=subject,
        case_id=case_id,
        purpose=purpose,
        facts=dict(facts or {}),
        personal=_keyed(case_id, personal or {}),
    )


def record_readings(
    *, act: str, by: Actor, at: datetime.datetime, subject: str, case_ids: Iterable[uuid.UUID], purpose: str = ""
) -> None:
    """Write that `by` read of several cases at once, an entry for each, as part of the running transaction.

    Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=at,
            act=act,
            by_subject=by.subject,
            by_team=by.team,
            by_roles=sorted(by.roles),
            subject=subject,
            case_id=case_id,
            purpose=purpose,
        )
        for case_id in case_ids
    )


def erase_salt(*, case_id: uuid.UUID, by: Actor, at: datetime.datetime) -> bool:
    """Erase a case's salt, so that the digests of its personal parts can be tied to nobody any more."""
    deleted, _ = AuditSalt.objects.filter(case_id=case_id).delete()
    record(act="auditSaltErased", by=by, at=at, subject=f"case:{case_id}", case_id=case_id)
    return deleted > 0


def _keyed(case_id: uuid.UUID | None, personal: Mapping[str, str]) -> dict[str, str]:
    if not personal:
        return {}
    if case_id is None:
        raise FactNotACode("personal parts belong to a case")
    AuditSalt.objects.bulk_create([AuditSalt(case_id=case_id, salt=secrets.token_bytes(32))], ignore_conflicts=True)
    salt = bytes(AuditSalt.objects.values_list("salt", flat=True).get(case_id=case_id))
    return {name: chain.keyed(salt, value) for name, value in personal.items()}
