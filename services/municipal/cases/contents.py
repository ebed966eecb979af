"""What each block of a file holds: its fields by the names that APIs and dossiers use. Plain Python."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from municipal.cases import rules
from municipal.cases.rules import Block

FIELDS: Mapping[Block, Mapping[str, str]] = MappingProxyType(
    {
        Block.SITUATION_PICTURE: {"lifeDomain": "life_domain", "text": "text"},
        Block.GOALS: {"ownWords": "text", "progressSign": "progress_sign"},
        Block.WAYS: {"goalId": "goal_id", "what": "text", "who": "who", "until": "until_on"},
        Block.EVALUATIONS: {
            "goalId": "goal_id",
            "evaluatedOn": "evaluated_on",
            "finding": "text",
            "comparedWithPicture": "compared_with_picture",
        },
        Block.CONTACT_NOTES: {
            "contactKind": "contact_kind",
            "happenedAt": "happened_at",
            "visibility": "visibility",
            "text": "text",
            "addendumTo": "addendum_to",
        },
    }
)
"""By block: the name outside, and the name of the value within. Identity is not an entry."""

OPTIONAL = frozenset({"addendumTo"})
CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "lifeDomain": frozenset(rules.LifeDomain),
        "contactKind": frozenset(rules.ContactKind),
        "visibility": frozenset(rules.Visibility),
    }
)


@dataclass(frozen=True)
class Draft:
    """What somebody wants to write: the values of one block, the others empty."""

    block: Block
    text: str = ""
    life_domain: str = ""
    progress_sign: str = ""
    goal_id: uuid.UUID | None = None
    who: str = ""
    until_on: datetime.date | None = None
    evaluated_on: datetime.date | None = None
    compared_with_picture: str = ""
    contact_kind: str = ""
    happened_at: datetime.datetime | None = None
    visibility: str = ""
    addendum_to: uuid.UUID | None = None

    def values(self) -> dict[str, object]:
        """Return every value but the block, by name."""
        return {name: getattr(self, name) for name in VALUES}


VALUES = tuple(field.name for field in dataclasses.fields(Draft) if field.name != "block")


def draft(block: Block, given: Mapping[str, object]) -> Draft:
    """Return the draft that `given` (by the names outside) makes; raise EntryInvalid with the field that is wrong."""
    fields = FIELDS[block]
    for name in sorted(set(given) - set(fields)):
        message = f"`{name}` is not a field of {block}."
        raise rules.EntryInvalid(message, field=name)
    for name in fields:
        if name not in OPTIONAL and (name not in given or str(given[name]).strip() == ""):
            message = f"{block} needs `{name}`."
            raise rules.EntryInvalid(message, field=name)
        if name in CODES and str(given[name]) not in CODES[name]:
            message = f"`{name}` is one of: {', '.join(sorted(CODES[name]))}."
            raise rules.EntryInvalid(message, field=name)
    return Draft(block, **{fields[name]: value for name, value in given.items()})  # type: ignore[arg-type]


def outside(block: Block, values: object) -> dict[str, object]:
    """Return the fields of one entry by the names outside, empty ones left out."""
    named = {name: getattr(values, inner) for name, inner in FIELDS[block].items()}
    return {name: value for name, value in named.items() if value not in (None, "")}
