"""What a page says is what our files say: a library that has other words for the same English does not speak first.

Django puts the texts of all apps into one catalogue, in which an app that stands earlier wins.
"""

from collections.abc import Iterator

import pytest
from babel.messages import Message, pofile
from django.conf import settings
from django.utils import translation

import texts

LEVEL = settings.ROOT_URLCONF.split(".")[0]
OURS = {"federation", LEVEL}


def of_our_files(language: str) -> Iterator[Message]:
    for folder in texts.places():
        path = folder / language / "LC_MESSAGES" / "django.po"
        if folder.relative_to(texts.SERVICES).parts[0] in OURS and path.exists():
            with path.open("rb") as file:
                yield from (one for one in pofile.read_po(file, locale=language) if one.id)


def said(one: Message) -> str:
    single = one.id[0] if isinstance(one.id, tuple) else one.id
    if isinstance(one.id, tuple):
        return translation.ngettext(*one.id, 1)
    return translation.pgettext(one.context, single) if one.context else translation.gettext(single)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_our_own_words_are_said(language) -> None:
    ours: dict[tuple[object, object], set[str]] = {}
    for one in of_our_files(language):
        single = one.string[0] if isinstance(one.string, tuple) else one.string
        ours.setdefault((one.context, one.id), set()).add(single)

    with translation.override(language):
        others = [
            f"{one.id!r}: {said(one)!r}, where our files say {ours[one.context, one.id]}"
            for one in of_our_files(language)
            if said(one) not in ours[one.context, one.id]
        ]

    assert len(ours) > 100
    assert "\n".join(others) == ""


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_one_text_reads_the_same_in_every_app(language) -> None:
    """Two apps with different words for the same English: one of them is never said."""
    ours: dict[tuple[object, object], set[object]] = {}
    for one in of_our_files(language):
        ours.setdefault((one.context, one.id), set()).add(one.string)

    assert {words: found for words, found in ours.items() if len(found) > 1} == {}
