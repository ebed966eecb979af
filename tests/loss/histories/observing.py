"""What stands committed in a town's database, read by a connection of its own: an observer sees what a crash leaves."""

import contextlib
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections
from psycopg.rows import dict_row

from federation.custody.facts import Kind, Received, Sent, State

REFERRALS = """
SELECT id, direction, kind, peer, state, hand_back, by_itself, revocation_asked, consent_withdrawn, answer, held,
       recipient_out, accepted, custody_open, released, has_dossier, case_id, consent_id, consent_digest, relates_to,
       offered_custody_row, accepted_custody_row, copy_erased_at IS NOT NULL AS erased,
       (SELECT content FROM received_dossier WHERE referral_id = referral.id) AS dossier,
       EXISTS (SELECT FROM outbox_message WHERE referral_id = referral.id AND type = 'DossierReleased') AS let_go,
       EXISTS (SELECT FROM outbox_dossier JOIN outbox_message ON outbox_message.id = message_id
               WHERE referral_id = referral.id) AS keeps
FROM referral ORDER BY began_at, direction, id
"""

CASES = """
SELECT cases_case.id, closed_for_writing_at IS NOT NULL AS closed, awaiting_dossier,
       coalesce(array_agg(row.referral_id) FILTER (WHERE row.id IS NOT NULL), '{}') AS open_by,
       coalesce(array_agg(row.id) FILTER (WHERE row.id IS NOT NULL), '{}') AS open_rows
FROM cases_case LEFT JOIN cases_custody_row AS row ON row.case_id = cases_case.id AND row.ended_at IS NULL
GROUP BY cases_case.id
"""

NEVER = {
    "a message is parked": "SELECT reason || ' ' || type FROM inbox_work WHERE state = 'parked' AND reason <> 'kid'",
    "a handler failed": "SELECT place FROM inbox_attempt WHERE outcome = 'failed'",
    "a word was refused": "SELECT type || ' ' || refused_reason FROM outbox_message WHERE refused_at IS NOT NULL",
    "one message had two effects": (
        "SELECT sender || ' ' || type FROM inbox_attempt WHERE outcome = 'applied'"
        " GROUP BY sender, type, referral_id, seq, CASE WHEN seq IS NULL THEN message_id END HAVING count(*) > 1"
    ),
    "one statement has two receipts": (
        "SELECT answers FROM outbox_message WHERE type = 'MessageReceived'"
        " GROUP BY recipient, answers HAVING count(*) > 1"
    ),
    "a receipt without what it is for": (
        "SELECT answers FROM outbox_message WHERE type = 'MessageReceived' AND NOT EXISTS"
        " (SELECT FROM inbox_statement WHERE digest = answers AND sender = recipient)"
    ),
    "a step of a referral left no entry in the audit": (
        "SELECT legal_id FROM referral_step AS step WHERE NOT EXISTS (SELECT FROM audit_entry AS entry"
        " WHERE entry.subject = 'referral:' || step.referral_id AND entry.at = step.at"
        " AND entry.facts->>'to' = split_part(step.legal_id, '>', 2))"
    ),
    "the words of a town contradict each other": "SELECT code FROM team_item WHERE code = 'contradiction'",
    "an alarm nobody can explain": (
        "SELECT kind FROM bus_alarm WHERE kind NOT IN ('topicRecreated', 'positionLost', 'recordChanged')"
    ),
    "custody by a referral that is no handover": (
        "SELECT referral.kind FROM cases_custody_row JOIN referral ON referral.id = cases_custody_row.referral_id"
        " WHERE referral.kind <> 'handover'"
    ),
}
"""What must never be in a town's database: each query finds nothing, after every step."""


@dataclass(frozen=True)
class Side:
    """One side of a referral, as committed."""

    id: uuid.UUID
    town: str
    direction: str
    kind: str
    facts: Sent | Received | None
    row: dict[str, Any]

    @property
    def state(self) -> str:
        """Where it stands here; "" for a tombstone."""
        return str(self.row["state"])


@dataclass(frozen=True)
class File:
    """One case at one town, as committed."""

    id: uuid.UUID
    town: str
    open_by: tuple[uuid.UUID | None, ...]
    """What each open custody row was acquired by: a referral, or None for the intake."""
    writes: bool


class Observer:
    """Reads one town from outside."""

    def __init__(self, town: str, database: str) -> None:
        values = connections.settings["default"]
        self.town = town
        self._connection = psycopg.connect(
            host=values["HOST"],
            port=values["PORT"],
            user=values["USER"],
            password=values["PASSWORD"],
            dbname=database,
            autocommit=True,
        )

        self._before: set[uuid.UUID] = set()

    def begin(self) -> None:
        """Will leave out what earlier histories have left behind, at rest."""
        self._before = set()
        self._before = {*self.sides(), *self.files()}

    def close(self) -> None:
        """Will end the connection."""
        self._connection.close()

    def rows(self, text: str, *values: object) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        with contextlib.closing(self._connection.cursor(row_factory=dict_row)) as cursor:
            return cursor.execute(text, values).fetchall()  # type: ignore[arg-type]

    def number(self, text: str, *values: object) -> int:
        """Return the one number that a query gives."""
        (row,) = self.rows(text, *values)
        return int(next(iter(row.values())))

    def sides(self) -> dict[uuid.UUID, Side]:
        """Return this town's side of every referral, in the order in which they began."""
        return {row["id"]: _side(self.town, row) for row in self._new(REFERRALS)}

    def files(self) -> dict[uuid.UUID, File]:
        """Return this town's cases."""
        return {
            row["id"]: File(
                row["id"],
                self.town,
                tuple(row["open_by"]),
                writes=bool(row["open_rows"]) and not row["closed"] and not row["awaiting_dossier"],
            )
            for row in self._new(CASES)
        }

    def _new(self, text: str) -> list[dict[str, Any]]:
        return [row for row in self.rows(text) if row["id"] not in self._before]

    def never(self) -> list[str]:
        """Return what must never be there and is."""
        parts = [
            f"SELECT '{name}' AS name, found.what::text AS what FROM ({query}) AS found(what)"  # noqa: S608 -- our own words
            for name, query in NEVER.items()
        ]
        return [f"{self.town}: {row['name']}: {row['what']}" for row in self.rows(" UNION ALL ".join(parts))]


def _side(town: str, row: dict[str, Any]) -> Side:
    known: Sent | Received | None = None
    if row["direction"] == "sent":
        known = Sent(
            Kind(row["kind"]),
            State(row["state"]),
            **{
                name: row[name]
                for name in (
                    "hand_back",
                    "by_itself",
                    "revocation_asked",
                    "consent_withdrawn",
                    "answer",
                    "held",
                    "recipient_out",
                )
            },
        )
    elif row["kind"]:
        known = Received(
            Kind(row["kind"]),
            State(row["state"]) if row["state"] else None,
            **{
                name: row[name]
                for name in (
                    "hand_back",
                    "by_itself",
                    "revocation_asked",
                    "consent_withdrawn",
                    "accepted",
                    "custody_open",
                    "released",
                    "has_dossier",
                )
            },
        )
    return Side(row["id"], town, row["direction"], row["kind"], known, row)
