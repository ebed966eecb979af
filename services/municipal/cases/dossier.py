"""The dossier: the consented blocks of a file as one text that goes from town to town. Plain Python.

Its form is `schemas/messages/dossier.v1.json`. Entries keep their ids and say in which town they were
written, so that a file which comes home is joined with what stayed there.
"""

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from federation.contracts import schemas, strict_json
from federation.errors import DomainError, Kind
from municipal.cases import contents
from municipal.cases.contents import Draft
from municipal.cases.rules import Block
from municipal.people import rules as people_rules

IDENTITY = MappingProxyType(
    {
        "firstName": "first_name",
        "lastName": "last_name",
        "birthOn": "birth_on",
        "contactLanguage": "contact_language",
        "interpreterNeeded": "interpreter_needed",
        "phone": "phone",
        "municipality": "municipality",
    }
)


class DossierMalformed(DomainError):
    """The dossier is not of the agreed form."""

    kind = Kind.INVALID


@dataclass(frozen=True)
class Written:
    """One entry as it stood in the file of the town that sent it."""

    entry_id: uuid.UUID
    version: int
    written_at: datetime.datetime
    written_in: str
    draft: Draft

    def differs(self, other: "Written") -> bool:
        """Say whether two versions of one entry say different things."""
        return self.draft != other.draft


@dataclass(frozen=True)
class Dossier:
    """The parts of a dossier; `identity` is None when it was not consented."""

    identity: people_rules.Details | None
    entries: tuple[Written, ...]
    blocks: tuple[Block, ...]

    def counts(self) -> dict[str, int]:
        """Return how many entries each block has; identity counts one."""
        found = {str(block): sum(1 for entry in self.entries if entry.draft.block is block) for block in self.blocks}
        if Block.IDENTITY in self.blocks:
            found[str(Block.IDENTITY)] = int(self.identity is not None)
        return found


def compose(*, identity: people_rules.Details | None, entries: Sequence[Written], blocks: Sequence[Block]) -> str:
    """Return the text of a dossier, the same text for the same file."""
    parts: dict[str, object] = {}
    for block in blocks:
        if block is not Block.IDENTITY:
            parts[str(block)] = [_entry(one) for one in entries if one.draft.block is block]
        elif identity is not None:
            named = {name: getattr(identity, inner) for name, inner in IDENTITY.items()}
            parts[str(block)] = {name: _plain(value) for name, value in named.items() if value not in (None, "")}
    return strict_json.dumps({"version": 1, "blocks": parts}).decode()


def parse(text: str) -> Dossier:
    """Return the parts of a dossier; raise DossierMalformed, which names the place and never the value."""
    try:
        found = strict_json.loads(text.encode())
        schemas.check("dossier", found)
    except (strict_json.JsonRefused, schemas.MessageMalformed) as refused:
        raise DossierMalformed(refused.detail) from None
    blocks: Mapping[str, Any] = found["blocks"]
    return Dossier(
        identity=_identity(blocks["identity"]) if "identity" in blocks else None,
        entries=tuple(
            _written(Block(name), one) for name, entries in blocks.items() if name != "identity" for one in entries
        ),
        blocks=tuple(block for block in Block if block in blocks),
    )


def _entry(one: Written) -> dict[str, object]:
    values = contents.outside(one.draft.block, one.draft)
    return {
        "id": str(one.entry_id),
        "version": one.version,
        "writtenAt": _plain(one.written_at),
        "writtenIn": one.written_in,
        **{name: _plain(value) for name, value in values.items()},
    }


def _plain(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool | int | str):
        return value
    return str(value)


def _identity(found: Mapping[str, Any]) -> people_rules.Details:
    values = {IDENTITY[name]: value for name, value in found.items()}
    return people_rules.Details(**{**values, "birth_on": datetime.date.fromisoformat(found["birthOn"])})


READ: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "goal_id": uuid.UUID,
        "addendum_to": uuid.UUID,
        "until_on": datetime.date.fromisoformat,
        "evaluated_on": datetime.date.fromisoformat,
        "happened_at": datetime.datetime.fromisoformat,
    }
)


def _written(block: Block, found: Mapping[str, Any]) -> Written:
    values: dict[str, Any] = {}
    for name, inner in contents.FIELDS[block].items():
        if name in found:
            values[inner] = READ.get(inner, str)(found[name])
    return Written(
        entry_id=uuid.UUID(found["id"]),
        version=found["version"],
        written_at=datetime.datetime.fromisoformat(found["writtenAt"]),
        written_in=found["writtenIn"],
        draft=Draft(block, **values),
    )
