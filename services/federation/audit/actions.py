"""Writing entries: in the transaction of the act, or not at all."""

import datetime
import re
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from federation.audit import chain
from federation.audit.models import AuditEntry, AuditSalt
from federation.identity.actor import Actor

Fact = str | int | bool
CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,120}")
"""Ids, codes, digests, days: no space, so no sentence and hardly a name."""


@dataclass(frozen=True)
class Reading:
    """What was read of one case: the act, and of what."""

    act: str
    case_id: uuid.UUID
    subject: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


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
    _check(facts or {})
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


def record_readings(readings: Iterable[Reading], *, by: Actor, at: datetime.datetime, purpose: str = "") -> None:
    """Write that `by` read several things at once, an entry for each in one statement, in the running transaction.

    Raises OutsideTransaction and FactNotACode.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction
    found = list(readings)
    for one in found:
        _check(one.facts)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=at,
            act=one.act,
            by_subject=by.subject,
            by_team=by.team,
            by_roles=sorted(by.roles),
            subject=one.subject,
            case_id=one.case_id,
            purpose=purpose,
            facts=dict(one.facts),
        )
        for one in found
    )


def erase_salt(*, case_id: uuid.UUID, by: Actor, at: datetime.datetime) -> bool:
    """Erase a case's salt, so that the digests of its personal parts can be tied to nobody any more."""
    deleted, _ = AuditSalt.objects.filter(case_id=case_id).delete()
    record(act="auditSaltErased", by=by, at=at, subject=f"case:{case_id}", case_id=case_id)
    return deleted > 0


def _check(facts: Mapping[str, Fact]) -> None:
    for name, value in facts.items():
        if isinstance(value, str) and not CODE.fullmatch(value):
            raise FactNotACode(name)


def _keyed(case_id: uuid.UUID | None, personal: Mapping[str, str]) -> dict[str, str]:
    if not personal:
        return {}
    if case_id is None:
        raise FactNotACode("personal parts belong to a case")
    AuditSalt.objects.bulk_create([AuditSalt(case_id=case_id, salt=secrets.token_bytes(32))], ignore_conflicts=True)
    salt = bytes(AuditSalt.objects.values_list("salt", flat=True).get(case_id=case_id))
    return {name: chain.keyed(salt, value) for name, value in personal.items()}
