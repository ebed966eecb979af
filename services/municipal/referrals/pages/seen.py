"""What is seen of somebody before a town accepts: codes, and no identity."""

from dataclasses import dataclass

from federation.contracts.messages import BlockCount, Preview
from federation.portal import town
from municipal.people import languages
from municipal.referrals import queries
from municipal.referrals.pages.towns import Towns


@dataclass(frozen=True)
class Seen:
    """A preview with the language as people name it."""

    preview: Preview
    language: str


def seen(preview: Preview | None) -> Seen | None:
    """Return what is seen of a preview, None where its copy was erased."""
    return Seen(preview, language_name(preview.contact_language)) if preview else None


def language_name(code: str) -> str:
    """Return how a language is called in the reader's language; one that is not listed by its code."""
    return languages.name(code, reader=town.language())


@dataclass(frozen=True)
class Card:
    """One referral in a list."""

    row: queries.ReferralRow
    sender: str
    recipient: str
    seen: Seen | None
    blocks: tuple[BlockCount, ...]


def card(referral: queries.ReferralRow, towns: Towns) -> Card:
    """Return the card of a referral."""
    return Card(
        row=referral,
        sender=towns.sender(referral),
        recipient=towns.recipient(referral),
        seen=seen(queries.preview_of(referral)),
        blocks=queries.blocks_of(referral),
    )
