"""Asking by GraphQL: the same questions as the page, for coordinators' own programs. Read-only.

Resolvers are one call each into `actions`, which checks role, purpose and values, leaves the entry in the audit, and
looks through `visible_to`. How a document comes in, and what it may not be, stands in `doors`.
"""

from typing import Any, ClassVar

import graphene
from graphene_django import DjangoObjectType

from regional.progress import actions as progress_actions, queries as progress
from regional.search import actions, queries, rules


class Referral(DjangoObjectType):  # type: ignore[misc]
    """One referral, as the newest word of each side tells it: pointers, clocks and codes."""

    sides_disagree = graphene.Boolean(
        required=True, description="The two sides have told different stories for longer than a word is under way."
    )
    silent_working_days = graphene.Int(
        required=True, description="Working days of the region since the last sign of either side."
    )

    class Meta:
        """What may be asked for; a test compares it with the columns."""

        model = progress.ProgressRow
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "sender",
            "recipient",
            "kind",
            "relates_to",
            "sender_state",
            "recipient_state",
            "phase",
            "decline_reason",
            "began_at",
            "last_sign_at",
            "differs_since",
            "ended_at",
        )

    @staticmethod
    def resolve_sides_disagree(row: progress.ProgressRow, info: Any) -> bool:
        """Say whether the difference stands too long."""
        return progress.sides_disagree(row, at=info.context.at)

    @staticmethod
    def resolve_silent_working_days(row: progress.ProgressRow, info: Any) -> int:
        """Return the silence in working days."""
        return progress.silent_days(row, at=info.context.at)


class ReferralEdge(graphene.ObjectType):  # type: ignore[misc]
    """One referral that was found, and the place after which the next page begins."""

    node = graphene.Field(Referral, required=True)
    cursor = graphene.String(required=True)


class PageInfo(graphene.ObjectType):  # type: ignore[misc]
    """Whether there is more."""

    has_next_page = graphene.Boolean(required=True)
    end_cursor = graphene.String()


class OpenCount(graphene.ObjectType):  # type: ignore[misc]
    """How many open referrals wait for one thing; ended ones are never counted."""

    phase = graphene.String(required=True)
    count = graphene.Int(required=True)


class ReferralConnection(graphene.ObjectType):  # type: ignore[misc]
    """One page, longest silence first."""

    edges = graphene.List(graphene.NonNull(ReferralEdge), required=True)
    page_info = graphene.Field(PageInfo, required=True)
    open_counts = graphene.List(graphene.NonNull(OpenCount), required=True)


class Mark(graphene.ObjectType):  # type: ignore[misc]
    """One state, with the clock of each side that came into it."""

    state = graphene.String(required=True)
    sender_at = graphene.DateTime()
    recipient_at = graphene.DateTime()


class Statement(graphene.ObjectType):  # type: ignore[misc]
    """One word of one side: when it was said, and when the region stored and so receipted it."""

    side = graphene.String(required=True)
    version = graphene.BigInt(
        required=True, description="Each word's is higher than the one before; up to 2^53 - 1, as in the messages."
    )
    state = graphene.String(required=True)
    said_at = graphene.DateTime(required=True)
    stored_at = graphene.DateTime(required=True)


class LifeLine(graphene.ObjectType):  # type: ignore[misc]
    """One referral from both sides."""

    referral = graphene.Field(Referral, required=True)
    marks = graphene.List(graphene.NonNull(Mark), required=True)
    statements = graphene.List(graphene.NonNull(Statement), required=True)


CODES = graphene.List(graphene.NonNull(graphene.String))


class Criteria(graphene.InputObjectType):  # type: ignore[misc]
    """What to look for: within a field any of the values, between fields all of them."""

    senders = CODES
    recipients = CODES
    kinds = CODES
    phases = CODES
    states = CODES
    decline_reasons = CODES
    silent_days = graphene.Int()
    began_from = graphene.Date()
    began_until = graphene.Date()
    disagreeing = graphene.Boolean()


class Query(graphene.ObjectType):  # type: ignore[misc]
    """All that can be asked. Whoever asks says for which purpose (code list `search-purpose`)."""

    referrals = graphene.Field(
        ReferralConnection,
        required=True,
        criteria=Criteria(),
        purpose=graphene.String(required=True),
        first=graphene.Int(required=True, description="1 to 50."),
        after=graphene.String(),
    )
    life_line = graphene.Field(
        LifeLine, required=True, id=graphene.UUID(required=True), purpose=graphene.String(required=True)
    )

    @staticmethod
    def resolve_referrals(
        root: None,
        info: Any,
        *,
        purpose: str,
        first: int,
        criteria: dict[str, Any] | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """Look for referrals."""
        del root
        found = actions.search(
            _criteria(criteria or {}),
            first=first,
            after=rules.place(after) if after is not None else None,
            purpose=purpose,
            by=info.context.actor,
            at=info.context.at,
        )
        return _connection(found)

    @staticmethod
    def resolve_life_line(root: None, info: Any, *, id: Any, purpose: str) -> Any:  # noqa: A002 -- the word callers use
        """Open one life line."""
        del root
        rules.check_purpose(purpose)
        return progress_actions.open_life_line(
            referral_id=id, purpose=purpose, by=info.context.actor, at=info.context.at
        )


def _criteria(asked: dict[str, Any]) -> rules.Criteria:
    values: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()}
    return rules.Criteria(**{name: value for name, value in values.items() if value is not None})


def _connection(found: queries.Result) -> dict[str, Any]:
    cursors = [queries.place_of(entry).cursor() for entry in found.entries]
    rows = [entry.referral for entry in found.entries]
    return {
        "edges": [{"node": row, "cursor": cursor} for row, cursor in zip(rows, cursors, strict=True)],
        "page_info": {
            "has_next_page": found.next is not None,
            "end_cursor": found.next.cursor() if found.next else None,
        },
        "open_counts": [{"phase": phase, "count": count} for phase, count in found.counts.items()],
    }


SCHEMA = graphene.Schema(query=Query)
